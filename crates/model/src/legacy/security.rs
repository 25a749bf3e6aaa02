//! Users and privileges.

use serde_json::json;

use super::Import;
use super::section::Scope;
use super::tree::{Out, from_json, null};
use crate::Diagnostic;
use crate::node::{FieldPath, Node, ScalarKind};
use crate::read::{INVALID_VALUE, Read};

const KEYS: [&str; 7] = [
    "runAsUser",
    "runAsGroup",
    "runAsNonRoot",
    "readOnlyRootFilesystem",
    "allowPrivilegeEscalation",
    "capabilities",
    "seccompProfile",
];
const REASON_CAPABILITY: &str = "imported: the older file gives no reason";
const REASON: &str = "imported: the image runs as root or as a user of its own";

/// Converts `securityContext` and `runAsRoot`.
pub(super) fn convert(
    old: &Node,
    path: &FieldPath,
    scope: &Scope<'_>,
    import: &mut Import,
) -> Option<Node> {
    let context = old.get("securityContext").filter(|node| !node.is_null());
    let root = old.get("runAsRoot");
    let mut out = Out::new(context.or(root)?.span);
    if let Some(node) = root {
        as_root(node, path, scope, &mut out, import);
    }
    if let Some(context) = context {
        self::context(context, &path.key("securityContext"), &mut out, import);
    }
    out.node_if_any()
}

/// Gives each capability a reason to be filled in.
fn added(capabilities: &Node, out: &mut Out, import: &mut Import) {
    let Some(names) = capabilities.get("add").and_then(Node::as_list) else {
        out.copy(capabilities, "add", "capabilities");
        return;
    };
    let mut reasons = Out::new(capabilities.span);
    let names = names.iter();
    for (scalar, span) in names.filter_map(|node| Some((node.as_scalar()?, node.span))) {
        let name = scalar.text.strip_prefix("CAP_").unwrap_or(&scalar.text);
        reasons.put_at(name, span, Node::text(REASON_CAPABILITY, span));
    }
    if let Some(reasons) = reasons.node_if_any() {
        let span = reasons.span;
        out.put("capabilities", reasons);
        import.decide(
            span,
            "each of `security.capabilities` has a reason now: say why",
        );
    }
}

fn as_root(node: &Node, path: &FieldPath, scope: &Scope<'_>, out: &mut Out, import: &mut Import) {
    match bool::read(node, &mut import.at(&path.key("runAsRoot"))) {
        Some(true) => {
            out.put("root", Node::text(REASON, node.span));
            import.decide(node.span, "`security.root` has a reason now: say why, or find out the image's user and write `user`");
        }
        Some(false) if scope.below_field("runAsRoot").is_some() => out.put("root", null(node.span)),
        _ => {}
    }
}

fn context(context: &Node, path: &FieldPath, out: &mut Out, import: &mut Import) {
    if !import.keys(context, path, &KEYS) {
        return;
    }
    out.copy(context, "runAsUser", "user");
    out.copy(context, "runAsGroup", "group");
    out.copy(context, "readOnlyRootFilesystem", "readOnlyRoot");
    let is = |key: &str, value: bool| {
        context
            .get(key)
            .and_then(Node::as_scalar)
            .is_some_and(|scalar| scalar.kind == ScalarKind::Boolean(value))
    };
    let user_is_root = context
        .get("runAsUser")
        .and_then(Node::as_scalar)
        .is_some_and(|scalar| scalar.kind == ScalarKind::Integer(0));
    if user_is_root || is("runAsNonRoot", false) {
        out.put("root", from_json(&json!(REASON), context.span));
        import.decide(context.span, "`security.root` has a reason now: say why");
    }
    if let Some(node) = context
        .get("allowPrivilegeEscalation")
        .filter(|_| is("allowPrivilegeEscalation", true))
    {
        let message = format!("`{path}.allowPrivilegeEscalation: true` has no counterpart");
        import.report(
            Diagnostic::error(INVALID_VALUE, message)
                .at(node.span)
                .help("remove it, or use `security.privileged` with a reason"),
        );
    }
    if let Some(capabilities) = context.get("capabilities").filter(|node| !node.is_null())
        && import.keys(capabilities, &path.key("capabilities"), &["add", "drop"])
    {
        added(capabilities, out, import);
    }
}
