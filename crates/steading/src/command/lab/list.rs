//! `steading lab list`.

use std::io::Write;

use clap::Args;
use steading_lab::Lab;

use crate::error::{CommandError, Outcome};
use crate::output::{self, Format, OutputOption};
use crate::session::Session;

const AFTER_HELP: &str = "\
Example:
  steading lab list";

/// List the labs of this machine
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct List {
    #[command(flatten)]
    output: OutputOption,
}

pub(super) fn run(arguments: &List, session: &Session) -> Result<Outcome, CommandError> {
    let List { output } = arguments;
    let labs: Vec<String> = Lab::list(&session.settings.lab()?)
        .iter()
        .map(ToString::to_string)
        .collect();
    if output.output == Format::Json {
        output::json(&session.ui, &labs)?;
        return Ok(Outcome::Success);
    }
    for name in &labs {
        writeln!(session.ui.data(), "{name}")?;
    }
    if labs.is_empty() {
        session.ui.say("there are no labs");
    }
    Ok(Outcome::Success)
}
