//! All checks, in the order in which they are cheapest to fail.

use std::process::Command;

use anyhow::Result;

use crate::programs::{Profile, helm, lab_folder, steading};
use crate::run::{run, run_with, say};

/// The crates that must build alone, without what the workspace happens to switch on for them.
const ALONE: [&str; 6] = [
    "steading-model",
    "steading-compile",
    "steading-rules",
    "steading-plan",
    "steading-cluster",
    "steading-lab",
];

/// Runs all checks.
pub(crate) fn ci() -> Result<()> {
    run("cargo", &["fmt", "--all", "--check"])?;
    crate::check_deps()?;
    run(
        "cargo",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
    )?;
    for name in ALONE {
        run("cargo", &["check", "--quiet", "--locked", "-p", name])?;
    }
    // Once, so that no test waits for a build: minutes on a fresh machine, nothing later.
    lab_folder(&steading(Profile::Dev)?)?;
    helm()?;
    run(
        "cargo",
        &["test", "--workspace", "--locked", "--no-fail-fast"],
    )?;
    run_with(
        "cargo",
        &["doc", "--workspace", "--no-deps", "--locked", "--quiet"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )?;
    crate::generate::check()?;
    crate::book::book()?;
    deny()?;
    say("all checks passed");
    Ok(())
}

/// Checks licences and sources once more with cargo-deny, where it is installed; what must hold everywhere is in `check-deps`.
fn deny() -> Result<()> {
    let is_installed = Command::new("cargo")
        .args(["deny", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !is_installed {
        say("cargo-deny is not installed: left out");
        return Ok(());
    }
    run("cargo", &["deny", "check", "bans", "licenses", "sources"])
}
