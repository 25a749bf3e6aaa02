//! The findings about scalars that readers dispute.

use super::codes::{
    AMBIGUOUS_KEY, EXPONENT, LEADING_ZERO, NUMBER_NOTATION, OTHER_BASE, WIDE_NUMBER, YAML11_BOOLEAN,
};
use super::scalar::{Plain, Trap};
use crate::diagnostic::{Diagnostic, Severity};
use crate::node::ScalarKind;
use crate::source::Span;

/// Returns the finding about a value.
pub(super) fn value(text: &str, trap: Trap, span: Span) -> Diagnostic {
    let (code, severity, message) = match trap {
        Trap::Boolean(value) => {
            let message = format!(
                "plain `{text}` is taken as text here; kubectl and Helm would read the boolean {value}"
            );
            (YAML11_BOOLEAN, Severity::Warning, message)
        }
        Trap::LeadingZero(value) => {
            let message = format!(
                "plain `{text}` is taken as text here; kubectl and Helm would read the number {value}"
            );
            (LEADING_ZERO, Severity::Warning, message)
        }
        Trap::Notation => {
            let message = format!(
                "plain `{text}` is taken as text here; kubectl and Helm would read a number"
            );
            (NUMBER_NOTATION, Severity::Warning, message)
        }
        Trap::TooWide => {
            let message =
                format!("plain `{text}` is taken as text here: no number of 64 bits can hold it");
            (WIDE_NUMBER, Severity::Warning, message)
        }
        Trap::Wide => {
            let message = format!(
                "`{text}` is above 2^53: tools that read numbers as floating point lose its last digits"
            );
            (WIDE_NUMBER, Severity::Warning, message)
        }
        Trap::Exponent => (
            EXPONENT,
            Severity::Warning,
            format!("plain `{text}` is a number to every YAML reader"),
        ),
        Trap::Base(value) => (
            OTHER_BASE,
            Severity::Note,
            format!("plain `{text}` is the number {value}"),
        ),
    };
    Diagnostic::new(code, severity, message)
        .at(span)
        .help(help(text, trap))
}

fn help(text: &str, trap: Trap) -> String {
    match trap {
        Trap::Boolean(value) => format!("write `{value}`, or `\"{text}\"` for the text"),
        Trap::Exponent => format!("write `\"{text}\"` if it is text"),
        Trap::Base(value) => format!("write `{value}`, or `\"{text}\"` for the text"),
        Trap::LeadingZero(_) | Trap::Notation | Trap::TooWide | Trap::Wide => {
            format!("write `\"{text}\"`")
        }
    }
}

/// Returns the finding about a key that kubectl would rename.
pub(super) fn key(text: &str, plain: Plain, trap: Option<Trap>, span: Span) -> Option<Diagnostic> {
    let other = match (plain, trap) {
        (_, Some(Trap::Boolean(value))) => format!("the key `{value}`"),
        (_, Some(Trap::LeadingZero(value) | Trap::Base(value))) => format!("the key `{value}`"),
        (_, Some(Trap::Notation | Trap::TooWide | Trap::Exponent))
        | (Plain::Scalar(ScalarKind::Float), _) => "a number".to_owned(),
        (Plain::Scalar(ScalarKind::Integer(value)), _) if value.to_string() != text => {
            format!("the key `{value}`")
        }
        (Plain::Null, _) => "nothing".to_owned(),
        _ => return None,
    };
    let message =
        format!("the key `{text}` is taken as written here; kubectl and Helm would read {other}");
    Some(
        Diagnostic::warning(AMBIGUOUS_KEY, message)
            .at(span)
            .help(format!("write `\"{text}\"`")),
    )
}
