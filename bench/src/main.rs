//! Benchmarks of Steading beside its peers, in one run, on one machine: ratios count, not seconds.
//!
//! `cargo xtask bench` builds what is needed and runs it; `docs/benchmarks.md` holds the results.

mod bare;
mod estate;
mod fleet;
mod lab;
mod large;
mod measure;
mod peers;
mod releases;
mod suite;
mod table;
mod tally;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

/// Measure Steading and its peers, and print the table of docs/benchmarks.md
#[derive(Parser)]
struct Arguments {
    /// The `steading` program, built for release
    #[arg(long)]
    steading: PathBuf,
    /// The `helm` program
    #[arg(long)]
    helm: PathBuf,
    /// The folder with kube-apiserver, etcd, kwok, kubectl and the others
    #[arg(long)]
    lab_bin_dir: PathBuf,
    /// How many applications
    #[arg(long, default_value_t = 1000)]
    applications: usize,
    /// How many runs of each measurement; the median counts
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Leave out what needs a cluster
    #[arg(long)]
    offline: bool,
    /// Measure an estate of 40,000 objects too: ten more minutes, and 8 GiB of memory
    #[arg(long)]
    large: bool,
}

fn main() -> Result<()> {
    suite::run(&Arguments::parse())
}
