//! How Rust types are read from nodes: every finding at once, each with its place.
//!
//! [`record!`](crate::record) defines a struct and from the same lines how it is read and what it looks like from outside.
//! [`choice!`](crate::choice) does it for words, [`text!`](crate::text) for identifiers with one parser.

mod collections;
mod kubernetes;
mod macros;
mod scalars;

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::node::{Entry, FieldPath, Mapping, Node, Value};
use crate::shape::Shape;

pub use collections::Key;
pub(crate) use scalars::read_integer;

/// A value has another type than it must.
pub const WRONG_TYPE: Code = Code("ST1001");
/// A key that nobody knows.
pub const UNKNOWN_KEY: Code = Code("ST1002");
/// A value that is not one of its kind: a malformed quantity, host, path …
pub const INVALID_VALUE: Code = Code("ST1003");
/// A key that must be there is not.
pub const MISSING_KEY: Code = Code("ST1004");

/// The codes with their documentation.
pub const CODES: &[(Code, &str)] = &[
    (
        WRONG_TYPE,
        "A value has another type than it must, such as a list where a mapping is expected.",
    ),
    (
        UNKNOWN_KEY,
        "A key that nobody knows. Declarations are closed: what is misspelt would otherwise be left out in silence.",
    ),
    (
        INVALID_VALUE,
        "A value is not one of its kind: a malformed quantity, host, path, or a word that is not one of those known.",
    ),
    (MISSING_KEY, "A key that must be there is not."),
];

/// A type that can be read from a node.
pub trait Read: Sized {
    /// Reads the node; `None` after at least one finding was reported.
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self>;

    /// Returns the value where the key is not there; `None` where it must be.
    fn absent() -> Option<Self> {
        None
    }

    /// Returns what it looks like from outside.
    fn shape() -> Shape;
}

/// Where findings go, and where we are.
pub struct Reader<'a> {
    report: &'a mut Report,
    path: FieldPath,
}

impl<'a> Reader<'a> {
    /// Starts at the root of a tree.
    pub fn new(report: &'a mut Report) -> Self {
        Self::at(report, FieldPath::default())
    }

    /// Starts at a path.
    pub fn at(report: &'a mut Report, path: FieldPath) -> Self {
        Self { report, path }
    }

    /// Returns where we are.
    pub fn path(&self) -> &FieldPath {
        &self.path
    }

    /// Reports a finding.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.report.push(diagnostic);
    }

    /// Reads what is below a key.
    pub fn within<T>(&mut self, key: &str, read: impl FnOnce(&mut Reader<'_>) -> T) -> T {
        let mut inner = Reader {
            report: self.report,
            path: self.path.key(key),
        };
        read(&mut inner)
    }

    /// Reads what is in a place of a list.
    pub fn within_index<T>(&mut self, index: usize, read: impl FnOnce(&mut Reader<'_>) -> T) -> T {
        let mut inner = Reader {
            report: self.report,
            path: self.path.index(index),
        };
        read(&mut inner)
    }

    /// Reports that a node has the wrong type; `expected` is such as "a list" or "a whole number".
    pub fn wrong_type(&mut self, node: &Node, expected: &str) {
        let path = self.path.clone();
        let found = describe(node);
        self.report(
            Diagnostic::error(
                WRONG_TYPE,
                format!("`{path}` must be {expected}, not {found}"),
            )
            .at(node.span),
        );
    }

    /// Reports that a value is malformed.
    pub fn invalid(&mut self, node: &Node, problem: &str) {
        let path = self.path.clone();
        self.report(Diagnostic::error(INVALID_VALUE, format!("`{path}` {problem}")).at(node.span));
    }

    /// Reports a word that is not one of those that can be written.
    pub fn unknown_word(&mut self, node: &Node, word: &str, known: &[&str]) {
        let path = self.path.clone();
        let help = match nearest(word, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of: {}", known.join(", ")),
        };
        self.report(
            Diagnostic::error(INVALID_VALUE, format!("`{path}` cannot be `{word}`"))
                .at(node.span)
                .help(help),
        );
    }

    /// Reads a scalar with a parser whose error is a phrase that follows the field's path; numbers are taken as written.
    pub fn text<T>(
        &mut self,
        node: &Node,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let Some(scalar) = node.as_scalar() else {
            self.wrong_type(node, "text");
            return None;
        };
        parse(&scalar.text)
            .map_err(|problem| self.invalid(node, &problem))
            .ok()
    }

    /// Reads one field of a record.
    pub fn field<T: Read>(&mut self, owner: &Node, mapping: &Mapping, key: &str) -> Option<T> {
        match mapping.get(key) {
            Some(node) if !node.is_null() => self.within(key, |reader| T::read(node, reader)),
            _ => T::absent().or_else(|| {
                self.missing(owner, key);
                None
            }),
        }
    }

    /// Reports that a key is missing.
    pub fn missing(&mut self, owner: &Node, key: &str) {
        let path = self.path.key(key);
        self.report(Diagnostic::error(MISSING_KEY, format!("`{path}` is required")).at(owner.span));
    }

    /// Reports the keys of a mapping that are not known, each with the nearest known one.
    pub fn unknown_keys(&mut self, mapping: &Mapping, known: &[&str]) {
        self.unknown_keys_or_deeper(mapping, known, &[]);
    }

    /// Reports the keys of a mapping that are not known, each with the nearest known one here or below one of `deeper`.
    pub fn unknown_keys_or_deeper(
        &mut self,
        mapping: &Mapping,
        known: &[&str],
        deeper: &[(&str, &[&str])],
    ) {
        let unknown = |entry: &&Entry| !known.contains(&entry.key.as_str());
        for entry in mapping.entries().iter().filter(unknown) {
            let path = self.path.key(&entry.key);
            let near = nearest(&entry.key, known)
                .map(str::to_owned)
                .or_else(|| nearest_deeper(&entry.key, deeper));
            let help = match (kubernetes::instead(&entry.key), near) {
                (Some(instead), _) => instead.to_owned(),
                (None, Some(near)) => format!("did you mean `{near}`?"),
                (None, None) => format!("known keys here: {}", known.join(", ")),
            };
            self.report(
                Diagnostic::error(UNKNOWN_KEY, format!("unknown key `{path}`"))
                    .at(entry.key_span)
                    .help(help),
            );
        }
    }
}

fn nearest_deeper(key: &str, deeper: &[(&str, &[&str])]) -> Option<String> {
    let known: Vec<&str> = deeper
        .iter()
        .flat_map(|(_, keys)| keys.iter().copied())
        .collect();
    let near = nearest(key, &known)?;
    let (owner, _) = deeper.iter().find(|(_, keys)| keys.contains(&near))?;
    Some(format!("{owner}.{near}"))
}

/// Returns the known word nearest to a misspelt one, if one is near enough: by spelling, or because one begins as the other.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let length = word.chars().count();
    let by_spelling = known
        .iter()
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
            (distance, *candidate)
        })
        .filter(|(distance, candidate)| {
            *distance <= (candidate.chars().count().max(length) / 3).max(1)
        })
        .min()
        .map(|(_, candidate)| candidate);
    by_spelling.or_else(|| {
        let begins =
            |candidate: &&&str| length >= 4 && candidate.to_lowercase().starts_with(&lower);
        known.iter().filter(begins).min().copied()
    })
}

/// Returns what a node is, in words: `a list`, `the text "x"`.
pub fn describe(node: &Node) -> String {
    use crate::node::ScalarKind;
    match &node.value {
        Value::Null => "nothing".to_owned(),
        Value::List(_) => "a list".to_owned(),
        Value::Mapping(_) => "a mapping".to_owned(),
        Value::Scalar(scalar) => match scalar.kind {
            ScalarKind::Text => format!("the text {:?}", scalar.text),
            ScalarKind::Boolean(value) => format!("the boolean {value}"),
            ScalarKind::Integer(_) | ScalarKind::Float => format!("the number {}", scalar.text),
        },
    }
}
