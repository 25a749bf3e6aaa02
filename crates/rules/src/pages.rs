//! One page per rule, and the list of all.

use std::fmt::Write;

use steading_model::Severity;

use crate::registry::RULES;
use crate::rule::Rule;

/// Returns the pages of the reference, each with its file's name.
pub fn pages() -> Vec<(String, String)> {
    let mut pages: Vec<(String, String)> = RULES
        .iter()
        .map(|rule| (format!("{}.md", rule.name), page(rule)))
        .collect();
    pages.push(("README.md".to_owned(), index()));
    pages
}

fn page(rule: &Rule) -> String {
    let (code, name, severity) = (rule.code.0, rule.name, word(rule.severity));
    format!(
        "# {name} ({code})\n\nDefault: {severity}.\n\n{}\n\n{}",
        rule.text(),
        waiver(rule)
    )
}

fn waiver(rule: &Rule) -> String {
    let Rule { name, .. } = rule;
    let estate = format!(
        "For the whole estate, its severity is set in `estate.yaml`:\n\n```yaml\nspec:\n  rules:\n    {name}: {{ severity: warning, why: \"…\" }}\n```\n"
    );
    if rule.is_waivable() {
        format!(
            "## Getting past it\n\nIn the application, with the reason and, where it is for a time, the last day:\n\n```yaml\nspec:\n  waivers:\n    - {{ rule: {name}, why: \"…\", until: 2027-01-31 }}\n```\n\n{estate}"
        )
    } else {
        format!(
            "## Getting past it\n\nIt is about the estate or about waivers themselves, so an application cannot waive it. {estate}"
        )
    }
}

fn index() -> String {
    let mut text = "# Rules\n\n`steading check` holds every declaration to these rules.\n\n| code | rule | default | |\n|---|---|---|---|\n".to_owned();
    for rule in RULES {
        let (name, severity) = (rule.name, word(rule.severity));
        // Writing to a String cannot fail.
        let _unfailing = writeln!(
            text,
            "| {} | [{name}]({name}.md) | {severity} | {} |",
            rule.code.0,
            rule.summary()
        );
    }
    text
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
