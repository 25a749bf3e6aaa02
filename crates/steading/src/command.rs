//! The commands: one file each, with its arguments and a `run`.

mod check;
mod completions;
mod explain;
mod import;
mod init;
mod lab;
mod reference;
mod render;
mod rules;
mod schema;

use clap::Subcommand;

use crate::error::{CommandError, Outcome};
use crate::session::Session;

/// A command with its arguments, in the order of `--help`.
#[derive(Subcommand)]
pub(crate) enum Command {
    Init(init::Init),
    Check(check::Check),
    Render(render::Render),
    Explain(explain::Explain),
    Rules(rules::Rules),
    Schema(schema::Schema),
    Import(import::Import),
    Lab(lab::Lab),
    Completions(completions::Completions),
    Reference(reference::Reference),
}

/// Runs a command.
pub(crate) fn run(command: Command, session: &Session) -> Result<Outcome, CommandError> {
    match command {
        Command::Init(arguments) => init::run(arguments, session),
        Command::Check(arguments) => check::run(arguments, session),
        Command::Render(arguments) => render::run(arguments, session),
        Command::Explain(arguments) => explain::run(arguments, session),
        Command::Rules(arguments) => rules::run(arguments, session),
        Command::Schema(arguments) => schema::run(&arguments, session),
        Command::Import(arguments) => import::run(arguments, session),
        Command::Lab(arguments) => lab::run(arguments, session),
        Command::Completions(arguments) => completions::run(arguments, session),
        Command::Reference(arguments) => reference::run(&arguments, session),
    }
}
