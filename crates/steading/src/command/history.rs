//! `steading history`: the releases of an application.

use std::io::Write;

use clap::Args;
use serde::Serialize;
use steading_cluster::{ReleaseSummary, history};
use steading_plan::ReleaseKind;

use crate::error::{CommandError, Outcome};
use crate::output::{self, Format, OutputOption};
use crate::runtime::block_on;
use crate::session::Session;
use crate::subject::{Subject, SubjectOptions};
use crate::target::{Intent, connect_to};
use crate::ui::Table;

const AFTER_HELP: &str = "\
Example:
  steading history shop --env prod";

/// List the releases of an application, the newest first
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct History {
    #[command(flatten)]
    subject: SubjectOptions,
    #[command(flatten)]
    output: OutputOption,
}

#[derive(Serialize)]
struct Row<'a> {
    number: u64,
    phase: String,
    kind: String,
    actor: &'a str,
    created_at: &'a str,
    revision: Option<&'a str>,
    image: Option<&'a str>,
    message: Option<&'a str>,
    quarantined: Option<&'a str>,
}

/// Runs `steading history`.
pub(crate) fn run(arguments: History, session: &Session) -> Result<Outcome, CommandError> {
    let History {
        subject: options,
        output,
    } = arguments;
    let subject = Subject::find(session, &options)?;
    let releases = block_on(async {
        let cluster = connect_to(
            session,
            subject.environment()?,
            &options.cluster,
            Intent::Read,
        )
        .await?;
        Ok::<_, CommandError>(history(&cluster, &subject.key).await?)
    })??;
    let rows: Vec<Row<'_>> = releases.iter().map(row).collect();
    match output.output {
        Format::Json => output::json(&session.ui, &rows)?,
        Format::Text => print(&rows, session, &subject)?,
    }
    Ok(Outcome::Success)
}

fn row(release: &ReleaseSummary) -> Row<'_> {
    let status = release.status.as_ref();
    let kind = match release.spec.kind {
        ReleaseKind::Apply => "apply".to_owned(),
        ReleaseKind::Retire => "retire".to_owned(),
        ReleaseKind::Rollback(to) => format!("rollback to {to}"),
        ReleaseKind::Takeover => "takeover".to_owned(),
    };
    Row {
        number: release.spec.number,
        phase: status.map_or_else(
            || "Preparing".to_owned(),
            |status| format!("{:?}", status.phase),
        ),
        kind,
        actor: &release.spec.actor,
        created_at: &release.spec.created_at,
        revision: release.spec.revision.as_deref(),
        image: release.spec.image.as_deref(),
        message: status.and_then(|status| status.message.as_deref()),
        quarantined: status.and_then(|status| status.quarantined.as_deref()),
    }
}

fn print(rows: &[Row<'_>], session: &Session, subject: &Subject) -> Result<(), CommandError> {
    if rows.is_empty() {
        session.ui.say(&format!("{} has no releases", subject.key));
        return Ok(());
    }
    let mut table = Table::new(["release", "state", "when", "who", "image", "what"]);
    for row in rows {
        let text = |value: Option<&str>| value.unwrap_or("-").to_owned();
        let what = row
            .quarantined
            .or(row.message)
            .map_or_else(|| row.kind.clone(), |why| format!("{}: {why}", row.kind));
        table.row([
            row.number.to_string(),
            row.phase.clone(),
            row.created_at.to_owned(),
            row.actor.to_owned(),
            text(row.image),
            what,
        ]);
    }
    session
        .ui
        .data()
        .write_all(table.render(session.ui.paint()).as_bytes())?;
    Ok(())
}
