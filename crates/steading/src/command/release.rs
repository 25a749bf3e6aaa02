//! `steading release`: what is decided about releases by hand.

mod allow;

use clap::{Args, Subcommand};

use crate::error::{CommandError, Outcome};
use crate::session::Session;

/// Decide about releases by hand
#[derive(Args)]
pub(crate) struct Release {
    #[command(subcommand)]
    command: ReleaseCommand,
}

#[derive(Subcommand)]
enum ReleaseCommand {
    Allow(allow::Allow),
}

/// Runs `steading release`.
pub(crate) fn run(arguments: Release, session: &Session) -> Result<Outcome, CommandError> {
    match arguments.command {
        ReleaseCommand::Allow(arguments) => allow::run(arguments, session),
    }
}
