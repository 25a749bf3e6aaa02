//! `steading completions`: what the shell needs to complete command lines.

use std::io::Write;

use clap::Args;
use clap_complete::Shell;

use crate::args;
use crate::error::{CommandError, Outcome};
use crate::session::Session;

const AFTER_HELP: &str = "\
Examples:
  steading completions bash > ~/.local/share/bash-completion/completions/steading
  steading completions fish > ~/.config/fish/completions/steading.fish
  steading completions zsh > \"${fpath[1]}/_steading\"";

/// Print completions for a shell
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Runs `steading completions`.
pub(crate) fn run(arguments: &Completions, session: &Session) -> Result<Outcome, CommandError> {
    let Completions { shell } = *arguments;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::definition(), "steading", &mut script);
    session.ui.data().write_all(&script)?;
    Ok(Outcome::Success)
}
