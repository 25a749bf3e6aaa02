//! Findings for people: the message, the lines that it is about, and what to do.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use steading_model::{Diagnostic, FileId, Severity, Span};

use super::Findings;
use super::excerpt::Excerpt;
use crate::ui::Paint;

/// Returns findings as text, each with an empty line behind it.
pub(crate) fn text(findings: Findings<'_>, paint: Paint, width: usize) -> String {
    let renderer = match paint {
        Paint::Colour => Renderer::styled(),
        Paint::Plain => Renderer::plain(),
    };
    let renderer = renderer.term_width(width).decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    for finding in findings.iter() {
        text.push_str(&renderer.render(&[group(findings, finding)]));
        text.push_str("\n\n");
    }
    text
}

fn group<'a>(findings: Findings<'a>, finding: &'a Diagnostic) -> Group<'a> {
    let title = level(finding.severity).primary_title(finding.message.as_str());
    let mut group = Group::with_title(title.id(finding.code.0));
    for file in files(finding) {
        group = group.element(snippet(findings, finding, file));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help.as_ref()));
    }
    group
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

/// Returns the files that a finding has places in, that of the finding itself first.
fn files(finding: &Diagnostic) -> Vec<FileId> {
    let mut files: Vec<FileId> = Vec::new();
    for (span, _, _) in places(finding) {
        if !files.contains(&span.file) {
            files.push(span.file);
        }
    }
    files
}

fn places(finding: &Diagnostic) -> impl Iterator<Item = (Span, AnnotationKind, Option<&str>)> {
    let own = finding
        .span
        .map(|span| (span, AnnotationKind::Primary, finding.note.as_deref()));
    let labels = finding.labels.iter().map(|label| {
        (
            label.span,
            AnnotationKind::Context,
            Some(label.text.as_str()),
        )
    });
    own.into_iter().chain(labels)
}

fn snippet<'a>(
    findings: Findings<'a>,
    finding: &'a Diagnostic,
    file: FileId,
) -> Snippet<'a, Annotation<'a>> {
    let here: Vec<_> = places(finding)
        .filter(|(span, _, _)| span.file == file)
        .collect();
    let spans: Vec<Span> = here.iter().map(|(span, _, _)| *span).collect();
    let excerpt = Excerpt::of(findings.sources, file, &spans);
    let annotations: Vec<_> = here
        .iter()
        .map(|(span, kind, text)| kind.span(excerpt.range(*span)).label(*text))
        .collect();
    Snippet::source(excerpt.text)
        .line_start(excerpt.first_line)
        .path(findings.path(spans[0]))
        .annotations(annotations)
}
