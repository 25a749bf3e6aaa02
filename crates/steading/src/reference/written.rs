//! Values as they are written in a declaration.

use serde_json::Value;
use steading_model::{Node, Sources, yaml};

/// Reads a value as it is written behind a key.
pub(super) fn node(text: &str) -> Option<Node> {
    let mut sources = Sources::default();
    let file = sources.add("example", text);
    let (mut documents, report) = yaml::parse(&sources, file);
    let is_one = documents.len() == 1 && !report.has_errors();
    documents.pop().filter(|_| is_one)
}

/// Reads a value as it is written behind a key, as JSON.
pub(super) fn value(text: &str) -> Option<Value> {
    node(text).map(|node| node.to_json())
}
