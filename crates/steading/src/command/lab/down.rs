//! `steading lab down`.

use clap::Args;
use steading_lab::{Lab, Logs};

use super::place::NameArgument;
use crate::error::{CommandError, Outcome};
use crate::session::Session;

const AFTER_HELP: &str = "\
Examples:
  steading lab down home
  steading lab down home --keep-logs    to look at what happened";

/// Take a lab away: its processes, its files, its data
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Down {
    #[command(flatten)]
    name: NameArgument,
    /// Keep the logs of its programs
    #[arg(long)]
    keep_logs: bool,
}

pub(super) async fn run(arguments: Down, session: &Session) -> Result<Outcome, CommandError> {
    let Down { name, keep_logs } = arguments;
    let name = name.get(session)?;
    let logs = if keep_logs { Logs::Keep } else { Logs::Remove };
    Lab::down(&session.settings.lab()?, &name, logs).await?;
    session.ui.say(&format!("lab `{name}` is gone"));
    Ok(Outcome::Success)
}
