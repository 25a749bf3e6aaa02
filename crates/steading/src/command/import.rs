//! `steading import`: what other formats say, in ours.

mod manifest;

use clap::{Args, Subcommand};

use crate::error::{CommandError, Outcome};
use crate::session::Session;

/// Turn declarations of other formats into the current one
#[derive(Args)]
pub(crate) struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Manifest(manifest::Manifest),
}

/// Runs `steading import`.
pub(crate) fn run(arguments: Import, session: &Session) -> Result<Outcome, CommandError> {
    let Import { what } = arguments;
    match what {
        What::Manifest(arguments) => manifest::run(arguments, session),
    }
}
