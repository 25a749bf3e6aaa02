//! When a job runs next, and what the changes of its zone's clock do to that.

use std::io::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone as Zone;
use serde::Serialize;
use steading_model::FieldPath;
use steading_model::application::Application;
use steading_model::name::{Run, RunNote, Schedule, TimeZone};

use crate::error::CommandError;
use crate::ui::{Table, Ui};

/// How many runs are told.
const COUNT: usize = 5;

/// The next runs of a job.
pub(super) struct NextRuns<'a> {
    name: &'a str,
    /// The path of its schedule.
    pub(super) schedule: String,
    when: &'a Schedule,
    zone: &'a TimeZone,
    /// Why it does not run all the same.
    rests: Option<&'static str>,
    runs: Vec<Run>,
}

/// A run as JSON.
#[derive(Clone, Serialize)]
pub(super) struct JsonRun {
    clock: String,
    at: Option<Timestamp>,
    note: Option<&'static str>,
}

/// Returns the next runs of the jobs that a field names: of `jobs.NAME`, or of all with `jobs`.
pub(super) fn of<'a>(
    application: &'a Application,
    zone: &'a TimeZone,
    field: Option<&FieldPath>,
    after: Timestamp,
) -> Vec<NextRuns<'a>> {
    let field = field.map(ToString::to_string).unwrap_or_default();
    let field = field.strip_prefix("spec.").unwrap_or(&field);
    let jobs = application.fields.jobs.iter().filter(|(name, _)| {
        let path = format!("jobs.{name}");
        field == "jobs" || field == path || field == format!("{path}.schedule")
    });
    let runs = jobs.filter_map(|(name, job)| {
        let when = job.own.schedule.as_ref()?;
        let zone = job.own.time_zone.as_ref().unwrap_or(zone);
        let suspended = (job.own.suspend == Some(true)).then_some("it is suspended");
        let parked = application.fields.parked.as_ref();
        Some(NextRuns {
            name: name.as_str(),
            schedule: format!("{}.schedule", job.container.path),
            when,
            zone,
            rests: suspended.or_else(|| parked.map(|_| "the application is parked")),
            runs: when.next_runs(zone, after, COUNT),
        })
    });
    runs.collect()
}

/// Prints them below the values.
pub(super) fn print(ui: &Ui, all: &[NextRuns<'_>]) -> Result<(), CommandError> {
    for next in all {
        let NextRuns {
            name, when, zone, ..
        } = next;
        let rests = next.rests.map(|why| format!(", but {why}"));
        let rests = rests.unwrap_or_default();
        let heading = format!("\n`{name}` runs at `{when}` in {zone}{rests}:\n");
        ui.data().write_all(heading.as_bytes())?;
        let mut table = Table::new(["clock", "UTC", "note"]);
        for run in &next.runs {
            table.row([
                clock(run),
                utc(run),
                note(run).unwrap_or_default().to_owned(),
            ]);
        }
        ui.data().write_all(table.render(ui.paint()).as_bytes())?;
    }
    Ok(())
}

impl NextRuns<'_> {
    /// Returns the runs as JSON.
    pub(super) fn json(&self) -> Vec<JsonRun> {
        let run = |run: &Run| JsonRun {
            clock: run.clock.to_string(),
            at: run.at,
            note: note(run),
        };
        self.runs.iter().map(run).collect()
    }
}

fn clock(run: &Run) -> String {
    run.clock.strftime("%a %Y-%m-%d %H:%M").to_string()
}

fn utc(run: &Run) -> String {
    let utc = run.at.map(|at| at.to_zoned(Zone::UTC));
    let text = utc.map(|utc| utc.strftime("%Y-%m-%d %H:%M").to_string());
    text.unwrap_or_else(|| "never".to_owned())
}

fn note(run: &Run) -> Option<&'static str> {
    match run.note {
        RunNote::Usual => None,
        RunNote::Skipped => Some("does not run: the clock is set forward over it"),
        RunNote::First => Some("first of two runs: the clock is set back after it"),
        RunNote::Second => Some("second of two runs: the clock was set back"),
    }
}
