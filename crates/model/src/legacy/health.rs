//! `health`: the first of `exec`, `tcp` and `path`.

use serde_json::json;

use super::Import;
use super::section::Scope;
use super::tree::{Out, from_json, null};
use crate::node::{FieldPath, Node, ScalarKind};

pub(super) const KEYS: [&str; 7] = [
    "path",
    "exec",
    "tcp",
    "timeoutSeconds",
    "startupFailureThreshold",
    "initialDelaySeconds",
    "periodSeconds",
];
/// In the order in which the older format took the first.
const WAYS: [&str; 3] = ["exec", "tcp", "path"];

pub(super) fn convert(
    old: &Node,
    path: &FieldPath,
    scope: &Scope<'_>,
    import: &mut Import,
) -> Option<Node> {
    let path = path.key("health");
    let Some(health) = old.get("health").filter(|health| !health.is_null()) else {
        return scope.is_spec().then(|| default(old, import));
    };
    if !import.keys(health, &path, &KEYS) {
        return None;
    }
    let mut out = Out::new(health.span);
    way(health, scope, &mut out, import);
    for key in ["timeoutSeconds", "periodSeconds"] {
        out.copy(health, key, key);
    }
    startup(health, &path, &mut out, import);
    Some(out.node())
}

fn default(old: &Node, import: &mut Import) -> Node {
    let span = old.key_span();
    import.decide(
        span,
        "`health: { path: /health }`, the default of the older format",
    );
    from_json(&json!({ "path": "/health" }), span)
}

fn way(health: &Node, scope: &Scope<'_>, out: &mut Out, import: &mut Import) {
    let written = ways(health);
    let Some(way) = written.first() else {
        if scope.is_spec() {
            import.decide(
                health.span,
                "`path: /health`, the default of the older format",
            );
            out.put("path", Node::text("/health", health.span));
        }
        return;
    };
    out.copy(health, way, way);
    if written.len() > 1 {
        let all = written.join(", ");
        import.decide(
            health.span,
            format!("only `{way}` is kept: the older format took the first of {all}"),
        );
    }
    if scope.below().is_some() {
        let below = scope.below_field("health").map(ways).unwrap_or_default();
        let below = below.first().copied().unwrap_or("path");
        if below != *way {
            out.put(below, null(health.span));
        }
    }
}

/// Returns the ways that are written, in the order in which the older format looked for them.
fn ways(health: &Node) -> Vec<&'static str> {
    let is_off = |node: &Node| {
        node.as_scalar()
            .is_some_and(|scalar| scalar.kind == ScalarKind::Boolean(false))
    };
    let is_on = |way: &&str| {
        health
            .get(way)
            .is_some_and(|node| !node.is_null() && !is_off(node))
    };
    WAYS.into_iter().filter(is_on).collect()
}

fn startup(health: &Node, path: &FieldPath, out: &mut Out, import: &mut Import) {
    if let Some(node) = health.get("startupFailureThreshold") {
        match node.as_scalar().map(|scalar| scalar.kind) {
            Some(ScalarKind::Integer(threshold)) if (1..10_000).contains(&threshold) => {
                out.put(
                    "startupSeconds",
                    from_json(&json!(threshold * 10), node.span),
                );
                import.decide(node.span, format!("`startupSeconds: {}`: the older format counted {threshold} checks of 10 seconds", threshold * 10));
            }
            _ => import
                .at(&path.key("startupFailureThreshold"))
                .wrong_type(node, "a whole number"),
        }
    }
    if let Some(node) = health.get("initialDelaySeconds") {
        import.decide(
            node.span,
            "`initialDelaySeconds` is left out: the startup check waits until the start is done",
        );
    }
}
