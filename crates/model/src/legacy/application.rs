//! A whole application file.

use serde_json::json;

use super::section::{self, ENVIRONMENT_KEYS, Scope};
use super::tree::{Out, entries, from_json, text};
use super::{Import, section::SPEC_KEYS};
use crate::node::{FieldPath, Mapping, Node, Value};

const KEYS: [&str; 8] = [
    "apiVersion",
    "kind",
    "metadata",
    "environment",
    "spec",
    "environments",
    "registry",
    "meta",
];

/// Converts an application.
pub(super) fn convert(node: &Node, import: &mut Import) -> Option<Node> {
    let root = FieldPath::default();
    if !import.keys(node, &root, &KEYS) {
        return None;
    }
    let name = node
        .get("metadata")
        .and_then(|metadata| metadata.get("name"));
    if name.is_none() {
        import
            .at(&root.key("metadata"))
            .missing(node.get("metadata").unwrap_or(node), "name");
    }
    for key in ["registry", "meta"] {
        if let Some(entry) = node.as_mapping().and_then(|mapping| mapping.entry(key)) {
            import.decide(
                entry.key_span,
                format!("`{key}` is left out: the estate's `images` says where images come from"),
            );
        }
    }
    let name = name.and_then(text).unwrap_or("application").to_owned();
    let mut out = Out::new(node.span);
    head(&mut out, node);
    let empty = Node::new(Value::Mapping(Mapping::default()), node.key_span());
    let spec = node
        .get("spec")
        .filter(|spec| !spec.is_null())
        .unwrap_or(&empty);
    if import.keys(spec, &root.key("spec"), &SPEC_KEYS) {
        let converted = section::convert(&name, spec, &root.key("spec"), &Scope::Spec, import);
        out.put("spec", converted);
    }
    environments(&name, node, spec, &mut out, import);
    Some(out.node())
}

fn head(out: &mut Out, node: &Node) {
    let span = node.key_span();
    out.put("apiVersion", from_json(&json!("steading.dev/v1"), span));
    out.put("kind", from_json(&json!("Application"), span));
    out.copy(node, "metadata", "metadata");
}

fn environments(name: &str, node: &Node, spec: &Node, out: &mut Out, import: &mut Import) {
    let path = FieldPath::default().key("environments");
    let Some(written) = node
        .get("environments")
        .filter(|written| !written.is_null())
    else {
        return;
    };
    if written.as_mapping().is_none() {
        return import.at(&path).wrong_type(written, "a mapping");
    }
    let mut environments = Out::new(written.span);
    for entry in entries(Some(written)) {
        let path = path.key(entry.key.as_str());
        if entry.value.is_null() {
            environments.put_at(&entry.key, entry.key_span, Out::new(entry.key_span).node());
        } else if import.keys(&entry.value, &path, &ENVIRONMENT_KEYS) {
            let scope = Scope::Environment {
                name: &entry.key,
                spec,
            };
            let converted = section::convert(name, &entry.value, &path, &scope, import);
            environments.put_at(&entry.key, entry.key_span, converted);
        }
    }
    out.put("environments", environments.node());
}
