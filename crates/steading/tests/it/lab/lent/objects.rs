//! What a cluster brings, as objects.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// Returns a node with these labels, and with all that is counted.
pub(super) fn node(labels: &BTreeMap<String, String>, counted: &BTreeSet<String>) -> Value {
    let name = name(labels);
    let mut room =
        json!({ "cpu": "16", "memory": "128Gi", "pods": "110", "ephemeral-storage": "100Gi" });
    for resource in counted {
        room[resource] = json!("100000");
    }
    let mut all = BTreeMap::from([
        ("kubernetes.io/arch".to_owned(), "amd64".to_owned()),
        ("kubernetes.io/os".to_owned(), "linux".to_owned()),
        ("kubernetes.io/hostname".to_owned(), name.clone()),
        ("topology.kubernetes.io/zone".to_owned(), "barn".to_owned()),
    ]);
    all.extend(labels.clone());
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": { "name": name, "labels": all },
        "status": { "capacity": room, "allocatable": room },
    })
}

/// Returns the name of the node with these labels.
pub(super) fn name(labels: &BTreeMap<String, String>) -> String {
    if let Some(host) = labels.get("kubernetes.io/hostname") {
        return host.clone();
    }
    let parts = labels.iter().map(|(key, value)| format!("{key}-{value}"));
    let text = std::iter::once("with".to_owned())
        .chain(parts)
        .collect::<Vec<_>>()
        .join("-");
    text.replace(|character: char| !character.is_ascii_alphanumeric(), "-")
        .to_lowercase()
}

pub(super) fn namespace(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })
}

pub(super) fn claim(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": name, "namespace": namespace },
        "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "1Gi" } } },
    })
}

pub(super) fn definition((group, version, kind): &(String, String, String)) -> Value {
    let plural = format!("{}s", kind.to_lowercase());
    let schema = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": format!("{plural}.{group}") },
        "spec": {
            "group": group, "scope": "Namespaced", "names": { "kind": kind, "plural": plural },
            "versions": [{ "name": version, "served": true, "storage": true, "schema": { "openAPIV3Schema": schema } }],
        },
    })
}

pub(super) fn storage_class(name: &str) -> Value {
    json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": { "name": name },
        "provisioner": "lab.steading.dev/volume", "allowVolumeExpansion": true,
    })
}

pub(super) fn runtime_class(name: &str) -> Value {
    json!({ "apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": { "name": name }, "handler": name })
}

pub(super) fn device_class(name: &str) -> Value {
    let selector = json!({ "cel": { "expression": format!("device.driver == '{name}'") } });
    json!({
        "apiVersion": "resource.k8s.io/v1", "kind": "DeviceClass", "metadata": { "name": name },
        "spec": { "selectors": [selector] },
    })
}

/// What the driver of a class says that a node has.
pub(super) fn devices(class: &str, node: &str) -> Value {
    let device = |number: u8| json!({ "name": format!("card-{number}"), "capacity": { "memory": { "value": "48Gi" } } });
    json!({
        "apiVersion": "resource.k8s.io/v1", "kind": "ResourceSlice", "metadata": { "name": format!("{node}-{class}") },
        "spec": {
            "driver": class, "nodeName": node,
            "pool": { "name": node, "generation": 1, "resourceSliceCount": 1 },
            "devices": (0..4).map(device).collect::<Vec<_>>(),
        },
    })
}
