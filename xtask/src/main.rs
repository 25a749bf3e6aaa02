//! The tasks of this repository: what `cargo xtask` runs, here and in CI alike.
//!
//! `cargo xtask ci` is the test command of the README and all that CI runs; `cargo xtask tour` is the README's main job.

mod ci;
mod deps;
mod purity;
mod run;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Tasks of the Steading repository
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check everything: format, lints, each crate alone, tests (also on a real API server), docs, generated files, dependencies
    Ci,
    /// Check licences, duplicate versions, the borders between crates, and that the pure crates stay pure
    CheckDeps,
}

fn main() -> Result<()> {
    match Arguments::parse().task {
        Task::Ci => ci::ci(),
        Task::CheckDeps => check_deps(),
    }
}

fn check_deps() -> Result<()> {
    deps::check()?;
    purity::check()
}
