//! The rights that releasing into one namespace takes, as data: what `steading rbac` prints and what the tests run with.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use crate::kind::{self, KindScope, ServedKind, built_in, release_kind};

/// What is done with objects of a release: read, compared by lists, applied (`create` and `patch`), given back (`update`), pruned.
const MANAGED: [&str; 6] = ["get", "list", "create", "patch", "update", "delete"];

/// One rule of a `Role`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// The API groups; the empty one is the core group.
    pub api_groups: Vec<String>,
    /// The resources.
    pub resources: Vec<String>,
    /// What may be done with them.
    pub verbs: Vec<String>,
}

/// Returns the built-in kinds that an application may have within its namespace.
pub fn namespaced_kinds() -> Vec<ServedKind> {
    let read_only = [
        "Endpoints",
        "EndpointSlice",
        "Event",
        "Lease",
        "Pod",
        "ReplicaSet",
    ];
    kind::all_built_in()
        .filter(|kind| {
            kind.scope == KindScope::Namespaced && !read_only.contains(&kind.kind.kind.as_str())
        })
        .collect()
}

/// Returns the rules that releasing objects of these kinds into one namespace takes.
///
/// Kinds of the cluster itself are left out: such a run does not touch them. Whoever releases a `Role` must hold what it grants.
pub fn rights(kinds: &[ServedKind]) -> Vec<Rule> {
    let mut verbs: BTreeMap<(String, String), BTreeSet<&'static str>> = BTreeMap::new();
    let mut allow = |kind: &ServedKind, part: &str, may: &[&'static str]| {
        let resource = format!("{}{part}", kind.plural);
        verbs
            .entry((kind.kind.group.clone(), resource))
            .or_default()
            .extend(may);
    };
    for kind in kinds
        .iter()
        .filter(|kind| kind.scope == KindScope::Namespaced)
    {
        allow(kind, "", &MANAGED);
    }
    allow(
        &release_kind(),
        "",
        &["get", "list", "create", "patch", "delete"],
    );
    allow(&release_kind(), "/status", &["patch"]);
    allow(
        &built_in("coordination.k8s.io", "Lease"),
        "",
        &["get", "create", "update"],
    );
    // Payloads of records, and the Secrets that pods use.
    allow(
        &built_in("", "Secret"),
        "",
        &["get", "list", "create", "delete"],
    );
    // What is in the way of what does not get ready.
    allow(&built_in("", "Pod"), "", &["list"]);
    allow(&built_in("", "Pod"), "/log", &["get"]);
    allow(&built_in("", "Event"), "", &["list"]);
    allow(&built_in("apps", "ReplicaSet"), "", &["list"]);
    allow(
        &built_in("discovery.k8s.io", "EndpointSlice"),
        "",
        &["list"],
    );
    grouped(verbs)
}

/// Puts resources of one group with the same verbs into one rule.
fn grouped(verbs: BTreeMap<(String, String), BTreeSet<&'static str>>) -> Vec<Rule> {
    let mut rules: BTreeMap<(String, BTreeSet<&'static str>), Vec<String>> = BTreeMap::new();
    for ((group, resource), verbs) in verbs {
        rules.entry((group, verbs)).or_default().push(resource);
    }
    let rule =
        |((group, verbs), resources): ((String, BTreeSet<&'static str>), Vec<String>)| Rule {
            api_groups: vec![group],
            resources,
            verbs: verbs.into_iter().map(str::to_owned).collect(),
        };
    rules.into_iter().map(rule).collect()
}

/// Returns the `Role` with these rules.
pub fn role(namespace: &str, name: &str, rules: &[Rule]) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": { "name": name, "namespace": namespace },
        "rules": rules,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_never_wider_than_its_kinds() {
        let rules = rights(&[built_in("", "ConfigMap"), built_in("", "Namespace")]);
        let managed: Vec<_> = rules
            .iter()
            .filter(|rule| rule.verbs.iter().any(|verb| verb == "update"))
            .flat_map(|rule| &rule.resources)
            .collect();
        assert_eq!(managed, ["configmaps", "leases"]);
        assert!(!rules.iter().any(|rule| {
            rule.resources
                .iter()
                .chain(&rule.verbs)
                .any(|word| word == "*" || word == "namespaces")
        }));
    }
}
