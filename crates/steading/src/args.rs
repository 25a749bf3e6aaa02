//! The command line as a whole.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser};

use crate::command::Command;
use crate::error::Kind;
use crate::ui::Ui;

/// The widest that help gets.
const WIDEST: usize = 100;

/// What stands below `--help`.
const AFTER_HELP: &str = "\
Examples:
  steading init my-estate          start an estate
  steading check                   find what is wrong, in all environments, without a cluster
  steading explain shop --env prod say where every value comes from

Exit codes:
  0   success
  1   findings that are errors, or a policy says no
  2   the command line is wrong
  3   the plan has changes (with --detailed-exitcode)
  4   the cluster cannot be reached, or refuses
  70  internal error: a bug in steading";

/// Run services on your own Kubernetes from one short declaration each
#[derive(Parser)]
#[command(name = "steading", after_help = AFTER_HELP, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// The folder of the estate [default: `STEADING_ESTATE`, else the nearest folder upwards with `estate.yaml`]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) estate: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Reads the command line.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    ui: &Ui,
) -> Result<Arguments, clap::Error> {
    let matches = definition()
        .term_width(ui.width().min(WIDEST))
        .try_get_matches_from(arguments)?;
    Arguments::from_arg_matches(&matches)
}

/// Prints what is wrong with the command line, or help and version, which come as errors too; returns the exit code.
pub(crate) fn report(error: &clap::Error) -> u8 {
    // Help that nobody reads to the end is no error.
    drop(error.print());
    if error.use_stderr() {
        Kind::Usage.code()
    } else {
        0
    }
}

/// Returns the definition of the command line, for completions and the reference.
pub(crate) fn definition() -> clap::Command {
    let kubernetes = steading_rules::schema::KUBERNETES_VERSION;
    Arguments::command().version(format!(
        "{} (Kubernetes {kubernetes})",
        env!("CARGO_PKG_VERSION")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        definition().debug_assert();
    }
}
