//! The commands: one file each, with its arguments and a `run`.

mod adopt;
mod apply;
mod check;
mod completions;
mod deploy;
mod drift;
mod explain;
mod history;
mod import;
mod init;
mod lab;
mod people;
mod plan;
mod policies;
mod rbac;
mod recover;
mod reference;
mod release;
mod render;
mod retire;
mod rollback;
mod rules;
mod schema;
mod schemas;
mod status;
mod updates;
mod why;

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
    Plan(plan::PlanCommand),
    Apply(apply::Apply),
    Deploy(deploy::Deploy),
    Drift(drift::DriftCommand),
    Adopt(adopt::Adopt),
    History(history::History),
    Rollback(rollback::Rollback),
    Retire(retire::Retire),
    Resume(recover::Resume),
    Revert(recover::Revert),
    Release(release::Release),
    Status(status::StatusCommand),
    Why(why::WhyCommand),
    Rbac(rbac::Rbac),
    People(people::People),
    Rules(rules::Rules),
    Updates(updates::Updates),
    Policies(policies::Policies),
    Schema(schema::Schema),
    Schemas(schemas::Schemas),
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
        Command::Plan(arguments) => plan::run(arguments, session),
        Command::Apply(arguments) => apply::run(arguments, session),
        Command::Deploy(arguments) => deploy::run(arguments, session),
        Command::Drift(arguments) => drift::run(&arguments, session),
        Command::Adopt(arguments) => adopt::run(&arguments, session),
        Command::History(arguments) => history::run(arguments, session),
        Command::Rollback(arguments) => rollback::run(arguments, session),
        Command::Retire(arguments) => retire::run(arguments, session),
        Command::Resume(arguments) => recover::run_resume(arguments, session),
        Command::Revert(arguments) => recover::run_revert(arguments, session),
        Command::Release(arguments) => release::run(arguments, session),
        Command::Status(arguments) => status::run(arguments, session),
        Command::Why(arguments) => why::run(arguments, session),
        Command::Rbac(arguments) => rbac::run(arguments, session),
        Command::People(arguments) => people::run(arguments, session),
        Command::Rules(arguments) => rules::run(arguments, session),
        Command::Updates(arguments) => updates::run(arguments, session),
        Command::Policies(arguments) => policies::run(arguments, session),
        Command::Schemas(arguments) => schemas::run(arguments, session),
        Command::Schema(arguments) => schema::run(&arguments, session),
        Command::Import(arguments) => import::run(arguments, session),
        Command::Lab(arguments) => lab::run(arguments, session),
        Command::Completions(arguments) => completions::run(&arguments, session),
        Command::Reference(arguments) => reference::run(&arguments, session),
    }
}
