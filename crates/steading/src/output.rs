//! `--output`: text for people, JSON for programs.

use std::io::Write;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::error::CommandError;
use crate::ui::Ui;

/// The option that every command has which prints.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct OutputOption {
    /// How to print the result
    #[arg(short, long = "output", value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Prints a value as JSON.
pub(crate) fn json(ui: &Ui, value: &impl Serialize) -> Result<(), CommandError> {
    let mut out = ui.data();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    Ok(())
}
