//! Files of an estate that cannot be read: each is a finding, and hides none of the others.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use crate::home::Home;

const ESTATE: &str = "apiVersion: steading.dev/v1\nkind: Estate\nmetadata: { name: home }\nspec: { domains: { public: example.org }, environments: { prod: {} } }\n";

#[test]
fn every_file_that_cannot_be_read_is_named() {
    let home = Home::new();
    home.write("estate.yaml", ESTATE);
    home.write(
        "applications/large/data.bin",
        vec![b'x'; 4 * 1024 * 1024 + 1],
    );
    let folder = home.path().join("applications/large");
    symlink("/etc/hostname", folder.join("outside")).unwrap();
    symlink("nowhere", folder.join("nowhere-else")).unwrap();
    symlink("itself", folder.join("itself")).unwrap();
    symlink("..", folder.join("up")).unwrap();
    fs::write(folder.join(OsStr::from_bytes(b"odd-\xff")), "").unwrap();
    let output = home.run(&["check"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for expected in [
        "error[ST0902]: `applications/large/data.bin` is larger than 4 MiB",
        "error[ST0903]: `applications/large/outside` is a link to a place outside the estate",
        "error[ST0903]: `applications/large/nowhere-else` is a link to nothing",
        "error[ST0903]: `applications/large/itself` is a link to itself",
        "error[ST0903]: `applications/large/up` is a link to a folder that holds it",
        "error[ST0901]: a name in `applications/large` is not UTF-8: odd-\u{fffd}",
        "6 errors",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_file_may_be_a_link_within_the_estate() {
    let home = Home::new();
    home.write("applications/web/shared/a.conf", "a\n");
    home.write("estate.yaml", ESTATE);
    symlink("shared/a.conf", home.path().join("applications/web/b.conf")).unwrap();
    let output = home.run(&["check"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn a_pipe_among_the_files_is_not_waited_for() {
    let home = Home::new();
    home.write("estate.yaml", ESTATE);
    home.write("applications/web/a.conf", "a\n");
    let pipe = home.path().join("applications/web/pipe");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .unwrap();
    assert!(made.success());
    let text = String::from_utf8(home.run(&["check"]).stdout).unwrap();
    assert!(
        text.contains("`applications/web/pipe` is neither a file nor a folder"),
        "{text}"
    );
}
