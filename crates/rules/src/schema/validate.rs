//! One object against the structure of its kind.

use serde_json::{Map, Value};
use steading_model::read::nearest;
use steading_model::{FieldPath, quantity::Quantity};

use super::catalog::{Cursor, Known, Origin};
use super::definitions;
use super::metadata;
use super::structure::{List, ListKey, ListStyle, Need, Record, Rest, Structure};
use super::violation::{
    DUPLICATE_KEY, MALFORMED, MISSING_FIELD, UNKNOWN_FIELD, UNKNOWN_WORD, Violation, WRONG_TYPE,
};

/// The way to the value that is looked at; only a finding makes a [`FieldPath`] of it.
#[derive(Clone, Copy)]
pub(super) struct Trail<'a> {
    parent: Option<&'a Trail<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Trail<'a> {
    pub(super) const ROOT: Trail<'static> = Trail {
        parent: None,
        step: Step::Root,
    };

    pub(super) fn key(&'a self, key: &'a str) -> Self {
        Self {
            parent: Some(self),
            step: Step::Key(key),
        }
    }

    fn index(&'a self, index: usize) -> Self {
        Self {
            parent: Some(self),
            step: Step::Index(index),
        }
    }

    pub(super) fn path(&self) -> FieldPath {
        let before = self.parent.map(Trail::path).unwrap_or_default();
        match self.step {
            Step::Root => before,
            Step::Key(key) => before.key(key),
            Step::Index(index) => before.index(index),
        }
    }
}

/// Looks at an object of a known kind.
pub(super) fn object(json: &Value, known: Known<'_>, found: &mut Vec<Violation>) {
    let mut validator = Validator {
        metadata: definitions::built_in().metadata,
        reading: match known.origin {
            Origin::BuiltIn | Origin::Cluster => Reading::Lenient,
            Origin::Own => Reading::Literal,
        },
        found,
    };
    validator.value(json, known.root, Trail::ROOT);
}

/// What `null` and empty words are.
#[derive(Clone, Copy, PartialEq)]
enum Reading {
    /// The API server reads built-in kinds so: as if the field were not there. Definitions of a cluster may allow `null`.
    Lenient,
    /// It takes custom resources as they are.
    Literal,
}

struct Validator<'v> {
    /// The place of the type of `metadata`, whose labels and annotations are looked at wherever it occurs.
    metadata: usize,
    reading: Reading,
    found: &'v mut Vec<Violation>,
}

impl Validator<'_> {
    fn value(&mut self, value: &Value, cursor: Cursor<'_>, trail: Trail<'_>) {
        if cursor.place() == Some(self.metadata) {
            metadata::validate(value, &trail, self.found);
        }
        match (cursor.structure(), value) {
            (_, Value::Null) if self.reading == Reading::Lenient => {}
            (Structure::Anything, _) => {}
            (Structure::Record(record), Value::Object(entries)) => {
                self.record(entries, record, cursor, trail);
            }
            (Structure::Map(item), Value::Object(entries)) => {
                for (key, value) in entries {
                    self.value(value, cursor.to(item), trail.key(key));
                }
            }
            (Structure::List(list), Value::Array(items)) => self.list(items, list, cursor, trail),
            (Structure::Choice(words), Value::String(word)) => self.choice(word, words, trail),
            (structure, value) => self.scalar(structure, value, trail),
        }
    }

    fn record(
        &mut self,
        entries: &Map<String, Value>,
        record: &Record,
        cursor: Cursor<'_>,
        trail: Trail<'_>,
    ) {
        for (key, value) in entries {
            match record.fields.get(key) {
                Some(field) => self.value(value, cursor.to(&field.structure), trail.key(key)),
                None if record.rest == Rest::Open => {}
                None => self.unknown(key, record, trail),
            }
        }
        let lenient = self.reading == Reading::Lenient;
        let is_missing = |key: &str| match entries.get(key) {
            Some(value) => lenient && value.is_null(),
            None => true,
        };
        for (key, _) in record
            .fields
            .iter()
            .filter(|(key, field)| field.need == Need::Required && is_missing(key))
        {
            self.found.push(Violation::new(
                MISSING_FIELD,
                trail.key(key).path(),
                "is required",
            ));
        }
    }

    fn unknown(&mut self, key: &str, record: &Record, trail: Trail<'_>) {
        let known: Vec<&str> = record.fields.keys().map(String::as_str).collect();
        let violation = Violation::new(
            UNKNOWN_FIELD,
            trail.key(key).path(),
            "is not a field of this kind",
        );
        self.found.push(match nearest(key, &known) {
            Some(near) => violation.help(format!("did you mean `{near}`?")),
            None => violation.help(format!("known fields here: {}", known.join(", "))),
        });
    }

    fn list(&mut self, items: &[Value], list: &List, cursor: Cursor<'_>, trail: Trail<'_>) {
        for (index, item) in items.iter().enumerate() {
            self.value(item, cursor.to(&list.item), trail.index(index));
        }
        let keys: &[ListKey] = match &list.style {
            ListStyle::Atomic => return,
            ListStyle::Set => &[],
            ListStyle::Keyed(keys) => keys,
        };
        // Lists are short; a table of keys would cost more than it saves below some dozens of items.
        let mut seen: Vec<(Key<'_>, usize)> = items
            .iter()
            .enumerate()
            .map(|(at, item)| (key_of(item, keys), at))
            .collect();
        seen.sort();
        for pair in seen.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            let (first, again) = (trail.index(pair[0].1).path(), trail.index(pair[1].1).path());
            let problem = format!("has the same {} as `{first}`", in_words(keys));
            self.found
                .push(Violation::new(DUPLICATE_KEY, again, problem));
        }
    }

    fn choice(&mut self, word: &str, words: &[String], trail: Trail<'_>) {
        let unset = word.is_empty() && self.reading == Reading::Lenient;
        if unset || words.iter().any(|known| known == word) {
            return;
        }
        let known: Vec<&str> = words
            .iter()
            .map(String::as_str)
            .filter(|word| !word.is_empty())
            .collect();
        let violation = Violation::new(UNKNOWN_WORD, trail.path(), format!("cannot be `{word}`"));
        self.found.push(match nearest(word, &known) {
            Some(near) => violation.help(format!("did you mean `{near}`?")),
            None => violation.help(format!("one of: {}", known.join(", "))),
        });
    }

    fn scalar(&mut self, structure: &Structure, value: &Value, trail: Trail<'_>) {
        let (expected, fits) = match structure {
            Structure::Text => ("text", value.is_string()),
            Structure::Choice(_) => ("one of a few words", false),
            Structure::Base64 => return self.formed(value, "text in base64", is_base64, trail),
            Structure::Quantity if !value.is_number() => {
                return self.formed(value, "a quantity", is_quantity, trail);
            }
            Structure::Boolean => ("`true` or `false`", value.is_boolean()),
            Structure::Integer => ("a whole number", value.is_i64() || value.is_u64()),
            Structure::Number | Structure::Quantity => ("a number", value.is_number()),
            Structure::IntegerOrText => (
                "a whole number or text",
                value.is_i64() || value.is_string(),
            ),
            Structure::List(_) => ("a list", false),
            Structure::Map(_) | Structure::Record(_) => ("a mapping", false),
            Structure::Anything | Structure::Named(_) => return,
        };
        if !fits {
            self.wrong_type(value, expected, trail);
        }
    }

    fn formed(
        &mut self,
        value: &Value,
        expected: &str,
        is_valid: fn(&str) -> bool,
        trail: Trail<'_>,
    ) {
        match value.as_str() {
            Some(text) if is_valid(text) => {}
            // The value may be a secret in the wrong place: it is not repeated.
            Some(_) => self.found.push(Violation::new(
                MALFORMED,
                trail.path(),
                format!("must be {expected}"),
            )),
            None => self.wrong_type(value, expected, trail),
        }
    }

    fn wrong_type(&mut self, value: &Value, expected: &str, trail: Trail<'_>) {
        let problem = format!("must be {expected}, not {}", describe(value));
        self.found
            .push(Violation::new(WRONG_TYPE, trail.path(), problem));
    }
}

/// What makes an item of a list distinct, in an order of its own.
type Key<'a> = Vec<Option<Ordered<'a>>>;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Ordered<'a> {
    Text(&'a str),
    Other(String),
}

fn key_of<'a>(item: &'a Value, keys: &'a [ListKey]) -> Key<'a> {
    if keys.is_empty() {
        return vec![ordered(item)];
    }
    keys.iter()
        .map(|key| {
            item.get(&key.name)
                .or(key.default.as_ref())
                .and_then(ordered)
        })
        .collect()
}

fn ordered(value: &Value) -> Option<Ordered<'_>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Ordered::Text(text)),
        other => Some(Ordered::Other(other.to_string())),
    }
}

fn in_words(keys: &[ListKey]) -> String {
    if keys.is_empty() {
        return "value".to_owned();
    }
    let names: Vec<String> = keys.iter().map(|key| format!("`{}`", key.name)).collect();
    names.join(" and ")
}

fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    Quantity::parse(unsigned).is_ok()
}

/// Says whether text is base64 as Go's decoder takes it: padded, line breaks left out.
fn is_base64(text: &str) -> bool {
    let text: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b'\n' | b'\r'))
        .collect();
    let body = text
        .strip_suffix(b"==")
        .or_else(|| text.strip_suffix(b"="))
        .unwrap_or(&text);
    text.len().is_multiple_of(4)
        && body
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}
