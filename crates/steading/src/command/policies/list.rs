//! `steading policies list`: the estate's own rules, and how much each finds.

use std::io::Write;

use clap::Args;
use serde::Serialize;
use steading_model::Severity;
use steading_rules::policy::Described;

use crate::diagnostics::{self, tally};
use crate::error::{CommandError, Outcome};
use crate::output::{self, Format, OutputOption};
use crate::pipeline::{Loaded, Selection};
use crate::session::Session;
use crate::settings;
use crate::ui::Table;

const AFTER_HELP: &str = "\
Example:
  steading policies list

A rule is a file under policies/. `steading check` says what they find.";

/// List the estate's own rules, with how much each finds in all environments
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct List {
    #[command(flatten)]
    output: OutputOption,
}

#[derive(Serialize)]
struct JsonRule<'a> {
    name: &'a str,
    severity: &'static str,
    about: &'a str,
    why: &'a str,
    installed: bool,
    findings: usize,
    file: String,
}

/// Runs `steading policies list`.
pub(crate) fn run(arguments: &List, session: &Session) -> Result<Outcome, CommandError> {
    let loaded = Loaded::read(session)?;
    if let Some(outcome) = refuse(session, &loaded) {
        return Ok(outcome);
    }
    let environments = loaded.environments(None)?;
    let all = Selection::new(&loaded, &[])?;
    let checked = loaded.check(&loaded.compile(&environments), &all, settings::today());
    let rules = loaded.policies().describe(loaded.needed_estate()?);
    let rules: Vec<JsonRule<'_>> = rules
        .iter()
        .map(|rule| json(rule, &loaded, checked.own.get(&rule.name).copied()))
        .collect();
    match arguments.output.output {
        Format::Json => output::json(&session.ui, &rules)?,
        Format::Text if rules.is_empty() => session
            .ui
            .say("the estate has no rules of its own: they are files under `policies/`"),
        Format::Text => {
            let text = table(&rules).render(session.ui.paint());
            session.ui.data().write_all(text.as_bytes())?;
        }
    }
    Ok(Outcome::Success)
}

/// Prints the errors of loading, where there are any: a rule that cannot be read would be missing without a word.
pub(super) fn refuse(session: &Session, loaded: &Loaded) -> Option<Outcome> {
    let report = loaded.report.clone();
    let mut errors = report.map(|finding| (finding.severity == Severity::Error).then_some(finding));
    errors.sort(loaded.sources());
    if errors.is_empty() {
        return None;
    }
    diagnostics::say(&session.ui, loaded.findings(&errors), &tally(&errors));
    Some(Outcome::Findings)
}

fn json<'a>(rule: &'a Described, loaded: &Loaded, findings: Option<usize>) -> JsonRule<'a> {
    let Described {
        name,
        severity,
        about,
        why,
        installed,
        span,
    } = rule;
    JsonRule {
        name,
        severity: severity.as_str(),
        about,
        why,
        installed: *installed,
        findings: findings.unwrap_or(0),
        file: loaded.sources().path(span.file).to_owned(),
    }
}

fn table(rules: &[JsonRule<'_>]) -> Table {
    let mut table = Table::new([
        "name",
        "severity",
        "about",
        "findings",
        "in the cluster",
        "without it",
    ]);
    for rule in rules {
        let installed = if rule.installed { "installed" } else { "-" };
        table.row([
            rule.name.to_owned(),
            rule.severity.to_owned(),
            rule.about.to_owned(),
            rule.findings.to_string(),
            installed.to_owned(),
            rule.why.to_owned(),
        ]);
    }
    table
}
