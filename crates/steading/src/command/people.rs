//! `steading people`: whose is what, and the way in for them.

mod holdings;
mod kubeconfig;
mod list;

use clap::{Args, Subcommand};

use crate::error::{CommandError, Outcome};
use crate::session::Session;

const AFTER_HELP: &str = "\
Examples:
  steading people list                            who owns which namespaces, and may do what there
  steading people kubeconfig alice --env prod     the way in for one of them, as a file

People are declared in estate.yaml, under `people`; `steading apply` gives and takes their rights.";

/// List the people who own something, and make their kubeconfigs
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct People {
    #[command(subcommand)]
    command: PeopleCommand,
}

#[derive(Subcommand)]
enum PeopleCommand {
    List(list::List),
    Kubeconfig(kubeconfig::Kubeconfig),
}

/// Runs `steading people`.
pub(crate) fn run(arguments: People, session: &Session) -> Result<Outcome, CommandError> {
    match arguments.command {
        PeopleCommand::List(arguments) => list::run(arguments, session),
        PeopleCommand::Kubeconfig(arguments) => kubeconfig::run(arguments, session),
    }
}
