//! Syntax errors in our words.

use granit_parser::{ErrorKind, ScanError};

use super::codes::{SYNTAX, TAB, TOO_DEEP};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// Returns the finding for a syntax error.
pub(super) fn diagnostic(error: &ScanError, file: FileId, text: &str) -> Diagnostic {
    let at = error
        .marker()
        .byte_offset()
        .unwrap_or_default()
        .min(text.len());
    let tab = tab_in_indentation(text, at);
    if tab.is_some() || is_tab(error.kind()) {
        let span = span_of_character(file, text, tab.unwrap_or(at));
        return Diagnostic::error(TAB, "a tab is used for indentation")
            .at(span)
            .help("indent with spaces");
    }
    let span = span_of_character(file, text, at);
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return Diagnostic::error(TOO_DEEP, "lists and mappings are nested too deeply").at(span);
    }
    let (message, help) = explain(error.kind());
    let finding = Diagnostic::error(SYNTAX, message).at(span);
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

fn span_of_character(file: FileId, text: &str, at: usize) -> Span {
    let width = text[at..]
        .chars()
        .next()
        .filter(|c| *c != '\n' && *c != '\r')
        .map_or(0, char::len_utf8);
    Span {
        file,
        start: offset(at),
        end: offset(at + width),
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn is_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInPlainScalar
    )
}

/// Returns the first tab in the indentation of the line of an error or of the next: the parser reports where the value began.
fn tab_in_indentation(text: &str, at: usize) -> Option<usize> {
    let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let mut start = line_start;
    for line in text[line_start..].split_inclusive('\n').take(2) {
        let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..blank].find('\t') {
            return Some(start + tab);
        }
        start += line.len();
    }
    None
}

fn explain(kind: &ErrorKind) -> (String, Option<&'static str>) {
    let (message, help) = match kind {
        ErrorKind::MappingValueNotAllowed => (
            "a `:` where no key can stand",
            Some("put a value that holds `: ` in quotes, or check the indentation"),
        ),
        ErrorKind::SimpleKeyExpected => (
            "a line that is neither `key: value` nor `- item`",
            Some("check for a missing `:` or space after it"),
        ),
        ErrorKind::UnexpectedCharacter { character } => {
            return (
                format!(
                    "a plain value cannot begin with `{}`",
                    character.escape_default()
                ),
                Some("put the value in quotes"),
            );
        }
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::UnexpectedEofFlowMapping => (
            "a `{` is not closed, or a `,` is missing in it",
            Some("close it with `}`"),
        ),
        ErrorKind::ExpectedFlowSequenceSeparator | ErrorKind::UnexpectedEofFlowSequence => (
            "a `[` is not closed, or a `,` is missing in it",
            Some("close it with `]`"),
        ),
        ErrorKind::UnclosedFlowCollection { open } => {
            return (format!("a `{open}` is not closed"), None);
        }
        ErrorKind::UnclosedQuotedScalar => ("a quote is not closed", None),
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => (
            "the indentation fits nothing above it",
            Some("indent the keys of one mapping alike"),
        ),
        ErrorKind::UnknownQuotedScalarEscape => (
            "an unknown escape in double quotes",
            Some("use single quotes, or write `\\\\` for a backslash"),
        ),
        other => return (format!("this is not YAML: {other}"), None),
    };
    (message.to_owned(), help)
}
