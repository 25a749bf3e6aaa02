//! Network access and platform services.

use serde_json::json;

use super::Import;
use super::section::{Scope, take_away};
use super::tree::{Out, from_json, list, text};
use crate::node::{FieldPath, Node};

/// The keys of `network`.
pub(super) const KEYS: [&str; 3] = ["isolated", "exposeTo", "egress"];

/// Converts `platformServices`, and the one of them that `networkPolicy` could name.
pub(super) fn uses(
    old: &Node,
    path: &FieldPath,
    scope: &Scope<'_>,
    import: &mut Import,
) -> Option<Node> {
    let written = old
        .get("platformServices")
        .or_else(|| old.get("networkPolicy"))?;
    let mut out = Out::new(written.span);
    let kept = services(old);
    for name in words(
        old.get("platformServices"),
        &path.key("platformServices"),
        import,
    ) {
        put_use(&mut out, &name);
    }
    for name in allowed(old).into_iter().filter(|name| is_collector(name)) {
        put_use(&mut out, name);
    }
    take_away(
        &mut out,
        &scope.below().map(services).unwrap_or_default(),
        &kept,
        written.span,
    );
    out.node_if_any()
}

fn put_use(out: &mut Out, name: &Node) {
    out.put_at(
        text(name).unwrap_or_default(),
        name.span,
        from_json(&json!({}), name.span),
    );
}

fn is_collector(name: &Node) -> bool {
    text(name) == Some("otel-collector")
}

fn services(old: &Node) -> Vec<String> {
    let named = old
        .get("platformServices")
        .and_then(Node::as_list)
        .unwrap_or_default()
        .iter();
    named
        .chain(allowed(old).into_iter().filter(|name| is_collector(name)))
        .filter_map(|name| text(name).map(str::to_owned))
        .collect()
}

fn allowed(old: &Node) -> Vec<&Node> {
    let list = old
        .get("networkPolicy")
        .and_then(|policy| policy.get("allowedServices"))
        .and_then(Node::as_list);
    list.unwrap_or_default().iter().collect()
}

/// Returns the items of a list of words.
fn words(node: Option<&Node>, path: &FieldPath, import: &mut Import) -> Vec<Node> {
    let Some(node) = node.filter(|node| !node.is_null()) else {
        return Vec::new();
    };
    let Some(items) = node.as_list() else {
        import.at(path).wrong_type(node, "a list");
        return Vec::new();
    };
    items
        .iter()
        .filter(|item| text(item).is_some())
        .cloned()
        .collect()
}

/// Converts `network` and `networkPolicy`.
pub(super) fn convert(
    old: &Node,
    path: &FieldPath,
    scope: &Scope<'_>,
    import: &mut Import,
) -> Option<Node> {
    let network = old.get("network").filter(|node| !node.is_null());
    let policy = old.get("networkPolicy").filter(|node| !node.is_null());
    let mut out = Out::new(network.or(policy)?.span);
    if let Some(network) = network {
        self::network(network, &path.key("network"), &mut out, import);
    }
    if let Some(policy) = policy.filter(|_| scope.is_spec() || network.is_none()) {
        self::policy(old, policy, &path.key("networkPolicy"), &mut out, import);
    }
    out.node_if_any()
}

fn network(network: &Node, path: &FieldPath, out: &mut Out, import: &mut Import) {
    if !import.keys(network, path, &KEYS) {
        return;
    }
    out.copy(network, "isolated", "isolated");
    for (old, new) in [("exposeTo", "from"), ("egress", "to")] {
        if let Some(node) = network.get(old) {
            out.put(new, peers(node, &path.key(old), import));
        }
    }
}

fn peers(node: &Node, path: &FieldPath, import: &mut Import) -> Node {
    let Some(items) = node.as_list() else {
        import.at(path).wrong_type(node, "a list");
        return list(Vec::new(), node.span);
    };
    let converted = items
        .iter()
        .enumerate()
        .filter_map(|(at, item)| peer(item, &path.index(at), import))
        .collect();
    list(converted, node.span)
}

/// One peer: a word, or `{ to, ports }`.
fn peer(item: &Node, path: &FieldPath, import: &mut Import) -> Option<Node> {
    if item.as_mapping().is_none() {
        return target(item, None, path, import);
    }
    if !import.keys(item, path, &["to", "from", "ports"]) {
        return None;
    }
    if let Some(word) = item.get("to").or_else(|| item.get("from")) {
        target(word, item.get("ports"), path, import)
    } else {
        import.at(path).missing(item, "to");
        None
    }
}

fn target(
    node: &Node,
    ports: Option<&Node>,
    path: &FieldPath,
    import: &mut Import,
) -> Option<Node> {
    let word = text(node).unwrap_or_default();
    let (kind, rest) = word.split_once(':').unwrap_or((word, ""));
    let label = || {
        rest.split_once('=')
            .map(|(key, value)| json!({ key: value }))
    };
    let json = match (kind, rest) {
        ("traefik" | "internet" | "anywhere", "") if ports.is_none() => return Some(node.clone()),
        ("traefik" | "internet" | "anywhere", "") => Some(json!({ "word": kind })),
        ("namespace", name) if !name.is_empty() => Some(json!({ "namespace": name })),
        ("any-namespace", "") => Some(json!({ "namespace": "*" })),
        ("pods", _) => label().map(|label| json!({ "pods": label })),
        ("any-namespace-pods", _) => {
            label().map(|label| json!({ "namespace": "*", "pods": label }))
        }
        _ => None,
    };
    let Some(json) = json else {
        const KNOWN: [&str; 7] = [
            "traefik",
            "internet",
            "anywhere",
            "namespace:NAME",
            "any-namespace",
            "pods:KEY=VALUE",
            "any-namespace-pods:KEY=VALUE",
        ];
        import.at(path).unknown_word(node, word, &KNOWN);
        return None;
    };
    let mut out = Out::new(node.span);
    let built = from_json(&json, node.span);
    for entry in super::tree::entries(Some(&built)) {
        out.put(&entry.key, entry.value.clone());
    }
    out.put_some("ports", ports.cloned());
    Some(out.node())
}

/// `networkPolicy.allowedServices`: other applications by name, in the same environment.
fn policy(old: &Node, policy: &Node, path: &FieldPath, out: &mut Out, import: &mut Import) {
    if !import.keys(policy, path, &["allowedServices"]) {
        return;
    }
    let applications: Vec<Node> = allowed(old)
        .into_iter()
        .filter(|name| !is_collector(name))
        .map(|name| {
            from_json(
                &json!({ "application": text(name).unwrap_or_default() }),
                name.span,
            )
        })
        .collect();
    if !applications.is_empty() {
        import.decide(policy.span, "`allowedServices` are applications in the same environment; the older format opened `prod` and `staging` both");
        out.put("to", list(applications, policy.span));
    }
}
