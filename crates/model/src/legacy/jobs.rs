//! `cronJobs`.

use serde_json::json;

use super::Import;
use super::section::{Scope, words};
use super::tree::{Out, entries, from_json, list, text};
use crate::node::{FieldPath, Node, ScalarKind};

const KEYS: [&str; 13] = [
    "schedule",
    "timeZone",
    "command",
    "args",
    "env",
    "resources",
    "storage",
    "suspend",
    "backoffLimit",
    "activeDeadlineSeconds",
    "startingDeadlineSeconds",
    "concurrencyPolicy",
    "image",
];
/// Copied under another name.
const RENAMED: [(&str, &str); 9] = [
    ("schedule", "schedule"),
    ("timeZone", "timeZone"),
    ("image", "image"),
    ("env", "env"),
    ("resources", "resources"),
    ("suspend", "suspend"),
    ("backoffLimit", "retries"),
    ("activeDeadlineSeconds", "deadlineSeconds"),
    ("startingDeadlineSeconds", "startWithinSeconds"),
];

pub(super) fn convert(
    old: &Node,
    path: &FieldPath,
    scope: &Scope<'_>,
    import: &mut Import,
) -> Option<Node> {
    let jobs = old.get("cronJobs").filter(|node| !node.is_null())?;
    let path = path.key("cronJobs");
    if jobs.as_mapping().is_none() {
        import.at(&path).wrong_type(jobs, "a mapping");
        return None;
    }
    let mut out = Out::new(jobs.span);
    for entry in entries(Some(jobs)) {
        let path = path.key(entry.key.as_str());
        if entry.value.is_null() {
            out.put_at(&entry.key, entry.key_span, entry.value.clone());
        } else if import.keys(&entry.value, &path, &KEYS) {
            out.put_at(
                &entry.key,
                entry.key_span,
                job(&entry.value, &path, scope, import),
            );
        }
    }
    out.node_if_any()
}

fn job(old: &Node, path: &FieldPath, scope: &Scope<'_>, import: &mut Import) -> Node {
    let mut out = Out::new(old.span);
    for (from, to) in RENAMED {
        out.copy(old, from, to);
    }
    for key in ["command", "args"] {
        out.put_some(key, old.get(key).map(words));
    }
    if scope.is_spec() {
        for key in ["schedule", "command"]
            .into_iter()
            .filter(|key| old.get(key).is_none())
        {
            import.at(path).missing(old, key);
        }
    }
    out.put_some("overlap", overlap(old, path, import));
    if let Some(node) = old.get("storage").filter(|node| {
        node.as_scalar()
            .is_some_and(|scalar| scalar.kind == ScalarKind::Boolean(true))
    }) {
        out.put(
            "volumes",
            list(vec![from_json(&json!("data"), node.span)], node.span),
        );
    }
    out.node()
}

fn overlap(old: &Node, path: &FieldPath, import: &mut Import) -> Option<Node> {
    let node = old.get("concurrencyPolicy")?;
    let word = text(node).unwrap_or_default();
    let found = ["Forbid", "Replace", "Allow"]
        .into_iter()
        .find(|known| *known == word);
    if found.is_none() {
        import.at(&path.key("concurrencyPolicy")).unknown_word(
            node,
            word,
            &["Forbid", "Replace", "Allow"],
        );
    }
    found.map(|word| Node::text(word.to_lowercase(), node.span))
}
