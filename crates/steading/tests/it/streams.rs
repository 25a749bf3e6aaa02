//! What goes where, and what happens when nobody listens.

use std::io::Read;
use std::process::Stdio;

use crate::home::Home;

const ESTATE: &str = "apiVersion: steading.dev/v1\nkind: Estate\nmetadata: { name: home }\nspec: { domains: { public: example.org }, environments: { prod: {} } }\n";

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let home = Home::new();
    // Larger than a pipe holds, so that writing must meet the closed end.
    for arguments in [
        ["schema", "application"].as_slice(),
        &["--help"],
        &["completions", "bash"],
    ] {
        let mut child = home
            .steading(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut errors = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut errors)
            .unwrap();
        assert_eq!(
            (child.wait().unwrap().code(), errors.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = Home::new()
        .steading(&["schema"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("error: "), "{error}");
}

#[test]
fn nothing_is_coloured_away_from_a_terminal() {
    let home = Home::new();
    home.write("estate.yaml", ESTATE.replace("example.org", "{}"));
    let output = home.run(&["check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!output.stdout.is_empty() && !output.stdout.contains(&0x1b));
}

#[test]
fn the_estate_is_found_upwards_and_by_name() {
    let home = Home::new();
    home.write("estate/estate.yaml", ESTATE);
    home.write("estate/applications/web/notes.txt", "");
    let mut inside = home.steading(&["check"]);
    inside.current_dir(home.path().join("estate/applications/web"));
    let mut by_variable = home.steading(&["check"]);
    by_variable.env("STEADING_ESTATE", "estate");
    for mut command in [
        inside,
        by_variable,
        home.steading(&["check", "--estate", "estate"]),
    ] {
        let output = command.output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
