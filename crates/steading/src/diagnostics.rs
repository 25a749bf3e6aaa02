//! Findings as text, JSON, SARIF and GitHub annotations: four views of the same report.

mod excerpt;
mod github;
mod hidden;
mod json;
mod sarif;
mod text;

use std::fmt;

use steading_model::{Diagnostic, Position, Report, Severity, Sources, Span};

pub(crate) use github::github;
pub(crate) use json::{JsonFinding, json};
pub(crate) use sarif::sarif;
pub(crate) use text::text;

use crate::ui::Ui;

/// A report with what is needed to print it.
#[derive(Clone, Copy)]
pub(crate) struct Findings<'a> {
    /// The findings, in their order.
    pub(crate) report: &'a Report,
    /// The files that their places are in.
    pub(crate) sources: &'a Sources,
    /// What stands before paths of the estate: see [`EstateDirectory::shown`](crate::estate::EstateDirectory::shown).
    pub(crate) prefix: &'a str,
}

/// A place as it is printed.
pub(crate) struct Place {
    /// The path, as seen from the current folder.
    pub(crate) file: String,
    /// Where it begins.
    pub(crate) start: Position,
    /// Where it ends, after the last character.
    pub(crate) end: Position,
}

impl<'a> Findings<'a> {
    /// Returns the findings in their order.
    pub(crate) fn iter(self) -> impl Iterator<Item = &'a Diagnostic> {
        self.report.diagnostics().iter()
    }

    /// Returns a place as it is printed.
    pub(crate) fn place(self, span: Span) -> Place {
        let file = self.sources.file(span.file);
        Place {
            file: self.path(span),
            start: file.position(span.start),
            end: file.position(span.end.max(span.start)),
        }
    }

    /// Returns the path of a place as seen from the current folder; `<built in>` and the like stay as they are.
    pub(crate) fn path(self, span: Span) -> String {
        let path = self.sources.path(span.file);
        if path.starts_with('<') {
            path.to_owned()
        } else {
            format!("{}{path}", self.prefix)
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}:{}:{}",
            self.file, self.start.line, self.start.column
        )
    }
}

/// Prints findings beside the data, on standard error, with a last line that says what they stopped.
pub(crate) fn say(ui: &Ui, findings: Findings<'_>, last: &str) {
    let text = text(findings, ui.side_paint(), ui.width());
    ui.say(format!("{text}{last}").trim_end());
}

/// Returns how many there are, in words: `1 object`, `3 objects`.
pub(crate) fn count(number: usize, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        many => format!("{many} {one}s"),
    }
}

/// Returns how many findings there are, in words: `2 errors and 1 warning`.
pub(crate) fn tally(report: &Report) -> String {
    let kinds = [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Note, "note"),
    ];
    let counts = kinds.map(|(severity, one)| (report.count(severity), one));
    let parts: Vec<String> = counts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, one)| count(*number, one))
        .collect();
    match parts.split_last() {
        None => "no findings".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
    }
}
