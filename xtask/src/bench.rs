//! Builds what the benchmarks need and runs them.

use std::path::Path;

use anyhow::{Context, Result};

use crate::programs::{Profile, go_tools, lab_folder, steading, target_folder};
use crate::run::run;

/// Runs the benchmarks; `arguments` go to the benchmark program.
pub(crate) fn bench(arguments: &[String]) -> Result<()> {
    let program = steading(Profile::Release)?;
    let helm = go_tools(
        Path::new("bench/peers"),
        &target_folder()?.join("peers"),
        "helm",
    )?;
    let lab = lab_folder(&program)?;
    let named = [
        ("--steading", &program),
        ("--helm", &helm),
        ("--lab-bin-dir", &lab),
    ];
    let mut all = vec![
        "run",
        "--release",
        "--locked",
        "--quiet",
        "-p",
        "steading-bench",
        "--",
    ];
    for (flag, path) in named {
        all.extend([flag, path.to_str().context("a program's path is not text")?]);
    }
    all.extend(arguments.iter().map(String::as_str));
    run("cargo", &all)
}
