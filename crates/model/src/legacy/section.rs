//! `spec`, or what an environment changes in it.

use serde_json::json;

use super::tree::{Out, entries, from_json, list, null, text};
use super::{Import, env, health, ingress, jobs, network, security, storage};
use crate::node::{FieldPath, Node};
use crate::source::Span;

macro_rules! keys {
    ($($key:literal),* ; $($more:literal),*) => {
        /// The keys of `spec`.
        pub(super) const SPEC_KEYS: [&str; [$($key),*].len()] = [$($key),*];
        /// The keys of an environment.
        pub(super) const ENVIRONMENT_KEYS: [&str; [$($key,)* $($more),*].len()] = [$($key,)* $($more),*];
    };
}

keys!(
    "image", "port", "servicePort", "replicas", "strategy", "command", "args", "resources", "health", "env", "secrets", "secretsEnv",
    "storage", "configFiles", "secretMounts", "securityContext", "runAsRoot", "platformServices", "networkPolicy", "network", "ingress",
    "cronJobs", "dashboards", "alerts"; "tag"
);

/// Where a section stands.
pub(super) enum Scope<'a> {
    /// `spec` itself.
    Spec,
    /// An environment over `spec`.
    Environment {
        /// Its name.
        name: &'a str,
        /// The older `spec` below it.
        spec: &'a Node,
    },
}

impl<'a> Scope<'a> {
    /// Returns the older `spec` below an environment.
    pub(super) fn below(&self) -> Option<&'a Node> {
        match self {
            Self::Spec => None,
            Self::Environment { spec, .. } => Some(spec),
        }
    }

    /// Returns a field of the older `spec` below an environment.
    pub(super) fn below_field(&self, key: &str) -> Option<&'a Node> {
        self.below().and_then(|spec| spec.get(key))
    }

    pub(super) fn is_spec(&self) -> bool {
        matches!(self, Self::Spec)
    }
}

/// Converts a section.
pub(super) fn convert(
    name: &str,
    old: &Node,
    path: &FieldPath,
    scope: &Scope<'_>,
    import: &mut Import,
) -> Node {
    let mut out = Out::new(old.span);
    if scope.is_spec() {
        out.put("description", Node::text(name, old.key_span()));
        import.decide(
            old.key_span(),
            "`description` is the name: say in a few words what it is",
        );
    }
    image(old, scope, &mut out, import);
    port(old, scope, &mut out, import);
    for key in ["servicePort", "replicas", "command", "args"] {
        out.copy(old, key, key);
    }
    resources(old, path, scope, &mut out, import);
    out.put_for(
        old,
        "health",
        "health",
        health::convert(old, path, scope, import),
    );
    out.put_for(old, "env", "env", env::variables(old, scope, import));
    out.put_for(
        old,
        "secrets",
        "secrets",
        env::secrets(old, path, scope, import),
    );
    out.put_for(
        old,
        "configFiles",
        "files",
        storage::files(old, path, scope, import),
    );
    out.put_for(
        old,
        "storage",
        "storage",
        storage::volume(old, path, scope, import),
    );
    out.put_for(
        old,
        "securityContext",
        "security",
        security::convert(old, path, scope, import),
    );
    out.put_for(
        old,
        "platformServices",
        "uses",
        network::uses(old, path, scope, import),
    );
    out.put_for(
        old,
        "ingress",
        "ingress",
        ingress::convert(old, path, scope, import),
    );
    out.put_for(
        old,
        "network",
        "network",
        network::convert(old, path, scope, import),
    );
    out.put_for(
        old,
        "cronJobs",
        "jobs",
        jobs::convert(old, path, scope, import),
    );
    out.put_for(old, "strategy", "rollout", strategy(old, path, import));
    out.put_some("monitoring", monitoring(old, scope, import));
    tag(old, import);
    out.node()
}

fn image(old: &Node, scope: &Scope<'_>, out: &mut Out, import: &mut Import) {
    out.copy(old, "image", "image");
    if old.get("image").is_none() && scope.is_spec() {
        import.decide(
            old.key_span(),
            "no `image`: pass `--image`, as the pipeline of the older format did",
        );
    }
}

fn port(old: &Node, scope: &Scope<'_>, out: &mut Out, import: &mut Import) {
    out.copy(old, "port", "port");
    if old.get("port").is_none() && scope.is_spec() {
        out.put("port", from_json(&json!(3000), old.key_span()));
        import.decide(
            old.key_span(),
            "`port: 3000`, the default of the older format",
        );
    }
}

fn resources(old: &Node, path: &FieldPath, scope: &Scope<'_>, out: &mut Out, import: &mut Import) {
    let written = old.get("resources").filter(|node| !node.is_null());
    let valid = written.is_none_or(|node| {
        import.keys(
            node,
            &path.key("resources"),
            &["cpu", "memory", "memoryLimit"],
        )
    });
    if !valid {
        return;
    }
    let span = written.map_or(old.key_span(), |node| node.span);
    let mut resources = Out::new(span);
    for (key, default) in [("cpu", "100m"), ("memory", "256Mi")] {
        match written.and_then(|node| node.get(key)) {
            None if scope.is_spec() => {
                resources.put(key, Node::text(default, span));
                import.decide(
                    span,
                    format!("`{key}: {default}`, the default of the older format"),
                );
            }
            _ => written
                .into_iter()
                .for_each(|node| resources.copy(node, key, key)),
        }
    }
    if let Some(node) = written {
        resources.copy(node, "memoryLimit", "memoryLimit");
    }
    out.put_some("resources", resources.node_if_any());
}

fn strategy(old: &Node, path: &FieldPath, import: &mut Import) -> Option<Node> {
    let node = old.get("strategy")?;
    let word = match text(node) {
        Some("Recreate") => "recreate",
        Some("RollingUpdate") => "rolling",
        other => {
            let word = other.unwrap_or_default().to_owned();
            import.at(&path.key("strategy")).unknown_word(
                node,
                &word,
                &["Recreate", "RollingUpdate"],
            );
            return None;
        }
    };
    let mut rollout = Out::new(node.span);
    rollout.put("strategy", Node::text(word, node.span));
    Some(rollout.node())
}

/// Dashboards and alerts: the older format installed them in `prod` only.
fn monitoring(old: &Node, scope: &Scope<'_>, import: &mut Import) -> Option<Node> {
    let written: Vec<(&str, Span)> = ["dashboards", "alerts"]
        .into_iter()
        .filter_map(|key| old.get(key).map(|node| (key, node.span)))
        .collect();
    match scope {
        Scope::Spec => {
            for (key, span) in written {
                import.decide(span, format!("`{key}` move to `environments.prod`: the older format installed them nowhere else"));
            }
            None
        }
        Scope::Environment { name: "prod", spec } => monitoring_of(spec, old),
        Scope::Environment { .. } => {
            for (key, span) in written {
                import.decide(
                    span,
                    format!("`{key}` are left out: the older format installed them in `prod` only"),
                );
            }
            None
        }
    }
}

fn monitoring_of(spec: &Node, environment: &Node) -> Option<Node> {
    let mut out = Out::new(environment.span);
    for key in ["alerts", "dashboards"] {
        let both = entries(spec.get(key))
            .iter()
            .chain(entries(environment.get(key)));
        let span = environment
            .get(key)
            .or_else(|| spec.get(key))
            .map(|node| node.span);
        let mut items = Out::new(span.unwrap_or(environment.span));
        both.for_each(|entry| items.put_at(&entry.key, entry.key_span, entry.value.clone()));
        out.put_some(key, items.node_if_any());
    }
    out.node_if_any()
}

fn tag(old: &Node, import: &mut Import) {
    if let Some(entry) = old.as_mapping().and_then(|mapping| mapping.entry("tag")) {
        let tag = text(&entry.value).unwrap_or_default();
        import.decide(entry.key_span, format!("`tag: {tag}` is left out: it told the pipeline which image to deploy; now it passes `--image`"));
    }
}

/// Adds a null for each key that an environment takes away, because its list replaced the one of `spec`.
pub(super) fn take_away(out: &mut Out, below: &[String], kept: &[String], span: Span) {
    for key in below.iter().filter(|key| !kept.contains(key)) {
        out.put(key, null(span));
    }
}

/// Copies scalars of a list, or a single scalar as a list.
pub(super) fn words(node: &Node) -> Node {
    match node.as_scalar() {
        Some(_) => list(vec![node.clone()], node.span),
        None => node.clone(),
    }
}
