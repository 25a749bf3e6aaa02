//! Building JSON objects without empty parts.

use serde_json::{Map, Value};

/// The fields of a JSON object under construction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// Starts with no field.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a field; null and empty lists and mappings are left out.
    #[must_use]
    pub(crate) fn with(self, key: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if is_empty(&value) {
            self
        } else {
            self.exactly(key, value)
        }
    }

    /// Adds a field as it is, even where it is empty: for the few places where empty means "all".
    #[must_use]
    pub(crate) fn exactly(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// Says whether there is no field.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Fields> for Value {
    fn from(fields: Fields) -> Self {
        Self::Object(fields.0)
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Returns a list of texts.
pub(crate) fn texts<I>(items: I) -> Value
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    items
        .into_iter()
        .map(|item| Value::from(item.as_ref()))
        .collect()
}

/// Returns a mapping of texts.
pub(crate) fn text_map<I, K, V>(entries: I) -> Value
where
    I: IntoIterator<Item = (K, V)>,
    K: Into<String>,
    V: AsRef<str>,
{
    let fields = entries
        .into_iter()
        .map(|(key, value)| (key.into(), Value::from(value.as_ref())));
    Value::Object(fields.collect())
}

/// Returns the value without nulls, at any depth.
pub(crate) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
