//! Everything that is wrong with a user's files: values, not errors.
//!
//! Stages return `(T, Report)` and never stop at the first finding. One renderer (in the program) prints them as text,
//! JSON, SARIF or CI annotations.

use std::borrow::Cow;

use serde::Serialize;

use crate::source::{Sources, Span};

/// A stable code such as `ST1003`: `ST0…` reading YAML, `ST1…` declarations, `ST2…` compiling, `ST3…` the
/// Kubernetes schema, `ST4…` rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Code(pub &'static str);

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is planned or applied while it stands.
    Error,
    /// Worth a change; does not stop anything.
    Warning,
    /// Worth knowing.
    Note,
}

/// A second place that explains a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one phrase: lower-case start, no full stop.
    pub message: String,
    /// Where.
    pub span: Option<Span>,
    /// What to say at that place, where the message does not say it all.
    pub note: Option<String>,
    /// Other places that explain it.
    pub labels: Vec<Label>,
    /// What to do: an edit or a command.
    pub help: Option<Cow<'static, str>>,
}

impl Diagnostic {
    /// Makes a finding.
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            span: None,
            note: None,
            labels: Vec::new(),
            help: None,
        }
    }

    /// Makes an error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// Makes a warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, span: impl Into<Option<Span>>) -> Self {
        self.span = span.into();
        self
    }

    /// Sets what is said at the place.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Sets what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// All findings of a stage or a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Adds the findings of another stage.
    pub fn extend(&mut self, other: Self) {
        self.diagnostics.extend(other.diagnostics);
    }

    /// Returns the findings in the order in which they were added, or after [`Report::sort`] by place.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Changes each finding, for example its severity, or drops it where `change` returns `None`.
    #[must_use]
    pub fn map(self, change: impl FnMut(Diagnostic) -> Option<Diagnostic>) -> Self {
        Self {
            diagnostics: self.diagnostics.into_iter().filter_map(change).collect(),
        }
    }

    /// Orders the findings by path, line, column and code, and drops exact repetitions.
    pub fn sort(&mut self, sources: &Sources) {
        self.diagnostics.sort_by_cached_key(|finding| {
            let place = finding
                .span
                .map(|span| (sources.path(span.file).to_owned(), sources.position(span)));
            (place, finding.code, finding.message.clone())
        });
        self.diagnostics.dedup();
    }

    /// Says whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Counts the findings of one severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    }

    /// Says whether there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }
}
