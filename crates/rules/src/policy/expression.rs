//! An expression as it was written, with the places of its parts.

use kube_cel::cel::common::ast::IdedExpr;
use kube_cel::cel::parser::Parser;
use steading_model::{Sources, Span};

use super::walk::parts;

/// The longest expression, in bytes.
const LONGEST: usize = 4 * 1024;
/// How many brackets may stand within each other, and how many `?` there may be: the parser calls itself for each, with much on the
/// stack. The API server allows more, but nobody could read it.
const BRACKETS: usize = 24;
const QUESTIONS: usize = 48;
/// How deep an expression may be, operators that follow each other included: we call ourselves for each.
const DEPTH: usize = 200;

/// An expression that could be read.
pub(super) struct Expression {
    pub(super) text: String,
    pub(super) tree: IdedExpr,
    /// The place of the whole.
    pub(super) span: Span,
}

/// What is wrong with the text of an expression.
pub(super) enum Unreadable {
    /// It is too long.
    Long,
    /// It is nested too deeply.
    Deep,
    /// It is no expression: what is wrong, and the byte at which it is.
    Syntax(String, usize),
}

/// A name in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name<'t> {
    pub(super) at: usize,
    pub(super) text: &'t str,
    /// Whether it follows a dot.
    pub(super) is_part: bool,
}

impl Expression {
    pub(super) fn read(text: &str, span: Span) -> Result<Self, Unreadable> {
        if text.len() > LONGEST {
            return Err(Unreadable::Long);
        }
        if !is_shallow(text) {
            return Err(Unreadable::Deep);
        }
        let parser = Parser::new().enable_optional_syntax(true);
        match parser.parse(text) {
            Ok(tree) if depth(&tree) > DEPTH => Err(Unreadable::Deep),
            Ok(tree) => Ok(Self {
                text: text.to_owned(),
                tree,
                span,
            }),
            Err(errors) => {
                let first = errors.errors.first();
                let (line, column) = first.map_or((1, 1), |error| error.pos);
                let message = first.map_or_else(String::new, |error| phrase(&error.msg));
                Err(Unreadable::Syntax(message, byte(text, line, column)))
            }
        }
    }

    /// Returns the place of the first use of a name: of a part (after a dot), or of one that stands by itself.
    pub(super) fn place_of(&self, name: &str, is_part: bool, sources: &Sources) -> Span {
        let found = names(&self.text)
            .into_iter()
            .find(|known| known.text == name && known.is_part == is_part);
        match found {
            Some(found) => place(&self.text, self.span, found.at, name.len(), sources),
            None => self.span,
        }
    }
}

/// Returns how deep an expression is; without calling itself, because the depth is not known.
fn depth(tree: &IdedExpr) -> usize {
    let mut level = vec![tree];
    let mut depth = 0;
    while !level.is_empty() {
        level = level.into_iter().flat_map(parts).collect();
        depth += 1;
    }
    depth
}

/// Says whether the parser can read a text; brackets in strings count too, which is as well.
fn is_shallow(text: &str) -> bool {
    let mut open: usize = 0;
    let mut deepest = 0;
    for character in text.chars() {
        match character {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest <= BRACKETS && text.matches('?').count() <= QUESTIONS
}

/// Shortens what the parser says: what it would have liked instead is a list of all there is.
fn phrase(message: &str) -> String {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    let message = message.split(" expecting ").next().unwrap_or(message);
    let part = message
        .split_once('\'')
        .and_then(|(_, rest)| rest.strip_suffix('\''));
    match part {
        Some("<EOF>") => "it ends too early".to_owned(),
        Some(part) => format!("`{part}` is out of place"),
        None => message.to_owned(),
    }
}

/// Returns the byte of a line and column, both from 1.
fn byte(text: &str, line: isize, column: isize) -> usize {
    let line = usize::try_from(line - 1).unwrap_or(0);
    let column = usize::try_from(column - 1).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.get(start..).unwrap_or("");
    let within: usize = rest.chars().take(column).map(char::len_utf8).sum();
    start + within
}

/// Returns the place of a part of a text that was written as a YAML scalar in `span`; the whole where it cannot be told.
pub(super) fn place(text: &str, span: Span, at: usize, length: usize, sources: &Sources) -> Span {
    let written = sources.file(span.file).text().get(span.range());
    let start = written.and_then(|written| written_at(written, text, at));
    let Some(start) = start.and_then(|start| u32::try_from(start).ok()) else {
        return span;
    };
    let length = u32::try_from(length).unwrap_or(1).max(1);
    let start = span.start + start;
    Span {
        file: span.file,
        start,
        end: (start + length).min(span.end),
    }
}

/// Finds where a byte of a scalar's text was written: line breaks, indents and escapes of YAML lie between.
fn written_at(written: &str, text: &str, at: usize) -> Option<usize> {
    let body = match written.chars().next()? {
        '|' | '>' => written.find('\n')? + 1,
        '"' | '\'' => 1,
        _ => 0,
    };
    let mut place = body;
    let peek = |place: usize| written.get(place..)?.chars().next();
    for (here, character) in text.char_indices() {
        let is_blank = character.is_whitespace();
        while peek(place).is_some_and(|c| c.is_whitespace() && !is_blank) {
            place += peek(place)?.len_utf8();
        }
        if here == at {
            return Some(place);
        }
        let next = peek(place);
        if next == Some(character) {
            place += character.len_utf8();
        } else if !is_blank {
            // An escape in double quotes, or a quote that is written twice in single ones.
            matches!(next, Some('\\' | '\'')).then_some(())?;
            place += 1;
            (peek(place) == Some(character)).then_some(())?;
            place += character.len_utf8();
        }
        // In single quotes the second of two quotes.
        if character == '\'' && written.starts_with('\'') && peek(place) == Some('\'') {
            place += 1;
        }
    }
    (at >= text.len()).then_some(place)
}

/// Returns the names in an expression, in order; what stands in quotes or in a comment is none.
pub(super) fn names(text: &str) -> Vec<Name<'_>> {
    let mut names = Vec::new();
    let mut after_dot = false;
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let rest = &text[at..];
        if character == '_' || character.is_ascii_alphabetic() {
            let length = rest
                .find(|c: char| c != '_' && !c.is_ascii_alphanumeric())
                .unwrap_or(rest.len());
            let quoted = rest[length..].starts_with(['"', '\'']);
            if quoted && length <= 2 {
                at += length + string(&rest[length..], rest[..length].contains(['r', 'R']));
            } else {
                names.push(Name {
                    at,
                    text: &rest[..length],
                    is_part: after_dot,
                });
                at += length;
            }
            after_dot = false;
        } else if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if matches!(character, '"' | '\'') {
            at += string(rest, false);
            after_dot = false;
        } else if character.is_ascii_digit() {
            at += rest
                .find(|c: char| c != '.' && !c.is_ascii_alphanumeric())
                .unwrap_or(rest.len());
            after_dot = false;
        } else {
            let stays = after_dot && (character.is_whitespace() || character == '?');
            after_dot = character == '.' || stays;
            at += character.len_utf8();
        }
    }
    names
}

/// Returns the length of the string that a text begins with.
fn string(text: &str, is_raw: bool) -> usize {
    let quote = if text.starts_with("\"\"\"") || text.starts_with("'''") {
        &text[..3]
    } else {
        &text[..1]
    };
    let mut at = quote.len();
    while let Some(character) = text[at..].chars().next() {
        if text[at..].starts_with(quote) {
            return at + quote.len();
        }
        let escaped = (character == '\\' && !is_raw)
            .then(|| text[at + 1..].chars().next())
            .flatten();
        at += character.len_utf8() + escaped.map_or(0, char::len_utf8);
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use steading_model::{Node, yaml};

    use super::*;

    #[test]
    fn names_are_told_from_strings_and_parts() {
        let text = "environment == 'environment' && object.environment // environment\n && r'\\' + x.?y[0].z1(1e3, a_b)";
        let found: Vec<(&str, bool)> = names(text)
            .into_iter()
            .map(|name| (name.text, name.is_part))
            .collect();
        assert_eq!(
            found,
            [
                ("environment", false),
                ("object", false),
                ("environment", true),
                ("x", false),
                ("y", true),
                ("z1", true),
                ("a_b", false)
            ]
        );
    }

    #[test]
    fn parts_of_scalars_are_found_where_they_were_written() {
        for (written, word) in [
            ("e: object.spec.foo == 1", "foo"),
            ("e: 'object.metadata.labels[''a''] == foo'", "foo"),
            ("e: \"object.x == \\\"a\\\" && foo\"", "foo"),
            ("e: |-\n  object.a &&\n    object.b ||\n  foo > 1", "foo"),
            (
                "e: >-\n  object.a &&\n  object.b ||\n\n  foo > 1\nf: foo",
                "foo",
            ),
            ("e: object.a\n  && foo", "foo"),
        ] {
            let mut sources = Sources::default();
            let file = sources.add("rule.yaml", written);
            let (documents, _) = yaml::parse(&sources, file);
            let node = documents[0].get("e").unwrap();
            let text = node.as_text().unwrap();
            let at = names(text)
                .into_iter()
                .find(|name| name.text == word)
                .unwrap()
                .at;
            let found = place(text, node.span, at, word.len(), &sources);
            assert_eq!(&written[found.range()], word, "{written}");
            assert_eq!(
                found.start as usize,
                written.find(word).unwrap(),
                "{written}"
            );
        }
    }

    #[test]
    fn syntax_errors_have_their_place() {
        let span = {
            let mut sources = Sources::default();
            let file = sources.add("a", "b");
            Node::text(
                "b",
                Span {
                    file,
                    start: 0,
                    end: 1,
                },
            )
            .span
        };
        for (text, message, at) in [
            ("1 + ", "it ends too early", 4),
            ("object.a\n  ==== 1", "`==` is out of place", 13),
            ("a b", "`b` is out of place", 2),
            ("'a", "`'a` is out of place", 0),
        ] {
            match Expression::read(text, span) {
                Err(Unreadable::Syntax(found, place)) => {
                    assert_eq!((found.as_str(), place), (message, at), "{text}");
                }
                _ => panic!("`{text}` must not be readable"),
            }
        }
        assert!(matches!(
            Expression::read(&"1 + ".repeat(3000), span),
            Err(Unreadable::Long)
        ));
        for deep in [
            format!("{}1{}", "(".repeat(500), ")".repeat(500)),
            format!("{}a", "a ? b : ".repeat(100)),
            format!("1{}", "+1".repeat(1000)),
        ] {
            let read = Expression::read(&deep, span);
            assert!(matches!(read, Err(Unreadable::Deep)), "{deep}");
        }
        let nested = format!("{}1{} == 1", "(".repeat(BRACKETS), ")".repeat(BRACKETS));
        assert!(Expression::read(&nested, span).is_ok());
        let long = format!("1{}", "+1".repeat(150));
        assert!(Expression::read(&long, span).is_ok());
    }
}
