//! `steading lab status`.

use std::io::Write;

use clap::Args;
use steading_lab::Tally;

use super::place::{NameArgument, open};
use crate::error::{CommandError, Outcome};
use crate::output::{self, Format, OutputOption};
use crate::session::Session;
use crate::ui::Table;

const AFTER_HELP: &str = "\
Example:
  steading lab status home";

/// Say how a lab is: its programs, nodes and pods
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Status {
    #[command(flatten)]
    name: NameArgument,
    #[command(flatten)]
    output: OutputOption,
}

pub(super) async fn run(arguments: Status, session: &Session) -> Result<Outcome, CommandError> {
    let Status { name, output } = arguments;
    let name = name.get(session)?;
    let status = open(session, &name)?.status().await?;
    match output.output {
        Format::Json => output::json(&session.ui, &status)?,
        Format::Text => print(&status, session)?,
    }
    Ok(if status.is_healthy() {
        Outcome::Success
    } else {
        Outcome::Findings
    })
}

fn print(status: &steading_lab::Status, session: &Session) -> Result<(), CommandError> {
    let mut table = Table::new(["program", "state", "pid", "memory", "port"]);
    for one in &status.components {
        let state = if one.healthy {
            "healthy"
        } else {
            "not healthy"
        };
        let pid = one
            .pid
            .map_or_else(|| "-".to_owned(), |pid| pid.to_string());
        let memory = one.memory_bytes.map_or_else(
            || "-".to_owned(),
            |bytes| format!("{} MiB", bytes / (1024 * 1024)),
        );
        table.row([
            one.component.to_string(),
            state.to_owned(),
            pid,
            memory,
            one.port.to_string(),
        ]);
    }
    let mut out = session.ui.data();
    writeln!(out, "lab {} at {}", status.name, status.server)?;
    writeln!(
        out,
        "nodes {}, pods {}\n",
        tally(status.nodes),
        tally(status.pods)
    )?;
    out.write_all(table.render(session.ui.paint()).as_bytes())?;
    Ok(())
}

fn tally(tally: Option<Tally>) -> String {
    tally.map_or_else(
        || "unknown".to_owned(),
        |tally| format!("{} of {} ready", tally.ready, tally.total),
    )
}
