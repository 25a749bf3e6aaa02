//! Kubernetes objects verbatim: placed in the application's namespace, labelled as ours, without what only a server writes.

use serde_json::{Map, Value};
use steading_model::application::RawObject;
use steading_model::{GroupKind, Object, Severity};

use crate::codes::{RAW_ELSEWHERE, RAW_OBJECT};
use crate::json::without_nulls;
use crate::scope::{Output, Scope};

/// Well-known kinds that belong to no namespace, by group.
const CLUSTER_KINDS: [(&str, &str); 29] = [
    ("", "Namespace"),
    ("", "Node"),
    ("", "PersistentVolume"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
    (
        "admissionregistration.k8s.io",
        "MutatingAdmissionPolicyBinding",
    ),
    (
        "admissionregistration.k8s.io",
        "MutatingWebhookConfiguration",
    ),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicyBinding",
    ),
    (
        "admissionregistration.k8s.io",
        "ValidatingWebhookConfiguration",
    ),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("certificates.k8s.io", "CertificateSigningRequest"),
    ("cert-manager.io", "ClusterIssuer"),
    ("external-secrets.io", "ClusterExternalSecret"),
    ("external-secrets.io", "ClusterSecretStore"),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
    ("gateway.networking.k8s.io", "GatewayClass"),
    ("networking.k8s.io", "IPAddress"),
    ("networking.k8s.io", "IngressClass"),
    ("networking.k8s.io", "ServiceCIDR"),
    ("node.k8s.io", "RuntimeClass"),
    ("postgresql.cnpg.io", "ClusterImageCatalog"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("storage.k8s.io", "CSIDriver"),
    ("storage.k8s.io", "StorageClass"),
    ("storage.k8s.io", "VolumeAttachment"),
];

/// What only a server writes.
const SERVER_FIELDS: [&str; 7] = [
    "creationTimestamp",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Adds the objects that an application declares verbatim.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    for raw in &scope.application.fields.raw {
        let json = without_nulls(raw.json.clone());
        if let Some(problem) = problem(&json) {
            let help = "write one object with `apiVersion`, `kind` and `metadata.name`, as you would apply it";
            output.finding(Severity::Error, RAW_OBJECT, raw.span, problem, help);
            continue;
        }
        let json = placed(scope, raw, json, output);
        output
            .objects
            .extend(Object::from_json(json, Some(raw.span)));
    }
}

/// Says whether objects of a kind belong to no namespace; kinds that are not known belong to one.
fn is_cluster_wide(kind: &GroupKind) -> bool {
    CLUSTER_KINDS
        .iter()
        .any(|(group, name)| kind.is(group, name))
}

fn problem(json: &Value) -> Option<String> {
    let metadata = &json["metadata"];
    let kind = json["kind"].as_str().unwrap_or_default();
    if kind.ends_with("List") && json["items"].is_array() {
        return Some(format!(
            "`{kind}` is a list of objects: each needs an entry of its own"
        ));
    }
    if metadata["name"].as_str().is_none_or(str::is_empty) {
        return Some(format!("`{kind}` under `raw` has no `metadata.name`"));
    }
    let server = SERVER_FIELDS
        .iter()
        .find(|field| !metadata[**field].is_null());
    server.map(|field| format!("`metadata.{field}` of `{kind}` is written by the server only"))
}

fn placed(scope: &Scope<'_>, raw: &RawObject, mut json: Value, output: &mut Output) -> Value {
    let kind = GroupKind::from_api_version(
        json["apiVersion"].as_str().unwrap_or_default(),
        json["kind"].as_str().unwrap_or_default(),
    );
    if let Value::Object(fields) = &mut json {
        fields.remove("status");
    }
    let Some(metadata) = json["metadata"].as_object_mut() else {
        return json;
    };
    match metadata.get("namespace").and_then(Value::as_str) {
        None if !is_cluster_wide(&kind) => {
            metadata.insert("namespace".to_owned(), scope.namespace().into());
        }
        Some(namespace) if namespace != scope.namespace() => {
            let message = format!(
                "`{}` under `raw` is in namespace `{namespace}`, not in `{}`",
                kind.kind,
                scope.namespace()
            );
            let help = "leave out `metadata.namespace`, unless it must be there";
            output.finding(Severity::Note, RAW_ELSEWHERE, raw.span, message, help);
        }
        _ => {}
    }
    label(scope, metadata);
    json
}

/// Adds our labels to the object's own. Its `app.kubernetes.io` labels stay as they are: its selectors may rely on them.
fn label(scope: &Scope<'_>, metadata: &mut Map<String, Value>) {
    let labels = metadata
        .entry("labels")
        .or_insert_with(|| Map::new().into());
    let Some(labels) = labels.as_object_mut() else {
        return;
    };
    for (key, value) in scope.labels() {
        let is_ours =
            key.starts_with("steading.dev/") || key == steading_model::desired::LABEL_MANAGED_BY;
        if is_ours || !labels.contains_key(key) {
            labels.insert(key.clone(), value.clone());
        }
    }
}
