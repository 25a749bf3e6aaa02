//! Fields that cannot change in place.

use serde_json::Value;
use steading_model::quantity::Quantity;
use steading_model::{GroupKind, Object};

use crate::step::FieldChange;

/// What of a kind cannot change.
enum Fixed {
    /// These fields and all below them.
    These(&'static [&'static str]),
    /// All of `spec` but these fields.
    AllBut(&'static [&'static str]),
}

/// The immutable fields of the built-in kinds, version 1.36.
const KINDS: [(&str, &str, Fixed); 14] = [
    ("apps", "Deployment", Fixed::These(&["spec.selector"])),
    ("apps", "DaemonSet", Fixed::These(&["spec.selector"])),
    ("apps", "ReplicaSet", Fixed::These(&["spec.selector"])),
    (
        "apps",
        "StatefulSet",
        Fixed::AllBut(&[
            "spec.replicas",
            "spec.ordinals",
            "spec.template",
            "spec.updateStrategy",
            "spec.revisionHistoryLimit",
            "spec.persistentVolumeClaimRetentionPolicy",
            "spec.minReadySeconds",
        ]),
    ),
    (
        "batch",
        "Job",
        Fixed::AllBut(&[
            "spec.parallelism",
            "spec.suspend",
            "spec.activeDeadlineSeconds",
            "spec.backoffLimit",
            "spec.ttlSecondsAfterFinished",
        ]),
    ),
    (
        "",
        "PersistentVolumeClaim",
        Fixed::AllBut(&["spec.resources", "spec.volumeAttributesClassName"]),
    ),
    (
        "",
        "PersistentVolume",
        Fixed::AllBut(&[
            "spec.capacity",
            "spec.accessModes",
            "spec.persistentVolumeReclaimPolicy",
            "spec.mountOptions",
            "spec.claimRef",
            "spec.storageClassName",
            "spec.volumeAttributesClassName",
        ]),
    ),
    (
        "",
        "Service",
        Fixed::These(&["spec.clusterIP", "spec.clusterIPs"]),
    ),
    ("", "Secret", Fixed::These(&["type"])),
    (
        "rbac.authorization.k8s.io",
        "RoleBinding",
        Fixed::These(&["roleRef"]),
    ),
    (
        "rbac.authorization.k8s.io",
        "ClusterRoleBinding",
        Fixed::These(&["roleRef"]),
    ),
    (
        "scheduling.k8s.io",
        "PriorityClass",
        Fixed::These(&["value", "preemptionPolicy"]),
    ),
    (
        "storage.k8s.io",
        "StorageClass",
        Fixed::These(&[
            "provisioner",
            "parameters",
            "reclaimPolicy",
            "volumeBindingMode",
        ]),
    ),
    (
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        Fixed::These(&["spec.group", "spec.scope"]),
    ),
];

/// Says whether any of these changes takes a delete and a create.
pub(super) fn must_replace(object: &Object, live: &Value, changes: &[FieldChange]) -> bool {
    let kind = &object.id.kind;
    let is_frozen = live["immutable"] == true
        && changes.iter().any(|change| {
            is_within(&change.path, "data")
                || is_within(&change.path, "binaryData")
                || change.path == "immutable"
        });
    let fixed = KINDS
        .iter()
        .find(|(group, name, _)| kind.is(group, name))
        .map(|(_, _, fixed)| fixed);
    is_frozen || fixed.is_some_and(|fixed| changes.iter().any(|change| fixed.holds(change)))
}

impl Fixed {
    fn holds(&self, change: &FieldChange) -> bool {
        match self {
            Self::These(fields) => fields.iter().any(|field| is_within(&change.path, field)),
            Self::AllBut(fields) => {
                is_within(&change.path, "spec")
                    && !fields.iter().any(|field| is_within(&change.path, field))
            }
        }
    }
}

/// Says why a change is possible neither in place nor by making the object again without loss.
pub(super) fn refusal(kind: &GroupKind, desired: &Value, live: &Value) -> Option<String> {
    if !kind.is("", "PersistentVolumeClaim") {
        return None;
    }
    let storage = |claim: &Value| {
        let text = claim
            .pointer("/spec/resources/requests/storage")?
            .as_str()?;
        Some((text.to_owned(), Quantity::parse(text).ok()?))
    };
    let ((before, was), (after, will)) = (storage(live)?, storage(desired)?);
    (will < was).then(|| {
        format!("a claim cannot shrink: it has {before}, and {after} is declared; write `size: {before}`, or declare a new volume and copy the data with a job that mounts both")
    })
}

/// Says whether a path is a field or below it.
pub(super) fn is_within(path: &str, field: &str) -> bool {
    path.strip_prefix(field)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::step::Standing;

    fn object(api_version: &str, kind: &str) -> Object {
        let json = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}});
        Object::from_json(json, None).unwrap()
    }

    #[test]
    fn only_immutable_fields_take_a_new_object() {
        for (api_version, kind, path, replaced) in [
            ("apps/v1", "Deployment", "spec.selector", true),
            (
                "apps/v1",
                "Deployment",
                "spec.selector.matchLabels.app",
                true,
            ),
            ("apps/v1", "Deployment", "spec.selectors", false),
            (
                "apps/v1",
                "Deployment",
                "spec.template.spec.containers[web].image",
                false,
            ),
            ("apps/v1", "StatefulSet", "spec.volumeClaimTemplates", true),
            (
                "apps/v1",
                "StatefulSet",
                "spec.template.spec.containers[web].image",
                false,
            ),
            ("apps/v1", "StatefulSet", "metadata.labels.x", false),
            (
                "batch/v1",
                "Job",
                "spec.template.spec.containers[web].image",
                true,
            ),
            ("batch/v1", "Job", "spec.suspend", false),
            (
                "batch/v1",
                "CronJob",
                "spec.jobTemplate.spec.template.spec.containers[web].image",
                false,
            ),
            ("v1", "PersistentVolumeClaim", "spec.storageClassName", true),
            (
                "v1",
                "PersistentVolumeClaim",
                "spec.resources.requests.storage",
                false,
            ),
            ("v1", "PersistentVolume", "spec.nfs.path", true),
            ("v1", "PersistentVolume", "spec.capacity.storage", false),
            ("v1", "Service", "spec.clusterIP", true),
            ("v1", "Service", "spec.type", false),
            ("v1", "ConfigMap", "data.a", false),
            (
                "rbac.authorization.k8s.io/v1",
                "RoleBinding",
                "roleRef",
                true,
            ),
        ] {
            let change = FieldChange {
                path: path.to_owned(),
                before: Some(json!(1)),
                after: Some(json!(2)),
                standing: Standing::Ours,
            };
            let answer = must_replace(&object(api_version, kind), &json!({}), &[change]);
            assert_eq!(answer, replaced, "{kind} {path}");
        }
    }

    #[test]
    fn data_that_was_declared_immutable_takes_a_new_object() {
        let change = FieldChange {
            path: "data.a".to_owned(),
            before: None,
            after: Some(json!("1")),
            standing: Standing::Ours,
        };
        let map = object("v1", "ConfigMap");
        assert!(must_replace(&map, &json!({"immutable": true}), &[change]));
    }
}
