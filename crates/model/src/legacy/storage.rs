//! Storage, configuration files and mounted secrets.

use super::Import;
use super::section::{Scope, take_away};
use super::tree::{Out, entries, text};
use crate::node::{Entry, FieldPath, Node};

/// The keys of `storage`.
pub(super) const KEYS: [&str; 4] = ["size", "mountPath", "claimName", "owner"];

/// Converts `storage`.
pub(super) fn volume(
    old: &Node,
    path: &FieldPath,
    scope: &Scope<'_>,
    import: &mut Import,
) -> Option<Node> {
    let storage = old.get("storage").filter(|node| !node.is_null())?;
    let path = path.key("storage");
    if !import.keys(storage, &path, &KEYS) {
        return None;
    }
    let mut out = Out::new(storage.span);
    out.copy(storage, "mountPath", "mountPath");
    out.copy(storage, "size", "size");
    out.copy(storage, "claimName", "existingClaim");
    owner(old, storage, &mut out);
    if scope.is_spec() {
        import.decide(
            storage.span,
            "`data: plain`, the default: write `data: sensitive` if it must not leak",
        );
    }
    Some(out.node())
}

/// Empty means that files are left alone; nothing means user 1000, which is the current default unless the image's user is kept.
fn owner(old: &Node, storage: &Node, out: &mut Out) {
    match storage.get("owner") {
        Some(node) if text(node).is_some_and(str::is_empty) => {
            out.put("owner", Node::text("none", node.span));
        }
        Some(_) => out.copy(storage, "owner", "owner"),
        None if old.get("runAsRoot").is_some() => {
            out.put("owner", Node::text("1000:1000", storage.span));
        }
        None => {}
    }
}

/// Converts `configFiles` and `secretMounts`.
pub(super) fn files(
    old: &Node,
    path: &FieldPath,
    scope: &Scope<'_>,
    import: &mut Import,
) -> Option<Node> {
    let written = old.get("configFiles").or_else(|| old.get("secretMounts"))?;
    let mut out = Out::new(written.span);
    for entry in entries(old.get("configFiles")) {
        config_file(
            entry,
            &path.key("configFiles").key(entry.key.as_str()),
            scope,
            &mut out,
            import,
        );
    }
    let mounts = old.get("secretMounts");
    for (at, mount) in mounts
        .and_then(Node::as_list)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        secret_mount(mount, &path.key("secretMounts").index(at), &mut out, import);
    }
    if let Some(mounts) = mounts {
        let (below, kept) = (
            mounted(scope.below_field("secretMounts")),
            mounted(Some(mounts)),
        );
        take_away(&mut out, &below, &kept, mounts.span);
    }
    out.node_if_any()
}

fn config_file(
    entry: &Entry,
    path: &FieldPath,
    scope: &Scope<'_>,
    out: &mut Out,
    import: &mut Import,
) {
    let place = place_of(entry);
    let below = entries(scope.below_field("configFiles"))
        .iter()
        .find(|lower| lower.key == entry.key)
        .map(place_of);
    if let Some(lower) = below.filter(|lower| *lower != place) {
        take_away(out, &[lower], &[], entry.key_span);
    }
    if entry.value.as_mapping().is_none() {
        out.put_at(&place, entry.key_span, entry.value.clone());
        import.decide(
            entry.key_span,
            format!(
                "`{}` is mounted at `{place}`, as in the older format",
                entry.key
            ),
        );
    } else if import.keys(&entry.value, path, &["path", "content"]) {
        match entry.value.get("content") {
            Some(content) => out.put_at(&place, entry.key_span, content.clone()),
            None => import.at(path).missing(&entry.value, "content"),
        }
    }
}

fn place_of(entry: &Entry) -> String {
    let own = entry.value.get("path").and_then(text).map(str::to_owned);
    own.unwrap_or_else(|| format!("/app/{}", entry.key))
}

fn secret_mount(mount: &Node, path: &FieldPath, out: &mut Out, import: &mut Import) {
    if !import.keys(mount, path, &["secretName", "mountPath"]) {
        return;
    }
    match (
        mount.get("secretName"),
        mount.get("mountPath").and_then(text),
    ) {
        (Some(name), Some(at)) => {
            let mut file = Out::new(mount.span);
            file.put("existingSecret", name.clone());
            out.put_at(at, mount.span, file.node());
        }
        (None, _) => import.at(path).missing(mount, "secretName"),
        (_, None) => import.at(path).missing(mount, "mountPath"),
    }
}

fn mounted(mounts: Option<&Node>) -> Vec<String> {
    let items = mounts.and_then(Node::as_list).unwrap_or_default().iter();
    items
        .filter_map(|item| item.get("mountPath").and_then(text).map(str::to_owned))
        .collect()
}
