//! Builds what the benchmarks need and runs them.

use anyhow::{Context, Result};

use crate::programs::{Profile, helm, lab_folder, steading};
use crate::run::run;

/// Runs the benchmarks; `arguments` go to the benchmark program.
pub(crate) fn bench(arguments: &[String]) -> Result<()> {
    let program = steading(Profile::Release)?;
    let helm = helm()?;
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
