//! Findings for programs.

use serde::Serialize;
use steading_model::{Diagnostic, Label, Severity, Span};

use super::Findings;

/// A finding as JSON.
#[derive(Serialize)]
pub(crate) struct JsonFinding<'a> {
    code: &'static str,
    severity: Severity,
    message: &'a str,
    #[serde(flatten)]
    place: Option<JsonPlace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<JsonLabel<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonPlace {
    file: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    #[serde(flatten)]
    place: JsonPlace,
    text: &'a str,
}

/// Returns findings for serialising.
pub(crate) fn json(findings: Findings<'_>) -> Vec<JsonFinding<'_>> {
    findings
        .iter()
        .map(|finding| json_finding(findings, finding))
        .collect()
}

fn json_finding<'a>(findings: Findings<'a>, finding: &'a Diagnostic) -> JsonFinding<'a> {
    let Diagnostic {
        code,
        severity,
        message,
        span,
        note,
        labels,
        help,
    } = finding;
    let label = |Label { span, text }: &'a Label| JsonLabel {
        place: json_place(findings, *span),
        text,
    };
    JsonFinding {
        code: code.0,
        severity: *severity,
        message,
        place: span.map(|span| json_place(findings, span)),
        note: note.as_deref(),
        labels: labels.iter().map(label).collect(),
        help: help.as_deref(),
    }
}

fn json_place(findings: Findings<'_>, span: Span) -> JsonPlace {
    let place = findings.place(span);
    JsonPlace {
        file: place.file,
        line: place.start.line,
        column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
    }
}
