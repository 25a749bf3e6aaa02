//! `steading lab`: a local Kubernetes from real programs, with simulated nodes.

mod binaries;
mod down;
mod fault;
mod kubeconfig;
mod list;
mod load;
mod place;
mod status;
mod up;

use clap::{Args, Subcommand};

use crate::error::{CommandError, Outcome};
use crate::runtime::block_on;
use crate::session::Session;

const AFTER_HELP: &str = "\
Examples:
  steading lab up                         in an estate: a lab with its name and its nodes
  steading lab fault home --image app oom let pods of an image run out of memory
  kubectl --kubeconfig <(steading lab kubeconfig home) get pods -A
  steading lab down home                  take it away; nothing is left behind

Real: the API server, etcd, the controllers, the scheduler. Simulated: nodes and pods. Containers do
not run, logs hold what `lab fault` says, exec does not answer, volumes hold no bytes.";

/// Run a local Kubernetes: real API server, scheduler and controllers, simulated nodes
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Lab {
    #[command(subcommand)]
    command: LabCommand,
}

#[derive(Subcommand)]
enum LabCommand {
    Up(up::Up),
    Status(status::Status),
    List(list::List),
    Load(load::Load),
    Fault(fault::Fault),
    Kubeconfig(kubeconfig::Kubeconfig),
    Down(down::Down),
    Binaries(binaries::Binaries),
}

/// Runs `steading lab`.
pub(crate) fn run(arguments: Lab, session: &Session) -> Result<Outcome, CommandError> {
    match arguments.command {
        LabCommand::Up(arguments) => block_on(up::run(arguments, session))?,
        LabCommand::Status(arguments) => block_on(status::run(arguments, session))?,
        LabCommand::List(arguments) => list::run(&arguments, session),
        LabCommand::Load(arguments) => block_on(load::run(arguments, session))?,
        LabCommand::Fault(arguments) => block_on(fault::run(arguments, session))?,
        LabCommand::Kubeconfig(arguments) => kubeconfig::run(arguments, session),
        LabCommand::Down(arguments) => block_on(down::run(arguments, session))?,
        LabCommand::Binaries(arguments) => block_on(binaries::run(arguments, session))?,
    }
}
