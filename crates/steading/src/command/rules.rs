//! `steading rules`: what is checked, and why.

use std::io::Write;

use clap::Args;
use serde::Serialize;
use steading_model::Severity;
use steading_rules::{RULES, Rule};

use crate::error::{CommandError, Outcome};
use crate::names;
use crate::output::{self, Format, OutputOption};
use crate::session::Session;
use crate::ui::Table;

const AFTER_HELP: &str = "\
Examples:
  steading rules                   all rules
  steading rules image-not-pinned  what a rule wants, why, and how to satisfy it
  steading rules ST4001            the same by its code

A rule that must not hold somewhere is waived there, with the reason:
  waivers: [{ rule: image-not-pinned, why: \"the vendor publishes no other tag\" }]";

/// List the rules, or show the page of one
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Rules {
    /// Name or code of a rule
    #[arg(value_name = "RULE")]
    rule: Option<String>,

    #[command(flatten)]
    output: OutputOption,
}

#[derive(Serialize)]
struct JsonRule {
    code: &'static str,
    name: &'static str,
    severity: Severity,
    docs: String,
}

/// Runs `steading rules`.
pub(crate) fn run(arguments: Rules, session: &Session) -> Result<Outcome, CommandError> {
    let Rules { rule, output } = arguments;
    match (rule, output.output) {
        (None, Format::Text) => list(session)?,
        (None, Format::Json) => output::json(
            &session.ui,
            &RULES.iter().map(|rule| json(rule)).collect::<Vec<_>>(),
        )?,
        (Some(name), Format::Text) => page(find(&name)?, session)?,
        (Some(name), Format::Json) => output::json(&session.ui, &json(find(&name)?))?,
    }
    Ok(Outcome::Success)
}

fn find(name: &str) -> Result<&'static Rule, CommandError> {
    let known: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    steading_rules::find(name).ok_or_else(|| names::unknown("rule", name, &known))
}

fn list(session: &Session) -> Result<(), CommandError> {
    let mut table = Table::new(["code", "name", "severity", "what it wants"]);
    for rule in RULES {
        let severity = format!("{:?}", rule.severity).to_lowercase();
        table.row([
            rule.code.0.to_owned(),
            rule.name.to_owned(),
            severity,
            rule.summary().trim_end_matches('.').to_owned(),
        ]);
    }
    session
        .ui
        .data()
        .write_all(table.render(session.ui.paint()).as_bytes())?;
    Ok(())
}

fn page(rule: &Rule, session: &Session) -> Result<(), CommandError> {
    let file = format!("{}.md", rule.name);
    let page = steading_rules::pages()
        .into_iter()
        .find(|(name, _)| *name == file);
    session
        .ui
        .data()
        .write_all(page.unwrap_or_default().1.as_bytes())?;
    Ok(())
}

fn json(rule: &Rule) -> JsonRule {
    JsonRule {
        code: rule.code.0,
        name: rule.name,
        severity: rule.severity,
        docs: rule.text(),
    }
}
