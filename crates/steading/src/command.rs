//! The commands: one file each, with its arguments and a `run`.

mod completions;

use clap::Subcommand;

use crate::error::{CommandError, Outcome};
use crate::session::Session;

/// A command with its arguments.
#[derive(Subcommand)]
pub(crate) enum Command {
    Completions(completions::Completions),
}

/// Runs a command.
pub(crate) fn run(command: Command, session: &Session) -> Result<Outcome, CommandError> {
    match command {
        Command::Completions(arguments) => completions::run(arguments, session),
    }
}
