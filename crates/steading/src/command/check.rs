//! `steading check`: everything that is wrong with the files, without a cluster.

use std::collections::BTreeSet;
use std::io::Write;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use serde::Serialize;
use steading_model::{Report, Severity};
use steading_rules::Waived;

use crate::diagnostics::{self, Findings, JsonFinding, count, tally};
use crate::error::{CommandError, Outcome};
use crate::keep::keep;
use crate::output;
use crate::pipeline::{Compiled, Loaded, Selection};
use crate::session::Session;
use crate::settings;

const AFTER_HELP: &str = "\
Examples:
  steading check                           everything, in all environments
  steading check shop --env prod           one application in one environment
  steading check --output github           annotations beside the lines of a pull request
  steading check --output sarif > all.sarif  for code scanning

Exit codes: 0 without errors (warnings do not count), 1 with at least one";

/// Find what is wrong with the declarations, without a cluster
///
/// Loads the estate, resolves and compiles every application for every environment, checks the rules, and validates each
/// Kubernetes object against the schemas of its version. Findings come in order of file and line, all in one run.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Check {
    /// Applications to report on [default: all]
    #[arg(value_name = "APP")]
    applications: Vec<String>,

    /// Environment to check [default: all]
    #[arg(long, value_name = "ENV")]
    env: Option<String>,

    /// Image of the one application that is named, as CI will pass it
    #[arg(long, value_name = "REF")]
    image: Option<String>,

    /// How to print the findings
    #[arg(
        short,
        long,
        visible_alias = "format",
        value_name = "FORMAT",
        default_value = "text"
    )]
    output: ReportFormat,

    /// Day on which waivers are judged, as 2027-01-31 [default: today]
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// For people, with the lines that findings are about
    Text,
    /// For programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
}

/// What was checked.
#[derive(Serialize)]
struct Summary<'a> {
    errors: usize,
    warnings: usize,
    notes: usize,
    waived: usize,
    applications: usize,
    environments: Vec<&'a str>,
    objects: usize,
}

#[derive(Serialize)]
struct JsonReport<'a> {
    findings: Vec<JsonFinding<'a>>,
    summary: &'a Summary<'a>,
}

/// Runs `steading check`.
pub(crate) fn run(arguments: Check, session: &Session) -> Result<Outcome, CommandError> {
    let Check {
        applications,
        env,
        image,
        output,
        today,
    } = arguments;
    let progress = session.ui.progress();
    progress.activity("reading the estate");
    let loaded = keep(Loaded::read(session)?);
    loaded.override_image(image.as_deref(), &applications)?;
    let selection = Selection::new(loaded, &applications)?;
    let environments = loaded.environments(env.as_deref())?;
    progress.activity("compiling");
    let compiled = keep(loaded.compile(&environments));
    progress.activity("checking");
    let today = today.unwrap_or_else(settings::today);
    let outcome = loaded.check(compiled, &selection, today);
    drop(progress);
    let found = std::mem::take(&mut compiled.report);
    let report = loaded.gather(&selection, [found, outcome.report]);
    let waived = waived(loaded, &selection, outcome.waived);
    let summary = Summary::new(loaded, &selection, compiled, environments, &report).waived(waived);
    print(session, loaded.findings(&report), output, &summary)?;
    Ok(if report.has_errors() {
        Outcome::Findings
    } else {
        Outcome::Success
    })
}

/// Counts what is waived; what is waived in several environments counts once.
fn waived(loaded: &Loaded, selection: &Selection, waived: Vec<Waived>) -> usize {
    let mut report = Report::default();
    for waived in waived {
        report.push(waived.finding);
    }
    let mut report = selection.of(report, loaded);
    report.sort(loaded.sources());
    report.diagnostics().len()
}

impl<'a> Summary<'a> {
    fn new(
        loaded: &Loaded,
        selection: &Selection,
        compiled: &Compiled,
        environments: Vec<&'a str>,
        report: &Report,
    ) -> Self {
        let files = environments
            .iter()
            .flat_map(|environment| loaded.applications_of(environment));
        let names: BTreeSet<&str> = files
            .map(|file| file.name.as_str())
            .filter(|name| selection.has(name))
            .collect();
        let desired = compiled
            .desired
            .iter()
            .filter(|desired| selection.has(desired.application.as_str()));
        Self {
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            notes: report.count(Severity::Note),
            waived: 0,
            applications: names.len(),
            environments,
            objects: desired.map(|desired| desired.objects.len()).sum(),
        }
    }

    fn waived(self, waived: usize) -> Self {
        Self { waived, ..self }
    }
}

fn print(
    session: &Session,
    findings: Findings<'_>,
    format: ReportFormat,
    summary: &Summary<'_>,
) -> Result<(), CommandError> {
    let ui = &session.ui;
    match format {
        ReportFormat::Text => {
            let text = diagnostics::text(findings, ui.paint(), ui.width());
            writeln!(ui.data(), "{text}{}", sentence(findings.report, summary))?;
        }
        ReportFormat::Json => output::json(
            ui,
            &JsonReport {
                findings: diagnostics::json(findings),
                summary,
            },
        )?,
        ReportFormat::Sarif => output::json(ui, &diagnostics::sarif(findings))?,
        ReportFormat::Github => {
            ui.data()
                .write_all(diagnostics::github(findings).as_bytes())?;
            ui.say(&sentence(findings.report, summary));
        }
    }
    Ok(())
}

fn sentence(report: &Report, summary: &Summary<'_>) -> String {
    let Summary {
        errors: _,
        warnings: _,
        notes: _,
        waived,
        applications,
        environments,
        objects,
    } = summary;
    let applications = count(*applications, "application");
    let objects = count(*objects, "object");
    let waived = if *waived > 0 {
        format!(", {waived} waived")
    } else {
        String::new()
    };
    let environments = match environments.as_slice() {
        [] => String::new(),
        names => format!(" in {}", names.join(", ")),
    };
    format!(
        "checked {applications}{environments} ({objects}): {}{waived}",
        tally(report)
    )
}
