//! The tasks of this repository: what `cargo xtask` runs, here and in CI alike.
//!
//! `cargo xtask ci` is the test command of the README and all that CI runs; `cargo xtask tour` is the README's main job.

mod bench;
mod book;
mod cases;
mod ci;
mod coverage;
mod deps;
mod generate;
mod lab;
mod programs;
mod purity;
mod run;
mod storm;
mod tour;

use std::path::PathBuf;
use std::process::ExitCode;

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
    /// Write the generated files: schema data, reference pages, the book's table of contents
    Generate,
    /// Fail where a generated file is stale
    CheckGenerated,
    /// Build the book of `docs/` to `target/book`, with dead links denied
    Book,
    /// Walk the README's tour: build, bring a local Kubernetes up, plan and apply an estate
    Tour,
    /// Rewrite the expected output of golden cases
    Bless,
    /// Measure Steading beside its peers; flags go to the benchmark program
    Bench {
        /// Flags of the benchmark program
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Race releases against each other through faults, round after round; a failure says its seed
    Storm {
        /// Runs the race of this seed alone, once
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Judge by real declarations and resource definitions
    Cases {
        /// The folder of the cases
        folder: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            run::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Ci => ci::ci(),
        Task::CheckDeps => check_deps(),
        Task::Generate => generate::generate(),
        Task::CheckGenerated => generate::check(),
        Task::Book => book::book(),
        Task::Tour => tour::tour(),
        Task::Bless => run::run_with(
            "cargo",
            &["test", "--workspace", "--locked"],
            &[("BLESS", "1")],
        ),
        Task::Bench { arguments } => bench::bench(&arguments),
        Task::Storm { seed } => storm::storm(seed),
        Task::Cases { folder } => cases::cases(folder),
    }
}

fn check_deps() -> Result<()> {
    deps::check()?;
    purity::check()
}
