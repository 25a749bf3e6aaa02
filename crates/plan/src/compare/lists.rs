//! How server-side apply matches lists and maps, by kind and field.
//!
//! The built-in kinds come from a table; every other list is what the managed fields of the live object say, and atomic where they say
//! nothing. Source: the `listType`, `listMapKey`, `mapType` and `structType` markers of the Kubernetes API types, version 1.36.

use std::borrow::Cow;
use std::rc::Rc;

use serde_json::{Map, Value};
use steading_model::GroupKind;

use super::path::{KeyField, Keys, Segment};

/// How the items of a list are matched.
#[derive(Clone, Debug)]
pub(crate) enum List {
    /// As a whole.
    Atomic,
    /// Each value for itself.
    Set,
    /// Each item by its key fields.
    Keyed(Keys),
}

const fn key(name: &'static str) -> KeyField {
    KeyField {
        name: Cow::Borrowed(name),
        default: None,
    }
}

const fn key_or(name: &'static str, default: &'static str) -> KeyField {
    KeyField {
        name: Cow::Borrowed(name),
        default: Some(default),
    }
}

static NAME: [KeyField; 1] = [key("name")];
static UID: [KeyField; 1] = [key("uid")];
static IP: [KeyField; 1] = [key("ip")];
static TYPE: [KeyField; 1] = [key("type")];
static MOUNT_PATH: [KeyField; 1] = [key("mountPath")];
static DEVICE_PATH: [KeyField; 1] = [key("devicePath")];
static SPREAD: [KeyField; 2] = [key("topologyKey"), key("whenUnsatisfiable")];
static CONTAINER_PORT: [KeyField; 2] = [key("containerPort"), key_or("protocol", "TCP")];
static SERVICE_PORT: [KeyField; 2] = [key("port"), key_or("protocol", "TCP")];

/// Lists of built-in kinds that are not atomic: the field, the field that holds it, the key fields.
static KEYED: [(&str, &str, &[KeyField]); 19] = [
    ("containers", "spec", &NAME),
    ("initContainers", "spec", &NAME),
    ("ephemeralContainers", "spec", &NAME),
    ("volumes", "spec", &NAME),
    ("imagePullSecrets", "spec", &NAME),
    ("schedulingGates", "spec", &NAME),
    ("resourceClaims", "spec", &NAME),
    ("hostAliases", "spec", &IP),
    ("topologySpreadConstraints", "spec", &SPREAD),
    ("env", CONTAINER, &NAME),
    ("ports", CONTAINER, &CONTAINER_PORT),
    ("volumeMounts", CONTAINER, &MOUNT_PATH),
    ("volumeDevices", CONTAINER, &DEVICE_PATH),
    ("claims", "resources", &NAME),
    ("ports", "spec", &SERVICE_PORT),
    ("ownerReferences", "metadata", &UID),
    ("conditions", "status", &TYPE),
    ("webhooks", "", &NAME),
    ("matchConditions", "spec", &NAME),
];

/// Stands for an item of a list of containers.
const CONTAINER: &str = "*";

/// Maps of built-in kinds that are compared as a whole.
const ATOMIC_MAPS: [&str; 13] = [
    "selector",
    "podSelector",
    "namespaceSelector",
    "objectSelector",
    "labelSelector",
    "nodeSelector",
    "secretKeyRef",
    "configMapKeyRef",
    "fieldRef",
    "resourceFieldRef",
    "secretRef",
    "roleRef",
    "localObjectReference",
];

/// The groups that are part of Kubernetes itself.
const BUILT_IN: [&str; 18] = [
    "",
    "apps",
    "batch",
    "autoscaling",
    "policy",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// Says whether a kind is part of Kubernetes itself.
pub(super) fn is_built_in(kind: &GroupKind) -> bool {
    BUILT_IN.contains(&kind.group.as_str())
}

/// Says how a list of a built-in kind is matched; `None` where the table does not know it.
pub(super) fn known(kind: &GroupKind, path: &[Segment<'_>]) -> Option<List> {
    let Some(Segment::Field(field)) = path.last() else {
        return None;
    };
    if *field == "finalizers" && path.len() == 2 {
        return Some(List::Set);
    }
    if path.len() > 2 && !is_built_in(kind) {
        return None;
    }
    let holder = match path.len().checked_sub(2).and_then(|at| path.get(at)) {
        Some(Segment::Field(holder)) => holder,
        Some(Segment::Item(..)) => CONTAINER,
        _ => "",
    };
    KEYED
        .iter()
        .find(|(name, holds, _)| name == field && *holds == holder)
        .map(|(_, _, keys)| List::Keyed(Keys::Known(keys)))
}

/// Says whether a map of a built-in kind is compared as a whole.
pub(super) fn is_atomic_map(kind: &GroupKind, path: &[Segment<'_>]) -> bool {
    matches!(path.last(), Some(Segment::Field(field)) if ATOMIC_MAPS.contains(field))
        && is_built_in(kind)
}

/// Says how a list is matched by the managed fields at its place.
pub(super) fn derived(managed: &Map<String, Value>) -> Option<List> {
    managed.keys().find_map(|name| {
        if name.starts_with("v:") {
            return Some(List::Set);
        }
        let fields: Map<String, Value> = serde_json::from_str(name.strip_prefix("k:")?).ok()?;
        let fields: Rc<[KeyField]> = fields
            .into_iter()
            .map(|(name, _)| KeyField {
                name: Cow::Owned(name),
                default: None,
            })
            .collect();
        Some(List::Keyed(Keys::Derived(fields)))
    })
}

/// Says whether something in a live list or map that is matched as a whole comes from the server's defaults and not from anybody.
pub(super) fn is_defaulted(kind: &GroupKind, field: &str, value: &Value) -> bool {
    if is_empty(value) {
        return true;
    }
    match field {
        "protocol" => value == "TCP",
        "scheme" => value == "HTTP",
        "apiVersion" => value == "v1",
        "kind" => value == "PersistentVolumeClaim",
        "volumeMode" => value == "Filesystem",
        "pathType" => value == "ImplementationSpecific",
        "expirationSeconds" => value == 3600,
        "defaultMode" => value == 420,
        "apiGroup" => kind.group == "rbac.authorization.k8s.io",
        "status" => kind.kind == "StatefulSet",
        "default" | "defaultRequest" | "memory" | "cpu" => kind.kind == "LimitRange",
        _ => false,
    }
}

/// Says whether the server drops or adds this without telling it from nothing.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
