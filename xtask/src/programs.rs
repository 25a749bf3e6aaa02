//! The programs that tasks start: `steading` itself, and what the lab is made of.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::run::{output, root, run};

/// How `steading` is built.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// Quickly, for checks.
    Dev,
    /// As users get it.
    Release,
}

/// Builds `steading` and returns the program.
pub(crate) fn steading(profile: Profile) -> Result<PathBuf> {
    match profile {
        Profile::Dev => run("cargo", &["build", "--locked", "-p", "steading"])?,
        Profile::Release => run(
            "cargo",
            &["build", "--locked", "--release", "-p", "steading"],
        )?,
    }
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    };
    Ok(target_folder()?.join(folder).join("steading"))
}

/// Returns the folder that cargo builds into.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let metadata = output(
        "cargo",
        &["metadata", "--format-version=1", "--no-deps", "--locked"],
    )?;
    let metadata: serde_json::Value = serde_json::from_slice(&metadata)?;
    metadata["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .context("`cargo metadata` names no target directory")
}

/// Builds the tools of a Go module (its `tool` lines) into a folder, once.
pub(crate) fn go_tools(module: &Path, into: &Path, expected: &str) -> Result<PathBuf> {
    let program = into.join(expected);
    if !program.exists() {
        let folder = into.to_str().context("the folder's name is not text")?;
        let module = root().join(module);
        let module = module.to_str().context("the module's name is not text")?;
        run(
            "go",
            &[
                "-C",
                module,
                "build",
                "-trimpath",
                "-ldflags",
                "-s -w",
                "-o",
                &format!("{folder}/"),
                "tool",
            ],
        )?;
    }
    Ok(program)
}

/// Returns Helm, which benchmarks and tests of takeovers start, building it first where it is not there.
pub(crate) fn helm() -> Result<PathBuf> {
    let module = Path::new("bench/peers");
    go_tools(module, &target_folder()?.join("peers"), "helm")
}

/// Returns the folder of the lab's programs, building them first where they are not there.
pub(crate) fn lab_folder(steading: &Path) -> Result<PathBuf> {
    let program = steading
        .to_str()
        .context("the program's path is not text")?;
    let folder = String::from_utf8(output(program, &["lab", "binaries"])?)?;
    Ok(PathBuf::from(folder.trim()))
}
