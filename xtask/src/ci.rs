//! All checks, in the order in which they are cheapest to fail.

use anyhow::Result;

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
    say("all checks passed");
    Ok(())
}
