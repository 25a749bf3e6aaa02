//! Findings as workflow commands of GitHub Actions, which shows them beside the lines.

use std::fmt::Write;

use steading_model::{Diagnostic, Severity};

use super::Findings;

/// Returns findings as workflow commands, one line each.
pub(crate) fn github(findings: Findings<'_>) -> String {
    findings
        .iter()
        .map(|finding| line(findings, finding))
        .collect()
}

fn line(findings: Findings<'_>, finding: &Diagnostic) -> String {
    let mut line = format!("::{} ", command(finding.severity));
    if let Some(place) = finding.span.map(|span| findings.place(span)) {
        let (file, start, end) = (property(&place.file), place.start, place.end);
        write!(
            line,
            "file={file},line={},endLine={},",
            start.line, end.line
        )
        .expect("writing to text must succeed");
        if start.line == end.line {
            // GitHub ignores columns of annotations over several lines.
            write!(line, "col={},endColumn={},", start.column, end.column)
                .expect("writing to text must succeed");
        }
    }
    let help = finding
        .help
        .as_ref()
        .map(|help| format!("\nhelp: {help}"))
        .unwrap_or_default();
    let message = escape(&format!("{}{help}", finding.message));
    line + &format!("title={}::{message}\n", property(finding.code.0))
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

fn escape(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use steading_model::{Code, Report, Sources, Span};

    use super::*;

    #[test]
    fn what_has_a_meaning_to_github_is_escaped() {
        let mut sources = Sources::default();
        let file = sources.add("a,b:c.yaml", "x: 1\n");
        let mut report = Report::default();
        let span = Span {
            file,
            start: 0,
            end: 1,
        };
        report.push(
            Diagnostic::error(Code("ST1"), "100% wrong\n::error::")
                .at(span)
                .help("edit"),
        );
        report.push(Diagnostic::warning(Code("ST2"), "no place"));
        let findings = Findings {
            report: &report,
            sources: &sources,
            prefix: "estate/",
        };
        assert_eq!(
            github(findings),
            "::error file=estate/a%2Cb%3Ac.yaml,line=1,endLine=1,col=1,endColumn=2,title=ST1::100%25 wrong%0A::error::%0Ahelp: edit\n\
             ::warning title=ST2::no place\n"
        );
    }
}
