//! Variables and secrets.

use super::Import;
use super::section::{Scope, words};
use super::tree::{Out, entries, null, text};
use crate::Diagnostic;
use crate::node::{Entry, FieldPath, Node, ScalarKind};
use crate::quantity::Quantity;
use crate::read::MISSING_KEY;

/// From this request on the older format told Node.js how much memory it may use.
const HEAP_FROM: &str = "512Mi";
const HEAP: &str = "NODE_OPTIONS";

/// Converts `env`, with the variable that the older format added by itself.
pub(super) fn variables(old: &Node, scope: &Scope<'_>, import: &mut Import) -> Option<Node> {
    let written = old.get("env");
    if let Some(env) = written.filter(|env| env.as_mapping().is_none() && !env.is_null()) {
        return Some(env.clone());
    }
    let mut out = Out::new(written.map_or(old.key_span(), |node| node.span));
    for entry in entries(written) {
        out.put_at(&entry.key, entry.key_span, escaped(entry));
    }
    if written.and_then(|env| env.get(HEAP)).is_none() {
        heap(old, scope, &mut out, import);
    }
    out.node_if_any()
}

/// `${` had no meaning in the older format.
fn escaped(entry: &Entry) -> Node {
    match entry.value.as_scalar() {
        Some(scalar) if scalar.kind == ScalarKind::Text && scalar.text.contains("${") => {
            Node::text(scalar.text.replace("${", "$${"), entry.value.span)
        }
        _ => entry.value.clone(),
    }
}

fn heap(old: &Node, scope: &Scope<'_>, out: &mut Out, import: &mut Import) {
    let own = memory(old);
    let below = scope.below();
    if below
        .and_then(|spec| spec.get("env"))
        .is_some_and(|env| env.get(HEAP).is_some())
    {
        return;
    }
    let value = own.as_ref().and_then(|(memory, _)| megabytes(memory));
    let lower = below
        .and_then(memory)
        .and_then(|(memory, _)| megabytes(&memory));
    match (own, value) {
        (Some((_, span)), Some(megabytes)) if Some(megabytes) != lower => {
            out.put(
                HEAP,
                Node::text(format!("--max-old-space-size={megabytes}"), span),
            );
            import.decide(span, format!("`{HEAP}` is written out, the older format set it from the memory: remove it where this is no Node.js"));
        }
        (Some((_, span)), None) if lower.is_some() => out.put(HEAP, null(span)),
        _ => {}
    }
}

fn memory(section: &Node) -> Option<(String, crate::Span)> {
    let node = section.get("resources")?.get("memory")?;
    Some((text(node)?.to_owned(), node.span))
}

/// Three quarters of the request in mebibytes, from 512Mi on.
fn megabytes(memory: &str) -> Option<i128> {
    let memory = Quantity::parse(memory).ok()?;
    let from = Quantity::parse(HEAP_FROM).ok()?;
    (memory >= from).then(|| memory.units() * 3 / 4 / (1 << 20))
}

/// Converts `secrets` and `secretsEnv`.
pub(super) fn secrets(
    old: &Node,
    path: &FieldPath,
    scope: &Scope<'_>,
    import: &mut Import,
) -> Option<Node> {
    let written = old.get("secrets").filter(|node| !node.is_null());
    let environment = old.get("secretsEnv");
    let secrets_path = path.key("secrets");
    if written.is_some_and(|node| !import.keys(node, &secrets_path, &["path", "env"])) {
        return None;
    }
    let mut out = Out::new(written.or(environment)?.span);
    if let Some(secrets) = written {
        has_path(secrets, &secrets_path, scope, import);
        out.copy(secrets, "path", "path");
        if let Some(entry) = secrets
            .as_mapping()
            .and_then(|mapping| mapping.entry("env"))
        {
            out.put_at("env", entry.key_span, words(&entry.value));
        }
    }
    match environment {
        Some(node) if written.is_some() || scope.below_field("secrets").is_some() => {
            out.put("environment", node.clone());
        }
        Some(node) => import.decide(
            node.span,
            "`secretsEnv` is left out: there are no `secrets`",
        ),
        None => {}
    }
    out.node_if_any()
}

fn has_path(secrets: &Node, path: &FieldPath, scope: &Scope<'_>, import: &mut Import) {
    let below = scope
        .below_field("secrets")
        .and_then(|secrets| secrets.get("path"));
    if let Some(env) = secrets
        .get("env")
        .filter(|_| secrets.get("path").is_none() && below.is_none())
    {
        let message = format!("`{path}.env` needs `{path}.path`");
        import.report(
            Diagnostic::error(MISSING_KEY, message)
                .at(env.span)
                .help("add `path`, the place of the secrets in the backend"),
        );
    }
}
