//! Syntax errors in our words.

use granit_parser::{ErrorKind, ScanError};

use super::codes::{SYNTAX, TAB, TOO_DEEP};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// Returns the finding for a syntax error.
pub(super) fn diagnostic(error: &ScanError, file: FileId, text: &str) -> Diagnostic {
    let at = error.marker().byte_offset().unwrap_or_default().min(text.len());
    let width = text[at..].chars().next().filter(|c| !c.is_control()).map_or(0, char::len_utf8);
    let span = Span { file, start: offset(at), end: offset(at + width) };
    if is_tab(error.kind()) || tab_in_indentation(text, at) {
        return Diagnostic::error(TAB, "a tab is used for indentation").at(span).help("indent with spaces");
    }
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

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn is_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation | ErrorKind::TabAtBlockScalarStart
    )
}

/// Says whether the line of an error, or the one before it, is indented with a tab.
fn tab_in_indentation(text: &str, at: usize) -> bool {
    let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = &text[line_start..];
    let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
    line[..blank].contains('\t')
}

fn explain(kind: &ErrorKind) -> (String, Option<&'static str>) {
    let (message, help) = match kind {
        ErrorKind::MappingValueNotAllowed => (
            "a `:` where no key can stand",
            Some("put a value that holds `: ` in quotes, or check the indentation"),
        ),
        ErrorKind::SimpleKeyExpected => ("a line that is neither `key: value` nor `- item`", Some("check for a missing `:` or space after it")),
        ErrorKind::UnexpectedCharacter { character } => {
            return (
                format!("a plain value cannot begin with `{}`", character.escape_default()),
                Some("put the value in quotes"),
            );
        }
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::UnexpectedEofFlowMapping => {
            ("a `{` is not closed, or a `,` is missing in it", Some("close it with `}`"))
        }
        ErrorKind::ExpectedFlowSequenceSeparator | ErrorKind::UnexpectedEofFlowSequence => {
            ("a `[` is not closed, or a `,` is missing in it", Some("close it with `]`"))
        }
        ErrorKind::UnclosedFlowCollection { open } => return (format!("a `{open}` is not closed"), None),
        ErrorKind::UnclosedQuotedScalar => ("a quote is not closed", None),
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => {
            ("the indentation fits nothing above it", Some("indent the keys of one mapping alike"))
        }
        ErrorKind::UnknownQuotedScalarEscape => (
            "an unknown escape in double quotes",
            Some("use single quotes, or write `\\\\` for a backslash"),
        ),
        other => return (format!("this is not YAML: {other}"), None),
    };
    (message.to_owned(), help)
}
