//! The program `promtool`, built from pinned Go modules.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// What it is built with: without the discovery of clouds, which is most of it.
const TAGS: &str = "netgo,remove_all_sd";

/// Returns the program, building it first where it is not there.
pub(crate) fn promtool() -> &'static Path {
    static PROGRAM: LazyLock<PathBuf> =
        LazyLock::new(|| std::env::var_os("STEADING_PROMTOOL").map_or_else(build, PathBuf::from));
    &PROGRAM
}

fn build() -> PathBuf {
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/alerts/promtool");
    let home = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    let pinned = fs::read_to_string(module.join("go.mod")).unwrap();
    let (_, version) = pinned
        .split_once("github.com/prometheus/prometheus v")
        .unwrap();
    let version = version.split_whitespace().next().unwrap();
    let folder = home.unwrap().join("steading/promtool");
    let program = folder.join(format!("promtool-{version}"));
    if program.exists() {
        return program;
    }
    fs::create_dir_all(&folder).unwrap();
    let fresh = folder.join(format!("building-{}", std::process::id()));
    let output = Command::new("go")
        .arg("-C")
        .arg(&module)
        .args([
            "build",
            "-trimpath",
            "-ldflags",
            "-s -w",
            "-tags",
            TAGS,
            "-o",
        ])
        .arg(&fresh)
        .arg("github.com/prometheus/prometheus/cmd/promtool")
        .env("GOWORK", "off")
        .output()
        .expect("`go` must be installed, or `STEADING_PROMTOOL` name the program");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // In one step: another test may do the same at the same time.
    fs::rename(&fresh, &program).unwrap();
    program
}
