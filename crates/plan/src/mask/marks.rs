//! Values that are shown as `‹secret 1›`: the same value has the same number everywhere in one output.

use std::collections::BTreeMap;

use serde_json::Value;

use super::secret::{is_secret, mask_secret, texts};
use super::{DigestKey, is_digest};

/// A value shorter than this is too common to be searched for in messages.
const SEARCHABLE: usize = 6;

/// The numbers of secret values in one output, and the texts that must not appear in it.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    key: DigestKey,
    numbers: BTreeMap<String, usize>,
    /// Longest first, so that a value inside another does not hide it.
    texts: Vec<Hidden>,
}

/// A text that must not appear.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Hidden(String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("‹secret›")
    }
}

impl Marks {
    /// Starts without any value known; `key` is that of the estate's digests.
    pub fn new(key: &DigestKey) -> Self {
        Self {
            key: key.clone(),
            ..Self::default()
        }
    }

    /// Learns the values of an object, if it is a Secret, so that [`Marks::text`] finds them.
    pub fn learn(&mut self, object: &Value) {
        if !is_secret(object) {
            return;
        }
        let found = texts(object)
            .into_iter()
            .filter(|text| text.len() >= SEARCHABLE)
            .map(Hidden);
        self.texts.extend(found);
        self.texts
            .sort_by(|one, two| two.0.len().cmp(&one.0.len()).then_with(|| one.cmp(two)));
        self.texts.dedup();
    }

    /// Returns the mark of a value, given its digest.
    pub fn mark(&mut self, digest: &str) -> String {
        let next = self.numbers.len() + 1;
        let number = *self.numbers.entry(digest.to_owned()).or_insert(next);
        format!("‹secret {number}›")
    }

    /// Replaces each digest in a value by its mark.
    pub fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) if is_digest(text) => Value::String(self.mark(text)),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), self.value(value)))
                .collect(),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            other => other.clone(),
        }
    }

    /// Replaces the values of an object by marks, if it is a Secret.
    pub fn object(&mut self, object: &Value) -> Value {
        if !is_secret(object) {
            return object.clone();
        }
        let mut masked = object.clone();
        mask_secret(&self.key, &mut masked);
        let shown = self.value(&masked["data"]);
        if masked.get("data").is_some() {
            masked["data"] = shown;
        }
        masked
    }

    /// Replaces every known secret text within a message by `‹secret›`.
    pub fn text(&self, message: &str) -> String {
        self.texts
            .iter()
            .fold(message.to_owned(), |message, Hidden(text)| {
                message.replace(text.as_str(), "‹secret›")
            })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_values_have_equal_marks() {
        let mut marks = Marks::new(&DigestKey::new("key"));
        let shown = marks.object(&json!({"apiVersion": "v1", "kind": "Secret",
            "stringData": {"A": "hunter2", "B": "other", "C": "hunter2"}}));
        assert_eq!(
            shown["data"],
            json!({"A": "‹secret 1›", "B": "‹secret 2›", "C": "‹secret 1›"})
        );
    }

    #[test]
    fn messages_lose_values_in_clear_and_in_base64() {
        let mut marks = Marks::new(&DigestKey::new("key"));
        marks.learn(&json!({"apiVersion": "v1", "kind": "Secret",
            "stringData": {"A": "hunter2", "B": "hunter2-and-more"}}));
        assert_eq!(
            marks.text("invalid: hunter2-and-more, hunter2, aHVudGVyMg=="),
            "invalid: ‹secret›, ‹secret›, ‹secret›"
        );
        assert!(!format!("{marks:?}").contains("hunter2"));
    }
}
