//! Building nodes of the current form with the places of the older file.

use serde_json::Value as Json;

use crate::node::{Entry, Mapping, Node, Scalar, ScalarKind, Value};
use crate::source::Span;

/// A mapping that is being built.
pub(super) struct Out {
    entries: Vec<Entry>,
    span: Span,
}

impl Out {
    pub(super) fn new(span: Span) -> Self {
        Self {
            entries: Vec::new(),
            span,
        }
    }

    /// Adds a node under a key; the key has the node's place.
    pub(super) fn put(&mut self, key: &str, node: Node) {
        self.put_at(key, node.span, node);
    }

    /// Adds a node under a key with a place.
    pub(super) fn put_at(&mut self, key: &str, key_span: Span, value: Node) {
        self.entries.push(Entry {
            key: key.to_owned(),
            key_span,
            value,
        });
    }

    /// Adds a node if there is one.
    pub(super) fn put_some(&mut self, key: &str, node: Option<Node>) {
        if let Some(node) = node {
            self.put(key, node);
        }
    }

    /// Adds what an older entry became, with the place of the older key.
    pub(super) fn put_for(&mut self, old: &Node, old_key: &str, key: &str, node: Option<Node>) {
        if let Some(node) = node {
            let entry = old.as_mapping().and_then(|mapping| mapping.entry(old_key));
            self.put_at(key, entry.map_or(node.span, |entry| entry.key_span), node);
        }
    }

    /// Copies the entry of an older mapping under another name, if it is there.
    pub(super) fn copy(&mut self, from: &Node, key: &str, to: &str) {
        if let Some(entry) = from.as_mapping().and_then(|mapping| mapping.entry(key)) {
            self.put_at(to, entry.key_span, entry.value.clone());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the mapping; of two entries with one key the later.
    pub(super) fn node(self) -> Node {
        Node::new(
            Value::Mapping(self.entries.into_iter().collect::<Mapping>()),
            self.span,
        )
    }

    /// Returns the mapping if it has an entry.
    pub(super) fn node_if_any(self) -> Option<Node> {
        (!self.is_empty()).then(|| self.node())
    }
}

/// Returns a null node: it removes what lies below.
pub(super) fn null(span: Span) -> Node {
    Node::new(Value::Null, span)
}

/// Returns a list node.
pub(super) fn list(items: Vec<Node>, span: Span) -> Node {
    Node::new(Value::List(items), span)
}

/// Returns a value with one place for all of its parts.
pub(super) fn from_json(json: &Json, span: Span) -> Node {
    let scalar = |text: String, kind| Value::Scalar(Scalar { text, kind });
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(value) => scalar(value.to_string(), ScalarKind::Boolean(*value)),
        Json::Number(number) => scalar(
            number.to_string(),
            number
                .as_i64()
                .map_or(ScalarKind::Float, ScalarKind::Integer),
        ),
        Json::String(text) => scalar(text.clone(), ScalarKind::Text),
        Json::Array(items) => Value::List(items.iter().map(|item| from_json(item, span)).collect()),
        Json::Object(object) => {
            let entry = |(key, value): (&String, &Json)| Entry {
                key: key.clone(),
                key_span: span,
                value: from_json(value, span),
            };
            Value::Mapping(object.iter().map(entry).collect())
        }
    };
    Node::new(value, span)
}

/// Returns the text of a scalar.
pub(super) fn text(node: &Node) -> Option<&str> {
    node.as_scalar().map(|scalar| scalar.text.as_str())
}

/// Returns the entries of a mapping.
pub(super) fn entries(node: Option<&Node>) -> &[Entry] {
    node.and_then(Node::as_mapping)
        .map(Mapping::entries)
        .unwrap_or_default()
}
