//! `steading policies`: the estate's own rules, here and in the cluster.

mod export;
mod list;

use clap::{Args, Subcommand};

use crate::error::{CommandError, Outcome};
use crate::session::Session;

/// Show the estate's own rules, or print them as policies for the API server
#[derive(Args)]
pub(crate) struct Policies {
    #[command(subcommand)]
    command: PoliciesCommand,
}

#[derive(Subcommand)]
enum PoliciesCommand {
    List(list::List),
    Export(export::Export),
}

/// Runs `steading policies`.
pub(crate) fn run(arguments: Policies, session: &Session) -> Result<Outcome, CommandError> {
    match arguments.command {
        PoliciesCommand::List(arguments) => list::run(&arguments, session),
        PoliciesCommand::Export(arguments) => export::run(arguments, session),
    }
}
