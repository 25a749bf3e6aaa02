//! YAML as users write it and as Kubernetes' tools read it, with the place of every part.
//!
//! The events come from `granit-parser`; what a scalar *is* we decide ourselves (`scalar`): by YAML 1.2's core schema, with a
//! finding wherever `kubectl` (which reads YAML 1.1) or a hasty reader would take it for something else.
//!
//! # Guarantees
//! - Never panics and never recurses on input: nesting, size, keys and what aliases expand to are bounded.
//! - A syntax error ends its document only; reading goes on at the next `---`.
//! - Spans are byte ranges of the text as it was read, byte order mark and CRLF included.

mod anchors;
mod build;
mod codes;
mod decode;
mod mapping;
mod scalar;
mod syntax;
mod traps;

use granit_parser::Parser;

use crate::diagnostic::{Diagnostic, Report};
use crate::node::Node;
use crate::source::{FileId, Sources, Span};

pub use codes::*;
pub use decode::decode;

/// The largest file that is read as YAML, in bytes.
pub const LARGEST_FILE: usize = 4 << 20;
/// The deepest nesting of lists and mappings, what aliases bring included.
pub const DEEPEST: usize = 100;
/// The greatest number of keys in one mapping.
pub const MOST_KEYS: usize = 10_000;

/// Reads all documents of a file; empty ones are left out.
pub fn parse(sources: &Sources, file: FileId) -> (Vec<Node>, Report) {
    let text = sources.file(file).text();
    if let Some(refused) = refuse(text, file) {
        let mut report = Report::default();
        report.push(refused);
        return (Vec::new(), report);
    }
    let options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = build::Builder::new(file, text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => builder.event(event, span),
            Err(error) => {
                builder.abandon(syntax::diagnostic(&error, file, text));
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
    }
    builder.finish()
}

/// Says whether every reader takes a plain scalar for text.
pub(crate) fn is_undisputed_text(text: &str) -> bool {
    scalar::classify(text) == (scalar::Plain::Scalar(crate::node::ScalarKind::Text), None)
}

/// Says why a text is not even looked at.
fn refuse(text: &str, file: FileId) -> Option<Diagnostic> {
    if text.len() > LARGEST_FILE {
        let (size, most) = (text.len(), LARGEST_FILE);
        return Some(
            Diagnostic::error(
                TOO_LARGE,
                format!("the file is too large to be a declaration: {size} bytes, at most {most}"),
            )
            .at(Span {
                file,
                start: 0,
                end: 0,
            })
            .help("keep large content in a file of its own and name it with `fromFile`"),
        );
    }
    let forbidden = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}');
    let (at, found) = text.char_indices().find(|(_, c)| forbidden(*c))?;
    let start = u32::try_from(at).unwrap_or(u32::MAX);
    Some(
        Diagnostic::error(
            CONTROL_CHARACTER,
            format!(
                "the file holds the control character U+{:04X}",
                u32::from(found)
            ),
        )
        .at(Span {
            file,
            start,
            end: start + 1,
        })
        .help("remove it, or write it as an escape in double quotes such as `\"\\0\"`"),
    )
}
