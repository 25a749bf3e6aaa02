//! What kinds are called in the API's paths.
//!
//! Built-in kinds are known from a table; others are asked of the server, see `discovery`.

use steading_model::{GroupKind, ObjectId};

/// A kind as the server serves it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServedKind {
    /// The kind.
    pub kind: GroupKind,
    /// The version, such as `v1`.
    pub version: String,
    /// What it is called in paths, such as `deployments`.
    pub plural: String,
    /// Where its objects live.
    pub scope: KindScope,
}

/// Where the objects of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KindScope {
    /// In a namespace.
    Namespaced,
    /// In the cluster itself.
    Cluster,
}

use KindScope::{Cluster as Wide, Namespaced};

/// Group, version, kind, plural and scope of the built-in kinds that an application may have.
const BUILT_IN: [(&str, &str, &str, &str, KindScope); 34] = [
    ("", "v1", "ConfigMap", "configmaps", Namespaced),
    ("", "v1", "Endpoints", "endpoints", Namespaced),
    ("", "v1", "Event", "events", Namespaced),
    ("", "v1", "LimitRange", "limitranges", Namespaced),
    ("", "v1", "Namespace", "namespaces", Wide),
    ("", "v1", "Node", "nodes", Wide),
    ("", "v1", "PersistentVolume", "persistentvolumes", Wide),
    (
        "",
        "v1",
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        Namespaced,
    ),
    ("", "v1", "Pod", "pods", Namespaced),
    ("", "v1", "ResourceQuota", "resourcequotas", Namespaced),
    ("", "v1", "Secret", "secrets", Namespaced),
    ("", "v1", "Service", "services", Namespaced),
    ("", "v1", "ServiceAccount", "serviceaccounts", Namespaced),
    (
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies",
        Wide,
    ),
    (
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        Wide,
    ),
    (
        "apiextensions.k8s.io",
        "v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        Wide,
    ),
    ("apps", "v1", "DaemonSet", "daemonsets", Namespaced),
    ("apps", "v1", "Deployment", "deployments", Namespaced),
    ("apps", "v1", "ReplicaSet", "replicasets", Namespaced),
    ("apps", "v1", "StatefulSet", "statefulsets", Namespaced),
    (
        "autoscaling",
        "v2",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        Namespaced,
    ),
    ("batch", "v1", "CronJob", "cronjobs", Namespaced),
    ("batch", "v1", "Job", "jobs", Namespaced),
    ("coordination.k8s.io", "v1", "Lease", "leases", Namespaced),
    (
        "discovery.k8s.io",
        "v1",
        "EndpointSlice",
        "endpointslices",
        Namespaced,
    ),
    (
        "networking.k8s.io",
        "v1",
        "Ingress",
        "ingresses",
        Namespaced,
    ),
    (
        "networking.k8s.io",
        "v1",
        "NetworkPolicy",
        "networkpolicies",
        Namespaced,
    ),
    (
        "policy",
        "v1",
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        Namespaced,
    ),
    (
        "rbac.authorization.k8s.io",
        "v1",
        "ClusterRole",
        "clusterroles",
        Wide,
    ),
    (
        "rbac.authorization.k8s.io",
        "v1",
        "ClusterRoleBinding",
        "clusterrolebindings",
        Wide,
    ),
    (
        "rbac.authorization.k8s.io",
        "v1",
        "Role",
        "roles",
        Namespaced,
    ),
    (
        "rbac.authorization.k8s.io",
        "v1",
        "RoleBinding",
        "rolebindings",
        Namespaced,
    ),
    (
        "scheduling.k8s.io",
        "v1",
        "PriorityClass",
        "priorityclasses",
        Wide,
    ),
    (
        "storage.k8s.io",
        "v1",
        "StorageClass",
        "storageclasses",
        Wide,
    ),
];

/// The kind of our release records.
pub(crate) fn release_kind() -> ServedKind {
    ServedKind {
        kind: GroupKind::new("steading.dev", "Release"),
        version: "v1".to_owned(),
        plural: "releases".to_owned(),
        scope: Namespaced,
    }
}

/// Returns a built-in kind.
///
/// # Panics
/// If the table does not have it: only kinds of the table may be named here.
pub(crate) fn built_in(group: &str, kind: &str) -> ServedKind {
    find_built_in(group, kind).expect("the kind must be in the table")
}

pub(crate) fn find_built_in(group: &str, kind: &str) -> Option<ServedKind> {
    let row = BUILT_IN
        .iter()
        .find(|row| row.0 == group && row.2 == kind)?;
    Some(of_row(row))
}

/// Returns all built-in kinds.
pub(crate) fn all_built_in() -> impl Iterator<Item = ServedKind> {
    BUILT_IN.iter().map(of_row)
}

fn of_row(row: &(&str, &str, &str, &str, KindScope)) -> ServedKind {
    ServedKind {
        kind: GroupKind::new(row.0, row.2),
        version: row.1.to_owned(),
        plural: row.3.to_owned(),
        scope: row.4,
    }
}

impl ServedKind {
    /// Returns the `apiVersion` of its objects.
    pub fn api_version(&self) -> String {
        match self.kind.group.as_str() {
            "" => self.version.clone(),
            group => format!("{group}/{}", self.version),
        }
    }

    /// Returns the path of all its objects, or of those in one namespace.
    pub(crate) fn path(&self, namespace: Option<&str>) -> String {
        let root = if self.kind.group.is_empty() {
            "/api"
        } else {
            "/apis"
        };
        let namespace = namespace.filter(|_| self.scope == Namespaced);
        let namespace = namespace
            .map(|name| format!("/namespaces/{name}"))
            .unwrap_or_default();
        format!("{root}/{}{namespace}/{}", self.api_version(), self.plural)
    }

    /// Returns the path of one of its objects.
    pub(crate) fn path_of(&self, namespace: Option<&str>, name: &str) -> String {
        format!("{}/{name}", self.path(namespace))
    }

    /// Returns what one of its objects is called.
    pub(crate) fn id(&self, namespace: Option<&str>, name: &str) -> ObjectId {
        let namespace = namespace.filter(|_| self.scope == Namespaced);
        ObjectId {
            kind: self.kind.clone(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_follow_group_and_scope() {
        let deployment = built_in("apps", "Deployment");
        assert_eq!(deployment.path(None), "/apis/apps/v1/deployments");
        assert_eq!(
            deployment.path_of(Some("a"), "b"),
            "/apis/apps/v1/namespaces/a/deployments/b"
        );
        assert_eq!(
            built_in("", "Namespace").path_of(Some("a"), "a"),
            "/api/v1/namespaces/a"
        );
    }

    #[test]
    fn the_table_names_no_kind_twice() {
        let mut kinds = BUILT_IN.map(|row| (row.0, row.2)).to_vec();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), BUILT_IN.len());
    }
}
