//! `steading release allow`.

use std::io::Write;

use clap::Args;
use serde::Serialize;
use steading_cluster::{Allowed, allow};

use crate::error::{CommandError, Outcome};
use crate::output::{self, Format, OutputOption};
use crate::releasing;
use crate::runtime::block_on;
use crate::session::Session;
use crate::subject::{Subject, SubjectOptions};
use crate::target::{Intent, connect_to};

const AFTER_HELP: &str = "\
Examples:
  steading release allow shop --env prod              all its versions that are in quarantine
  steading release allow shop --env prod --number 7   the version of release 7 of `steading history`

It changes no object of the application: the next `apply` or `deploy`, by hand, in a pipeline or by
an updater, releases such a version again. One that fails again is in quarantine again.";

/// Take versions out of quarantine that were put back before
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Allow {
    #[command(flatten)]
    subject: SubjectOptions,
    /// The release whose version is meant [default: all that are in quarantine]
    #[arg(long, value_name = "NUMBER")]
    number: Option<u64>,
    #[command(flatten)]
    output: OutputOption,
}

/// A release whose version is allowed again, for programs.
#[derive(Serialize)]
struct Row<'a> {
    release: u64,
    quarantined: &'a str,
}

/// Runs `steading release allow`.
pub(super) fn run(arguments: Allow, session: &Session) -> Result<Outcome, CommandError> {
    let Allow {
        subject: options,
        number,
        output,
    } = arguments;
    let subject = Subject::find(session, &options)?;
    let allowed = block_on(async {
        let environment = subject.environment()?;
        let cluster = connect_to(session, environment, &options.cluster, Intent::Write).await?;
        let allowed = releasing::carry_out(session, &cluster, async |run| {
            allow(run, &subject.key, number).await
        });
        allowed.await.map_err(CommandError::from)
    })??;
    if allowed.is_empty() {
        return Err(nothing_held(&subject, number));
    }
    print(&allowed, session, &subject, output.output)?;
    Ok(Outcome::Success)
}

fn nothing_held(subject: &Subject, number: Option<u64>) -> CommandError {
    let key = &subject.key;
    let what = match number {
        Some(number) => format!("the version of release {number} of {key} is not in quarantine"),
        None => format!("no version of {key} is in quarantine"),
    };
    let (application, environment) = (&key.application, &key.environment);
    CommandError::failure(what).hint(format!(
        "`steading history {application} --env {environment}` says what was put back"
    ))
}

fn print(
    allowed: &[Allowed],
    session: &Session,
    subject: &Subject,
    format: Format,
) -> Result<(), CommandError> {
    if format == Format::Json {
        let rows = allowed.iter().map(|allowed| Row {
            release: allowed.number,
            quarantined: &allowed.why,
        });
        output::json(&session.ui, &rows.collect::<Vec<_>>())?;
        return Ok(());
    }
    let mut out = session.ui.data();
    for Allowed { number, why } in allowed {
        writeln!(
            out,
            "{}: the version of release {number} may be released again; it was in quarantine: {why}",
            subject.key
        )?;
    }
    Ok(())
}
