//! `steading schema`: JSON Schema for editors.

use clap::Args;

use crate::error::{CommandError, Outcome};
use crate::output;
use crate::reference::{Declaration, json_schema};
use crate::session::Session;

const AFTER_HELP: &str = "\
Example:
  steading schema application > .steading/application.schema.json

An editor with a YAML language server completes and checks a declaration that begins with
  # yaml-language-server: $schema=../../.steading/application.schema.json";

/// Print the JSON Schema of declarations, for editors
///
/// The schema says what can be written, with the meaning of each field. `steading check` finds more.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Schema {
    /// Kind of declaration
    #[arg(value_name = "KIND", default_value = "application")]
    kind: Declaration,
}

/// Runs `steading schema`.
pub(crate) fn run(arguments: &Schema, session: &Session) -> Result<Outcome, CommandError> {
    let Schema { kind } = arguments;
    output::json(&session.ui, &json_schema(*kind))?;
    Ok(Outcome::Success)
}
