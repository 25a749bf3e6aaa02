//! When an object's turn comes within a release.

use serde_json::Value;
use steading_model::desired::{ANNOTATION_PHASE, PHASE_AFTER, PHASE_MIGRATE};
use steading_model::{GroupKind, ObjectId};

use crate::moving::Moving;
use crate::step::{Action, Wave};

/// The group of databases that an operator makes; its kinds have names that other operators use too.
const DATABASES: &str = "postgresql.cnpg.io";
/// The waves of kinds; what is not listed comes in [`Wave::Rest`].
const KINDS: [(Wave, &[&str]); 7] = [
    (
        Wave::Ground,
        &[
            "Namespace",
            "PriorityClass",
            "StorageClass",
            "IngressClass",
            "RuntimeClass",
            "GatewayClass",
            "DeviceClass",
        ],
    ),
    (Wave::Definitions, &["CustomResourceDefinition"]),
    (
        Wave::Guards,
        &[
            "ServiceAccount",
            "Role",
            "RoleBinding",
            "ClusterRole",
            "ClusterRoleBinding",
            "ResourceQuota",
            "LimitRange",
            "NetworkPolicy",
            "PodDisruptionBudget",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
        ],
    ),
    (
        Wave::Configuration,
        &[
            "ConfigMap",
            "Secret",
            "InfisicalSecret",
            "ExternalSecret",
            "SecretStore",
            "ClusterSecretStore",
            "SealedSecret",
            "Issuer",
            "ClusterIssuer",
            // Gates stand before anything passes them.
            "Middleware",
            "MiddlewareTCP",
            "SecurityPolicy",
            "BackendTrafficPolicy",
            "BackendTLSPolicy",
            "ReferenceGrant",
            "TLSOption",
            "TLSStore",
            "ServersTransport",
        ],
    ),
    (
        Wave::Volumes,
        &[
            "PersistentVolume",
            "PersistentVolumeClaim",
            // Devices are claimed as volumes are: no pod that names a claim starts before it is there.
            "ResourceClaim",
            "ResourceClaimTemplate",
            "VolumeSnapshot",
            "VolumeSnapshotClass",
        ],
    ),
    (
        Wave::Workloads,
        &[
            "Deployment",
            "StatefulSet",
            "DaemonSet",
            "ReplicaSet",
            "Pod",
            "Service",
            "Endpoints",
            "EndpointSlice",
        ],
    ),
    (
        Wave::Routes,
        &[
            "Certificate",
            "IngressRoute",
            "IngressRouteTCP",
            "IngressRouteUDP",
            "TraefikService",
            "Ingress",
            "Gateway",
            "ListenerSet",
            "HTTPRoute",
            "GRPCRoute",
            "TLSRoute",
            "TCPRoute",
            "UDPRoute",
            "DNSEndpoint",
        ],
    ),
];

/// Returns the wave in which an object is created or changed.
pub fn wave(id: &ObjectId, object: &Value) -> Wave {
    match phase(&id.kind, object) {
        Some(Phase::Migrate) => Wave::Migrate,
        Some(Phase::After) => Wave::After,
        None if id.kind.group == DATABASES => Wave::Databases,
        None => of_kind(&id.kind.kind),
    }
}

/// Returns when an object goes, counted from 0: routes first, so that nobody is sent to what is going; then what was made last.
pub fn removal(id: &ObjectId) -> u8 {
    match wave(id, &Value::Null) {
        Wave::Routes => 0,
        other => Wave::Prune as u8 - other as u8,
    }
}

/// Returns when a step has its turn within its wave, counted from 0. Where something of what the application was before goes: first a
/// certificate comes, so that the new routes come right after the former go; then goes what had a volume, then its claim; then comes all
/// else.
pub fn turn(id: &ObjectId, action: Action, moving: Option<&Moving>) -> u8 {
    match (action, moving) {
        (Action::Delete, None) => 1,
        (Action::Delete, Some(_)) => 2,
        _ if id.kind.kind == "Certificate" => 0,
        _ => 3,
    }
}

/// When a Job of a release runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Migrate,
    After,
}

/// Returns the phase of a Job that belongs to a release.
pub(crate) fn phase(kind: &GroupKind, object: &Value) -> Option<Phase> {
    if !kind.is("batch", "Job") {
        return None;
    }
    match object["metadata"]["annotations"][ANNOTATION_PHASE].as_str() {
        Some(PHASE_MIGRATE) => Some(Phase::Migrate),
        Some(PHASE_AFTER) => Some(Phase::After),
        _ => None,
    }
}

fn of_kind(kind: &str) -> Wave {
    KINDS
        .iter()
        .find(|(_, kinds)| kinds.contains(&kind))
        .map_or(Wave::Rest, |(wave, _)| *wave)
}

#[cfg(test)]
mod tests {
    use steading_model::GroupKind;

    use super::{ObjectId, Wave, of_kind, removal};

    #[test]
    fn routes_go_first_and_the_namespace_last() {
        let kinds = [
            ("traefik.io", "IngressRoute"),
            ("batch", "CronJob"),
            ("apps", "Deployment"),
            ("postgresql.cnpg.io", "Cluster"),
            ("", "PersistentVolumeClaim"),
            ("", "Secret"),
            ("networking.k8s.io", "NetworkPolicy"),
            ("apiextensions.k8s.io", "CustomResourceDefinition"),
            ("", "Namespace"),
        ];
        let turns = kinds.map(|(group, kind)| {
            removal(&ObjectId {
                kind: GroupKind::new(group, kind),
                namespace: None,
                name: "shop".to_owned(),
            })
        });
        assert!(turns.windows(2).all(|pair| pair[0] < pair[1]), "{turns:?}");
    }

    #[test]
    fn what_pods_name_is_there_before_them() {
        for kind in [
            "ConfigMap",
            "Secret",
            "PersistentVolumeClaim",
            "ResourceClaimTemplate",
            "ResourceClaim",
            "RuntimeClass",
            "DeviceClass",
            "PriorityClass",
            "ServiceAccount",
        ] {
            assert!(of_kind(kind) < Wave::Workloads, "{kind}");
        }
    }
}
