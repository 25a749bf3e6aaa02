//! Routes of three generations.

use serde_json::json;

use super::Import;
use super::section::Scope;
use super::tree::{Out, from_json, list, null, text};
use crate::Diagnostic;
use crate::node::{FieldPath, Node, ScalarKind};
use crate::read::{INVALID_VALUE, MISSING_KEY, Read};

const LIST_KEYS: [&str; 9] = [
    "host",
    "path",
    "public",
    "access",
    "stripPrefix",
    "redirectTo",
    "preservePath",
    "tlsSecret",
    "smoke",
];
const OBJECT_KEYS: [&str; 4] = ["host", "path", "private", "public"];

/// Who could reach a route.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Access {
    Private,
    ClusterInternal,
    Public,
}

/// Converts `ingress`.
pub(super) fn convert(
    old: &Node,
    path: &FieldPath,
    scope: &Scope<'_>,
    import: &mut Import,
) -> Option<Node> {
    let path = path.key("ingress");
    let written = old.get("ingress")?;
    if written.is_null() {
        return scope.below().map(|_| null(written.span));
    }
    if let Some(items) = written.as_list() {
        let routes = items
            .iter()
            .enumerate()
            .filter_map(|(at, item)| of_list(item, &path.index(at), import))
            .collect();
        return Some(list(routes, written.span));
    }
    if !import.keys(written, &path, &OBJECT_KEYS) {
        return None;
    }
    let merged = match scope
        .below_field("ingress")
        .filter(|below| below.as_mapping().is_some())
    {
        Some(below) => crate::resolve::merge(below.clone(), written),
        None => written.clone(),
    };
    of_object(&merged, &path, scope, import).map(|route| list(vec![route], written.span))
}

/// The first generation: one mapping, public unless it says otherwise; it needs a host in the end only.
fn of_object(
    object: &Node,
    path: &FieldPath,
    scope: &Scope<'_>,
    import: &mut Import,
) -> Option<Node> {
    if object.get("host").is_none() {
        if !scope.is_spec() {
            import.at(path).missing(object, "host");
        }
        return None;
    }
    let flag = |key: &str, import: &mut Import| {
        object
            .get(key)
            .and_then(|node| bool::read(node, &mut import.at(&path.key(key))))
    };
    let private = flag("private", import) == Some(true) || flag("public", import) == Some(false);
    if object.get("private").is_none() && object.get("public").is_none() {
        import.decide(object.span, "the route is public: in this form of the older format it was unless it said `private: true`");
    }
    let access = if private {
        Access::Private
    } else {
        Access::Public
    };
    Some(route(object, path, access, import))
}

/// The later generations: each says who can reach it.
fn of_list(item: &Node, path: &FieldPath, import: &mut Import) -> Option<Node> {
    if !import.keys(item, path, &LIST_KEYS) {
        return None;
    }
    if item.get("host").is_none() {
        import.at(path).missing(item, "host");
    }
    let access = access(item, path, import)?;
    redirect(item, path, import);
    Some(route(item, path, access, import))
}

fn access(item: &Node, path: &FieldPath, import: &mut Import) -> Option<Access> {
    match (item.get("public"), item.get("access")) {
        (Some(public), None) => {
            let public = bool::read(public, &mut import.at(&path.key("public")))?;
            Some(if public {
                Access::Public
            } else {
                Access::Private
            })
        }
        (None, Some(word)) => access_word(word, &path.key("access"), import),
        (Some(public), Some(_)) => {
            import.report(
                Diagnostic::error(
                    INVALID_VALUE,
                    format!("`{path}` has both `public` and `access`"),
                )
                .at(public.span)
                .help("keep `access`"),
            );
            None
        }
        (None, None) => {
            let message = format!("`{path}.public` is required");
            import.report(
                Diagnostic::error(MISSING_KEY, message)
                    .at(item.span)
                    .help("write `public: false`, unless everyone may reach it"),
            );
            None
        }
    }
}

pub(super) fn access_word(node: &Node, path: &FieldPath, import: &mut Import) -> Option<Access> {
    match text(node) {
        Some("private") => Some(Access::Private),
        Some("cluster-internal") => Some(Access::ClusterInternal),
        Some("public") => Some(Access::Public),
        word => {
            let word = word.unwrap_or_default().to_owned();
            import
                .at(path)
                .unknown_word(node, &word, &["private", "cluster-internal", "public"]);
            None
        }
    }
}

fn redirect(item: &Node, path: &FieldPath, import: &mut Import) {
    let Some(target) = item.get("redirectTo") else {
        return;
    };
    if item
        .get("path")
        .and_then(text)
        .is_some_and(|path| path != "/")
    {
        let message = format!("`{path}` has both `path` and `redirectTo`");
        import.report(
            Diagnostic::error(INVALID_VALUE, message)
                .at(target.span)
                .help("a redirect answers for the whole host: remove `path`"),
        );
    }
    if text(target).is_none_or(|url| !url.starts_with("https://")) {
        import
            .at(&path.key("redirectTo"))
            .invalid(target, "must begin with `https://`");
    }
}

/// Writes a route of the current form.
pub(super) fn route(old: &Node, path: &FieldPath, access: Access, import: &mut Import) -> Node {
    let mut out = Out::new(old.span);
    out.copy(old, "host", "host");
    let below = old.get("path").filter(|node| text(node) != Some("/"));
    if below.is_some() {
        out.copy(old, "path", "path");
    }
    gates(old, access, &mut out, import);
    strip(old, below, &mut out);
    for key in ["redirectTo", "preservePath", "tlsSecret"] {
        out.copy(old, key, key);
    }
    out.put_some(
        "check",
        old.get("smoke")
            .and_then(|smoke| check(smoke, &path.key("smoke"), import)),
    );
    out.node()
}

/// Visibility and login: the older format knew no login, so none is put in front, and the reason says so.
fn gates(old: &Node, access: Access, out: &mut Out, import: &mut Import) {
    let span = old
        .get("public")
        .or_else(|| old.get("access"))
        .or_else(|| old.get("private"))
        .map_or(old.span, |node| node.span);
    let (visibility, auth) = match access {
        Access::Public => (
            "public",
            json!({ "public": "imported: was public in the older format" }),
        ),
        Access::Private => (
            "private",
            json!({ "none": "imported: only the private network was the gate in the older format" }),
        ),
        Access::ClusterInternal => (
            "private",
            json!({ "none": "imported: was open to the private network and to pods in the older format" }),
        ),
    };
    out.put("visibility", Node::text(visibility, span));
    if old.get("redirectTo").is_some() {
        return;
    }
    out.put("auth", from_json(&auth, span));
    match access {
        Access::Public => import.decide(span, "`auth: { public: … }`: say why everyone may see it, or `{ app: why }` where the application has a login"),
        Access::Private => import.decide(span, "`auth: { none: … }`: the older format had no login; remove it to put the estate's in front"),
        Access::ClusterInternal => import.decide(span, "`cluster-internal` is `private` now: the estate's `ingress.private` must hold the pods' addresses"),
    }
}

/// The older format took the path off unless told otherwise; the current one leaves it.
fn strip(old: &Node, below: Option<&Node>, out: &mut Out) {
    match (old.get("stripPrefix"), below) {
        (Some(node), Some(_)) => out.put("stripPrefix", node.clone()),
        (None, Some(path)) if old.get("redirectTo").is_none() => {
            out.put("stripPrefix", from_json(&json!(true), path.span));
        }
        _ => {}
    }
}

/// Converts `smoke`: what is expected when the route is asked from outside.
pub(super) fn check(smoke: &Node, path: &FieldPath, import: &mut Import) -> Option<Node> {
    if smoke
        .as_scalar()
        .is_some_and(|scalar| scalar.kind == ScalarKind::Boolean(false))
    {
        return Some(from_json(
            &json!({ "none": "imported: was not probed in the older format" }),
            smoke.span,
        ));
    }
    if !import.keys(smoke, path, &["method", "path", "expect", "location"]) {
        return None;
    }
    let mut out = Out::new(smoke.span);
    out.copy(smoke, "path", "path");
    out.copy(smoke, "method", "method");
    if let Some(expect) = smoke.get("expect") {
        out.put_some("status", statuses(expect, &path.key("expect"), import));
    }
    if let Some(node) = smoke.get("location") {
        import.decide(
            node.span,
            "`location` is left out: it follows from `redirectTo`",
        );
    }
    out.node_if_any()
}

/// `"307,200"` or `200`.
fn statuses(node: &Node, path: &FieldPath, import: &mut Import) -> Option<Node> {
    let parsed: Option<Vec<u16>> = text(node).and_then(|codes| {
        codes
            .split(',')
            .map(|code| code.trim().parse().ok())
            .collect()
    });
    if parsed.is_none() {
        import.at(path).invalid(
            node,
            "must be status codes such as `\"200\"` or `\"307,200\"`",
        );
    }
    Some(from_json(&json!(parsed?), node.span))
}
