//! Findings as SARIF 2.1.0, which code scanning services read.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use steading_model::{Diagnostic, Severity, Span};

use super::Findings;

/// Returns findings as a SARIF log.
pub(crate) fn sarif(findings: Findings<'_>) -> Value {
    let codes: BTreeSet<&str> = findings.iter().map(|finding| finding.code.0).collect();
    let rules: Vec<Value> = codes.iter().map(|code| json!({ "id": code })).collect();
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| result(findings, finding))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "steading", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(findings: Findings<'_>, finding: &Diagnostic) -> Value {
    let related: Vec<Value> = finding
        .labels
        .iter()
        .map(|label| {
            let mut location = location(findings, label.span);
            location["message"] = json!({ "text": label.text });
            location
        })
        .collect();
    let locations: Vec<Value> = finding
        .span
        .iter()
        .map(|span| location(findings, *span))
        .collect();
    json!({
        "ruleId": finding.code.0,
        "level": level(finding.severity),
        "message": { "text": message(finding) },
        "locations": locations,
        "relatedLocations": related,
    })
}

fn message(finding: &Diagnostic) -> String {
    let note = finding.note.iter().map(|note| format!("; {note}"));
    let help = finding.help.iter().map(|help| format!("\nhelp: {help}"));
    std::iter::once(finding.message.clone())
        .chain(note)
        .chain(help)
        .collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn location(findings: Findings<'_>, span: Span) -> Value {
    let place = findings.place(span);
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&place.file) },
            "region": {
                "startLine": place.start.line,
                "startColumn": place.start.column,
                "endLine": place.end.line,
                "endColumn": place.end.column,
            },
        },
    })
}

/// Returns a path as a relative reference: everything but the characters that a path segment may hold is escaped.
fn uri(path: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=@".contains(&byte);
    path.bytes()
        .map(|byte| {
            if keep(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(
            uri("applications/a b/ö.yaml"),
            "applications/a%20b/%C3%B6.yaml"
        );
        assert_eq!(uri("<built in>"), "%3Cbuilt%20in%3E");
    }
}
