//! What people may do in what they own: the rules of the roles, one table.
//!
//! A namespace of an application holds the Secrets of its release records, and whoever may make or change a pod there can mount any
//! Secret of the namespace. So nobody makes or changes pods in it but Steading, from declarations: people look, restart, scale, and
//! enter what runs. In a namespace of their own there is nothing that is not theirs.
//!
//! Never given, whatever the role: Secrets of applications, what makes something reachable from outside (routes, gateways, load
//! balancers), namespaces, nodes and everything else that belongs to the cluster, `escalate`, `bind` and `impersonate`.

use serde_json::Value;
use steading_model::estate::PersonRole;

use crate::json::{Fields, texts};

/// Where a role holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The namespaces of applications.
    Application,
    /// Namespaces of the person's own.
    Own,
}

/// Who gets a rule: the least role, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    /// The role, anywhere.
    Both(PersonRole),
    /// The role, in the namespaces of applications.
    Application(PersonRole),
    /// The role, in namespaces of their own.
    Own(PersonRole),
}

/// A line of the table: who, the API group, the resources, what may be done.
type Line = (
    For,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const LOOK: &[&str] = &["get", "list", "watch"];
const MANAGE: &[&str] = &[
    "create",
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "update",
    "watch",
];
const CHANGE: &[&str] = &["get", "patch", "update"];
/// A connection is asked for with either, depending on the protocol.
const CONNECT: &[&str] = &["create", "get"];

use PersonRole::{Admin, Edit, View};

const TABLE: &[Line] = &[
    (
        For::Both(View),
        "",
        &[
            "configmaps",
            "endpoints",
            "events",
            "limitranges",
            "persistentvolumeclaims",
            "pods",
            "pods/log",
            "resourcequotas",
            "serviceaccounts",
            "services",
        ],
        LOOK,
    ),
    // The namespace itself, by its name: a list of all would be a matter of the cluster.
    (For::Both(View), "", &["namespaces"], &["get"]),
    (
        For::Both(View),
        "apps",
        &["daemonsets", "deployments", "replicasets", "statefulsets"],
        LOOK,
    ),
    (
        For::Both(View),
        "autoscaling",
        &["horizontalpodautoscalers"],
        LOOK,
    ),
    (For::Both(View), "batch", &["cronjobs", "jobs"], LOOK),
    (For::Both(View), "cert-manager.io", &["certificates"], LOOK),
    (
        For::Both(View),
        "discovery.k8s.io",
        &["endpointslices"],
        LOOK,
    ),
    (For::Both(View), "events.k8s.io", &["events"], LOOK),
    (
        For::Both(View),
        "gateway.networking.k8s.io",
        &["grpcroutes", "httproutes", "tlsroutes"],
        LOOK,
    ),
    (For::Both(View), "metrics.k8s.io", &["pods"], LOOK),
    (
        For::Both(View),
        "networking.k8s.io",
        &["ingresses", "networkpolicies"],
        LOOK,
    ),
    (For::Both(View), "policy", &["poddisruptionbudgets"], LOOK),
    (For::Both(View), "steading.dev", &["releases"], LOOK),
    (
        For::Both(View),
        "traefik.io",
        &["ingressroutes", "ingressroutetcps", "ingressrouteudps"],
        LOOK,
    ),
    (For::Both(Edit), "", &["pods/portforward"], CONNECT),
    (For::Both(Edit), "", &["pods/eviction"], &["create"]),
    (
        For::Both(Edit),
        "apps",
        &["deployments/scale", "statefulsets/scale"],
        CHANGE,
    ),
    (For::Application(Edit), "", &["pods"], &["delete"]),
    (
        For::Application(Admin),
        "",
        &["pods/attach", "pods/exec"],
        CONNECT,
    ),
    (
        For::Own(Edit),
        "",
        &[
            "configmaps",
            "persistentvolumeclaims",
            "pods",
            "secrets",
            "serviceaccounts",
            "services",
        ],
        MANAGE,
    ),
    (For::Own(Edit), "", &["pods/attach", "pods/exec"], CONNECT),
    (
        For::Own(Edit),
        "apps",
        &["daemonsets", "deployments", "replicasets", "statefulsets"],
        MANAGE,
    ),
    (
        For::Own(Edit),
        "autoscaling",
        &["horizontalpodautoscalers"],
        MANAGE,
    ),
    (For::Own(Edit), "batch", &["cronjobs", "jobs"], MANAGE),
    (For::Own(Edit), "policy", &["poddisruptionbudgets"], MANAGE),
    (
        For::Own(Admin),
        "networking.k8s.io",
        &["networkpolicies"],
        MANAGE,
    ),
    (
        For::Own(Admin),
        "rbac.authorization.k8s.io",
        &["rolebindings", "roles"],
        MANAGE,
    ),
];

impl For {
    fn holds(self, role: PersonRole, place: Place) -> bool {
        match self {
            Self::Both(least) => role >= least,
            Self::Application(least) => role >= least && place == Place::Application,
            Self::Own(least) => role >= least && place == Place::Own,
        }
    }
}

/// Returns the rules of a role.
pub(crate) fn rules(role: PersonRole, place: Place) -> Vec<Value> {
    let lines = TABLE.iter().filter(|(who, ..)| who.holds(role, place));
    let json = |(_, group, resources, verbs): &Line| {
        Fields::new()
            .with("apiGroups", vec![*group])
            .with("resources", texts(*resources))
            .with("verbs", texts(*verbs))
            .into()
    };
    lines.map(json).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(role: PersonRole, place: Place) -> Vec<String> {
        let rules = rules(role, place);
        let mut all: Vec<String> = rules
            .iter()
            .flat_map(|rule| {
                let list = |key: &str| rule[key].as_array().cloned().unwrap_or_default();
                let verbs = list("verbs");
                list("resources").into_iter().flat_map(move |resource| {
                    let verbs = verbs.clone();
                    verbs.into_iter().map(move |verb| {
                        format!("{} {}", verb.as_str().unwrap(), resource.as_str().unwrap())
                    })
                })
            })
            .collect();
        all.sort();
        all
    }

    #[test]
    fn nobody_reads_secrets_or_makes_pods_where_applications_live() {
        for role in [View, Edit, Admin] {
            let all = allowed(role, Place::Application);
            let has = |word: &str| all.iter().any(|one| one == word);
            assert!(!all.iter().any(|one| one.ends_with(" secrets")), "{role}");
            for word in [
                "create pods",
                "patch pods",
                "update pods/ephemeralcontainers",
                "patch deployments",
                "create jobs",
                "update configmaps",
                "create services",
                "create rolebindings",
                "create serviceaccounts/token",
            ] {
                assert!(!has(word), "{role}: {word}");
            }
            assert!(has("get pods/log") && has("get releases"));
            assert_eq!(has("delete pods"), role >= Edit);
            assert_eq!(has("create pods/exec"), role == Admin);
        }
    }

    #[test]
    fn a_higher_role_may_all_that_a_lower_one_may() {
        for place in [Place::Application, Place::Own] {
            let [view, edit, admin] = [View, Edit, Admin].map(|role| allowed(role, place));
            assert!(view.iter().all(|one| edit.contains(one)));
            assert!(edit.iter().all(|one| admin.contains(one)));
            assert!(view.len() < edit.len() && edit.len() < admin.len());
        }
    }

    #[test]
    fn no_role_opens_anything_to_the_outside_or_goes_beyond_namespaces() {
        let never = [
            "ingresses",
            "httproutes",
            "ingressroutes",
            "gateways",
            "namespaces",
            "nodes",
            "*",
        ];
        for role in [View, Edit, Admin] {
            for place in [Place::Application, Place::Own] {
                for one in allowed(role, place) {
                    let (verb, resource) = one.split_once(' ').unwrap();
                    let looks = ["get", "list", "watch"].contains(&verb);
                    assert!(looks || !never.contains(&resource), "{role}: {one}");
                    assert!(!["escalate", "bind", "impersonate", "*"].contains(&verb));
                }
            }
        }
    }
}
