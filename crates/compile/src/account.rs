//! The service account, and what it may do with the Kubernetes API: nothing unless `permissions` say so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use steading_model::FieldPath;
use steading_model::application::{PermissionNamespace, PermissionRule};

use crate::annotation::ANNOTATION_WHY;
use crate::codes::CLUSTER_RESOURCE;
use crate::json::{Fields, texts};
use crate::scope::{Metadata, Output, Scope};

/// The API group of roles.
const GROUP: &str = "rbac.authorization.k8s.io";
/// Well-known resources that belong to no namespace.
const CLUSTER_RESOURCES: [&str; 9] = [
    "nodes",
    "namespaces",
    "persistentvolumes",
    "storageclasses.storage.k8s.io",
    "clusterroles.rbac.authorization.k8s.io",
    "clusterrolebindings.rbac.authorization.k8s.io",
    "customresourcedefinitions.apiextensions.k8s.io",
    "priorityclasses.scheduling.k8s.io",
    "ingressclasses.networking.k8s.io",
];

/// Adds the service account with its roles.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    let permissions = &scope.application.fields.permissions;
    let path = scope.application.field("permissions");
    let components = scope.application.components.iter();
    let account = components.fold(scope.named(scope.name()), |account, component| {
        account.marked(component, |marks| &marks.account)
    });
    let account = account.object("v1", "ServiceAccount");
    let account = account.with("automountServiceAccountToken", !permissions.is_empty());
    output.push(scope, account, &path);
    let mut namespaces = BTreeSet::new();
    for (index, rule) in permissions.iter().enumerate() {
        check(scope, rule, &path.index(index), output);
        namespaces.extend(places(scope, rule));
    }
    for namespace in namespaces {
        let rules = permissions
            .iter()
            .filter(|rule| places(scope, rule).contains(&namespace));
        let rules: Vec<&PermissionRule> = rules.collect();
        match namespace {
            Some(namespace) => in_namespace(scope, namespace, rules, &path, output),
            None => everywhere(scope, rules, &path, output),
        }
    }
}

/// Returns the namespaces of a rule; `None` stands for all.
fn places<'a>(scope: &Scope<'a>, rule: &'a PermissionRule) -> BTreeSet<Option<&'a str>> {
    if rule.namespaces.is_empty() {
        return BTreeSet::from([Some(scope.namespace())]);
    }
    let place = |namespace: &'a PermissionNamespace| match namespace {
        PermissionNamespace::Named(name) => Some(name.as_str()),
        PermissionNamespace::All => None,
    };
    rule.namespaces.iter().map(place).collect()
}

fn in_namespace(
    scope: &Scope<'_>,
    namespace: &str,
    rules: Vec<&PermissionRule>,
    path: &FieldPath,
    output: &mut Output,
) {
    let own = namespace == scope.namespace();
    let name = if own {
        scope.name().to_owned()
    } else {
        foreign_name(scope)
    };
    let metadata = || scope.named(name.as_str()).within(namespace);
    output.push(scope, role(metadata(), "Role", rules), path);
    output.push(
        scope,
        binding(scope, metadata(), "RoleBinding", "Role", &name),
        path,
    );
}

fn everywhere(
    scope: &Scope<'_>,
    rules: Vec<&PermissionRule>,
    path: &FieldPath,
    output: &mut Output,
) {
    let name = foreign_name(scope);
    let metadata = || scope.cluster_wide(name.as_str());
    output.push(scope, role(metadata(), "ClusterRole", rules), path);
    output.push(
        scope,
        binding(
            scope,
            metadata(),
            "ClusterRoleBinding",
            "ClusterRole",
            &name,
        ),
        path,
    );
}

/// A namespace holds no `.`, so this name belongs to one application only.
fn foreign_name(scope: &Scope<'_>) -> String {
    format!("{}.{}", scope.namespace(), scope.name())
}

fn role(metadata: Metadata, kind: &str, rules: Vec<&PermissionRule>) -> Fields {
    let reasons = rules.iter().filter_map(|rule| rule.why.as_ref());
    let reasons: Vec<&str> = reasons.map(steading_model::name::Reason::as_str).collect();
    let reasons = (!reasons.is_empty()).then(|| reasons.join("\n"));
    let rules: Vec<Value> = rules.into_iter().flat_map(json_rules).collect();
    metadata
        .annotation_if(ANNOTATION_WHY, reasons)
        .object(&format!("{GROUP}/v1"), kind)
        .with("rules", rules)
}

fn binding(
    scope: &Scope<'_>,
    metadata: Metadata,
    kind: &str,
    role_kind: &str,
    role: &str,
) -> Fields {
    let subject =
        json!({ "kind": "ServiceAccount", "name": scope.name(), "namespace": scope.namespace() });
    metadata
        .object(&format!("{GROUP}/v1"), kind)
        .with(
            "roleRef",
            json!({ "apiGroup": GROUP, "kind": role_kind, "name": role }),
        )
        .with("subjects", vec![subject])
}

/// Returns a rule for each API group: `deployments.apps` is the resource `deployments` of the group `apps`.
fn json_rules(rule: &PermissionRule) -> Vec<Value> {
    let mut groups: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for resource in &rule.resources {
        let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
        let (group, part) = group.split_once('/').unwrap_or((group, ""));
        let part = if part.is_empty() {
            String::new()
        } else {
            format!("/{part}")
        };
        groups
            .entry(group)
            .or_default()
            .insert(format!("{plural}{part}"));
    }
    let json = |(group, resources): (&str, BTreeSet<String>)| {
        Fields::new()
            .with("apiGroups", vec![group])
            .with("resources", texts(resources))
            .with("resourceNames", texts(&rule.names))
            .with("verbs", texts(&rule.verbs))
            .into()
    };
    groups.into_iter().map(json).collect()
}

fn check(scope: &Scope<'_>, rule: &PermissionRule, path: &FieldPath, output: &mut Output) {
    if rule.namespaces.contains(&PermissionNamespace::All) {
        return;
    }
    for resource in rule
        .resources
        .iter()
        .filter(|resource| CLUSTER_RESOURCES.contains(&resource.as_str()))
    {
        let message = format!("`{resource}` belong to no namespace");
        output.error(
            scope,
            CLUSTER_RESOURCE,
            &path.key("resources"),
            message,
            "add `namespaces: [\"*\"]` to the rule",
        );
    }
}
