//! YAML text from values: the same bytes every time, and the same meaning to every reader.
//!
//! # Guarantees
//! - Text that a reader of YAML 1.1 or 1.2 could take for something else is quoted.
//! - No block literal where readers disagree: tabs, trailing spaces, odd line breaks (`kubectl` refuses tabs in them).
//! - What [`crate::yaml::parse`] reads back is what went in.

mod quote;
mod tree;
mod write;

use std::borrow::Cow;

use crate::node::{Node, ScalarKind, Value};
use tree::{Tree, View};

/// Keys that come first in every mapping, in this order; the others follow by name.
const FIRST: [&str; 8] = [
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "namespace",
    "type",
    "spec",
    "data",
];

/// Returns a node as YAML, keys in the order of the node.
pub fn node(node: &Node) -> String {
    write::document(node)
}

/// Returns a value as YAML, keys sorted, those first that readers look for first.
pub fn value(value: &serde_json::Value) -> String {
    write::document(value)
}

/// Returns a Kubernetes object as YAML: `apiVersion`, `kind`, `metadata` and `spec` first; without `---`.
pub fn kubernetes(object: &serde_json::Value) -> String {
    value(object)
}

impl Tree for Node {
    fn view(&self) -> View<'_, Self> {
        match &self.value {
            Value::Null => View::Plain(Cow::Borrowed("null")),
            Value::Scalar(scalar) if scalar.kind == ScalarKind::Text => View::Text(&scalar.text),
            Value::Scalar(scalar) => View::Plain(Cow::Borrowed(&scalar.text)),
            Value::List(items) => View::List(items),
            Value::Mapping(mapping) => View::Mapping(
                mapping
                    .entries()
                    .iter()
                    .map(|entry| (entry.key.as_str(), &entry.value))
                    .collect(),
            ),
        }
    }
}

impl Tree for serde_json::Value {
    fn view(&self) -> View<'_, Self> {
        match self {
            Self::Null => View::Plain(Cow::Borrowed("null")),
            Self::Bool(true) => View::Plain(Cow::Borrowed("true")),
            Self::Bool(false) => View::Plain(Cow::Borrowed("false")),
            Self::Number(number) => View::Plain(Cow::Owned(number.to_string())),
            Self::String(text) => View::Text(text),
            Self::Array(items) => View::List(items),
            Self::Object(object) => {
                let mut entries: Vec<(&str, &Self)> = object
                    .iter()
                    .map(|(key, value)| (key.as_str(), value))
                    .collect();
                entries.sort_by_key(|(key, _)| {
                    (
                        FIRST
                            .iter()
                            .position(|first| first == key)
                            .unwrap_or(FIRST.len()),
                        *key,
                    )
                });
                View::Mapping(entries)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_reads_well() {
        let object = json!({
            "spec": { "containers": [{ "image": "a:1", "name": "web", "args": [], "env": [{ "name": "A", "value": "yes" }] }], "nested": [[1, 2], []] },
            "kind": "Pod", "apiVersion": "v1",
            "metadata": { "labels": {}, "name": "web" },
            "data": { "a.conf": "one\n\n  two\n", "b": "x\ty\nz", "c": "no newline\nat the end", "": "e" },
        });
        let expected = r#"apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {}
spec:
  containers:
    - name: web
      args: []
      env:
        - name: A
          value: "yes"
      image: a:1
  nested:
    - - 1
      - 2
    - []
data:
  "": e
  a.conf: |
    one

      two
  b: "x\ty\nz"
  c: |-
    no newline
    at the end
"#;
        assert_eq!(kubernetes(&object), expected);
    }

    #[test]
    fn roots_of_every_kind_are_written() {
        for (value, text) in [
            (json!("a\nb"), "\"a\\nb\"\n"),
            (json!(null), "null\n"),
            (json!([]), "[]\n"),
            (json!([1]), "- 1\n"),
            (json!({}), "{}\n"),
            (json!("x"), "x\n"),
        ] {
            assert_eq!(super::value(&value), text);
        }
    }
}
