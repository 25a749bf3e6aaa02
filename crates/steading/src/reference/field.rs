//! What a field's doc comment says: its meaning, and what stands in the sentences that begin with a label.
//!
//! A doc comment is prose. Four kinds of sentences are recognised wherever they stand in it, and laid out by themselves: `Default: …`,
//! `Unit: …`, `Example: …` (a value as it is written behind the key, in backticks) and `Derives: …`. Such a sentence ends at the first
//! full stop that is followed by a space or by the end, and is not between backticks.

use serde_json::Value;
use steading_model::shape::{FieldShape, Shape};

use super::text::prose;
use super::written::value;

/// What a field's doc comment says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct FieldDocs {
    /// What it means: everything that has no label.
    pub(super) meaning: String,
    /// What holds where it is not written.
    pub(super) default: Option<String>,
    /// What a number counts.
    pub(super) unit: Option<String>,
    /// A value, as it is written behind the key.
    pub(super) example: Option<String>,
    /// The objects and fields that come of it.
    pub(super) derives: Option<String>,
}

impl FieldDocs {
    /// Reads the doc comment of a field; where it has no example, that of its form of text stands in.
    pub(super) fn of(field: &FieldShape) -> Self {
        let mut docs = Self::read(field.docs);
        docs.example = docs.example.or_else(|| example_of(&field.shape));
        docs
    }

    fn read(docs: &str) -> Self {
        let mut read = Self::default();
        let paragraphs: Vec<String> = prose(docs)
            .split("\n\n")
            .map(|paragraph| read.paragraph(paragraph))
            .filter(|paragraph| !paragraph.is_empty())
            .collect();
        read.meaning = paragraphs.join("\n\n");
        read
    }

    /// Takes the labelled sentences out of a paragraph and returns the rest.
    fn paragraph(&mut self, paragraph: &str) -> String {
        let mut rest = Vec::new();
        for sentence in sentences(paragraph) {
            match self.label(sentence) {
                Some((place, text)) => *place = Some(text),
                None => rest.push(sentence),
            }
        }
        rest.join(" ")
    }

    fn label(&mut self, sentence: &str) -> Option<(&mut Option<String>, String)> {
        let (label, text) = sentence.split_once(": ")?;
        let text = text.trim_end_matches('.');
        match label {
            "Default" => Some((&mut self.default, text.to_owned())),
            "Unit" => Some((&mut self.unit, text.to_owned())),
            "Example" => Some((&mut self.example, uncoded(text).unwrap_or(text).to_owned())),
            "Derives" => Some((&mut self.derives, text.to_owned())),
            _ => None,
        }
    }

    /// Returns the default as a value, where it is one and not an explanation.
    pub(super) fn default_value(&self) -> Option<Value> {
        let text = self.default.as_deref()?;
        let is_number = text.parse::<f64>().is_ok();
        let written = if is_number {
            text
        } else {
            uncoded(text).filter(|code| !code.contains('`'))?
        };
        value(written)
    }

    /// Returns the example as a value.
    pub(super) fn example_value(&self) -> Option<Value> {
        value(self.example.as_deref()?)
    }
}

/// Splits a paragraph behind each full stop that ends a sentence.
fn sentences(paragraph: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut is_code = false;
    for (at, character) in paragraph.char_indices() {
        match character {
            '`' => is_code = !is_code,
            '.' if !is_code && paragraph[at + 1..].starts_with(' ') => {
                sentences.push(paragraph[start..=at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    sentences.push(paragraph[start..].trim());
    sentences
}

fn uncoded(text: &str) -> Option<&str> {
    text.strip_prefix('`')?.strip_suffix('`')
}

/// Returns the example that a form brings along.
fn example_of(shape: &Shape) -> Option<String> {
    match shape {
        Shape::Text {
            format, example, ..
        } if *format != "text" && !example.is_empty() => Some(written_text(example)),
        Shape::Choice(words) => words.first().map(|(word, _)| (*word).to_owned()),
        Shape::Boolean => Some("true".to_owned()),
        _ => None,
    }
}

/// Returns text as it is written: in quotes where it would be taken for something else.
fn written_text(text: &str) -> String {
    match value(text) {
        Some(Value::String(_) | Value::Number(_)) => text.to_owned(),
        _ => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labelled_sentences_leave_the_meaning() {
        let docs = FieldDocs::read(
            " How long it may take. Default: 300. Slow starters\n need more.\n\n Unit: seconds. Example: `0.5 . x`. Derives: `a.b`, and\n `c`.\n",
        );
        assert_eq!(
            docs.meaning,
            "How long it may take. Slow starters need more."
        );
        assert_eq!(docs.default.as_deref(), Some("300"));
        assert_eq!(docs.unit.as_deref(), Some("seconds"));
        assert_eq!(docs.example.as_deref(), Some("0.5 . x"));
        assert_eq!(docs.derives.as_deref(), Some("`a.b`, and `c`"));
    }

    #[test]
    fn a_default_is_a_value_where_it_is_nothing_else() {
        let default = |text: &str| FieldDocs::read(text).default_value();
        assert_eq!(default("Default: 80."), Some(80.into()));
        assert_eq!(default("Default: `3m`."), Some("3m".into()));
        assert_eq!(default("Default: `false`."), Some(false.into()));
        assert_eq!(default("Default: the tier's."), None);
        assert_eq!(default("Default: `true` for `prod`."), None);
        assert_eq!(default("Default: `recreate` or `rolling`."), None);
    }
}
