//! A YAML value that remembers where each part of it was written.

use std::fmt;

use crate::source::Span;

/// A value and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it was written.
    pub span: Span,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// Any other scalar.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// A mapping.
    Mapping(Mapping),
}

/// A scalar as written, and what YAML takes it for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text as written, without quotes: `0755` stays `0755`, `1.10` stays `1.10`.
    pub text: String,
    /// What it is.
    pub kind: ScalarKind,
}

/// What a scalar is, by YAML 1.2's core schema; quoted scalars are always text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarKind {
    /// Text.
    Text,
    /// A boolean: `true` or `false` (also `True`, `TRUE`, …).
    Boolean(bool),
    /// A whole number that fits 64 bits.
    Integer(i64),
    /// Any other number.
    Float,
}

/// The entries of a mapping, in the order in which they were written; no key twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    entries: Vec<Entry>,
}

/// One entry of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key was written.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// Makes a node.
    pub fn new(value: Value, span: Span) -> Self {
        Self { value, span }
    }

    /// Makes a text node.
    pub fn text(text: impl Into<String>, span: Span) -> Self {
        Self::new(
            Value::Scalar(Scalar {
                text: text.into(),
                kind: ScalarKind::Text,
            }),
            span,
        )
    }

    /// Returns the entries of a mapping.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.value {
            Value::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// Returns the items of a list.
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the scalar.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Returns the entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        self.as_mapping().map(Mapping::entries).unwrap_or_default()
    }

    /// Returns the text of a scalar that is text.
    pub fn as_text(&self) -> Option<&str> {
        self.as_scalar()
            .filter(|scalar| scalar.kind == ScalarKind::Text)
            .map(|scalar| scalar.text.as_str())
    }

    /// Says whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// Returns the value of a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_mapping()?.get(key)
    }

    /// Returns the value of a key of a mapping, to change it.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        match &mut self.value {
            Value::Mapping(mapping) => mapping
                .entries
                .iter_mut()
                .find(|entry| entry.key == key)
                .map(|entry| &mut entry.value),
            _ => None,
        }
    }

    /// Returns a short place for the whole: the first key of a mapping, else the node itself.
    pub fn key_span(&self) -> Span {
        self.as_mapping()
            .and_then(|mapping| mapping.entries.first())
            .map_or(self.span, |entry| entry.key_span)
    }

    /// Returns the node at a path.
    pub fn find(&self, path: &FieldPath) -> Option<&Node> {
        path.segments().iter().try_fold(self, Self::step)
    }

    /// Returns the place of a path, or of the nearest part of it that was written.
    pub fn span_at(&self, path: &FieldPath) -> Span {
        let mut node = self;
        for segment in path.segments() {
            match node.step(segment) {
                Some(next) => node = next,
                None => break,
            }
        }
        node.span
    }

    /// Returns the place of the key that a path ends with, or of the nearest part of the path that was written.
    pub fn key_span_at(&self, path: &FieldPath) -> Span {
        let Some((Segment::Key(last), parents)) = path.segments().split_last() else {
            return self.span_at(path);
        };
        parents
            .iter()
            .try_fold(self, Self::step)
            .and_then(Self::as_mapping)
            .and_then(|mapping| mapping.entry(last))
            .map_or_else(|| self.span_at(path), |entry| entry.key_span)
    }

    fn step(&self, segment: &Segment) -> Option<&Node> {
        match segment {
            Segment::Key(key) => self.get(key),
            Segment::Index(index) => self.as_list()?.get(*index),
        }
    }

    /// Returns the value as JSON: numbers and booleans as such, integral floats as integers (as Kubernetes' own tools do).
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Scalar(scalar) => scalar.to_json(),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Mapping(mapping) => mapping
                .entries()
                .iter()
                .map(|entry| (entry.key.clone(), entry.value.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }
}

impl Scalar {
    fn to_json(&self) -> serde_json::Value {
        match self.kind {
            ScalarKind::Text => self.text.clone().into(),
            ScalarKind::Boolean(value) => value.into(),
            ScalarKind::Integer(value) => value.into(),
            ScalarKind::Float => self.float_to_json(),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked: integral and far below 2^63"
    )]
    fn float_to_json(&self) -> serde_json::Value {
        let value: f64 = self.text.replace('_', "").parse().unwrap_or(f64::NAN);
        if value.fract() == 0.0 && value.abs() < 9e15 {
            (value as i64).into()
        } else {
            value.into()
        }
    }
}

impl Mapping {
    /// Returns the entries in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Returns the entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Returns the values in order, to change them.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.entries.iter_mut().map(|entry| &mut entry.value)
    }

    /// Adds an entry, or replaces the one with its key.
    pub fn insert(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|old| old.key == entry.key) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at))
    }

    /// Says whether it has no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the entries in order, by value.
    pub fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    /// Makes a mapping of entries that are known to have distinct keys.
    pub(crate) fn from_distinct(entries: Vec<Entry>) -> Self {
        Self { entries }
    }
}

impl FromIterator<Entry> for Mapping {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut mapping = Self::default();
        for entry in entries {
            mapping.insert(entry);
        }
        mapping
    }
}

/// One part of a [`FieldPath`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A key of a mapping.
    Key(String),
    /// A place in a list, from 0.
    Index(usize),
}

/// The way to a field, printed as `spec.ingress[0].host`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Vec<Segment>);

impl FieldPath {
    /// Returns the parts.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Returns the path of a key below this one.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        let mut path = self.clone();
        path.0.push(Segment::Key(key.into()));
        path
    }

    /// Returns the key that it ends with; none where it ends in a list, or is empty.
    #[must_use]
    pub fn last_key(&self) -> Option<&str> {
        match self.0.last()? {
            Segment::Key(key) => Some(key),
            Segment::Index(_) => None,
        }
    }

    /// Returns the path of a list item below this one.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut path = self.clone();
        path.0.push(Segment::Index(index));
        path
    }

    /// Returns the path that follows this one by `other`.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self(self.0.iter().chain(&other.0).cloned().collect())
    }

    /// Reads `a.b[0]["c.d"]`; a key that holds `.`, `[` or `"` is written in brackets and quotes.
    pub fn parse(text: &str) -> Option<Self> {
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (segment, after) = parse_segment(rest, segments.is_empty())?;
            segments.push(segment);
            rest = after;
        }
        Some(Self(segments))
    }
}

fn parse_segment(rest: &str, first: bool) -> Option<(Segment, &str)> {
    if let Some(quoted) = rest.strip_prefix("[\"") {
        let end = quoted.find("\"]")?;
        return Some((Segment::Key(quoted[..end].to_owned()), &quoted[end + 2..]));
    }
    if let Some(index) = rest.strip_prefix('[') {
        let end = index.find(']')?;
        return Some((
            Segment::Index(index[..end].parse().ok()?),
            &index[end + 1..],
        ));
    }
    let key = if first { rest } else { rest.strip_prefix('.')? };
    let end = key.find(['.', '[']).unwrap_or(key.len());
    (end > 0).then(|| (Segment::Key(key[..end].to_owned()), &key[end..]))
}

impl fmt::Display for FieldPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(formatter, "[{index}]")?,
                Segment::Key(key) if key.is_empty() || key.contains(['.', '[', '"']) => {
                    write!(formatter, "[\"{key}\"]")?;
                }
                Segment::Key(key) if at == 0 => formatter.write_str(key)?,
                Segment::Key(key) => write!(formatter, ".{key}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_paths_print_and_parse() {
        for text in [
            "spec.ingress[0].host",
            "a",
            "files[\"/etc/a.conf\"].content",
            "a[1][2]",
        ] {
            assert_eq!(FieldPath::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(FieldPath::parse("a..b"), None);
        assert_eq!(FieldPath::parse("a[x]"), None);
    }
}
