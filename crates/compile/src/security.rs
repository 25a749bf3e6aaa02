//! What processes may do: the security contexts of pods and containers.
//!
//! Closed unless a reason is declared: no privilege escalation, no capabilities, the runtime's seccomp profile, user 1000.

use std::collections::BTreeMap;

use serde_json::Value;
use steading_model::application::Security;
use steading_model::name::Capability;

use crate::json::{Fields, texts};

/// The user and group of an application that names none.
const USER: i64 = 1000;

/// Who a container runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The user; none for whatever the image says.
    pub(crate) user: Option<i64>,
    /// The group; none for whatever the image says.
    pub(crate) group: Option<i64>,
}

/// Returns who a container runs as.
pub(crate) fn identity(security: Option<&Security>) -> Identity {
    let root = security.is_some_and(|security| security.root.is_some());
    let named = security.and_then(|security| security.user);
    let user = named.or((!root).then_some(USER));
    let group = security.and_then(|security| security.group);
    Identity {
        user,
        group: group.or(user),
    }
}

/// Returns `securityContext` of a pod.
pub(crate) fn pod(security: Option<&Security>) -> Fields {
    let Identity { user, group } = identity(security);
    let groups: Vec<i64> = security
        .map(|security| security.groups.clone())
        .unwrap_or_default();
    let policy = group.map(|_| "OnRootMismatch");
    Fields::new()
        .with("runAsNonRoot", is_not_root(security).then_some(true))
        .with("runAsUser", user)
        .with("runAsGroup", group)
        .with("fsGroup", group)
        .with("fsGroupChangePolicy", policy)
        .with("supplementalGroups", groups)
        .with("seccompProfile", profile())
}

/// Returns `securityContext` of a container; who it runs as is the pod's unless it differs.
pub(crate) fn container(security: Option<&Security>, of_pod: Option<&Security>) -> Fields {
    let capabilities = security.map(|security| &security.capabilities.0);
    let add: Vec<&Capability> = capabilities.into_iter().flat_map(BTreeMap::keys).collect();
    let privileged = security.is_some_and(|security| security.privileged.is_some());
    let read_only = security
        .and_then(|security| security.read_only_root)
        .filter(|read_only| *read_only);
    let fields = Fields::new()
        .with("readOnlyRootFilesystem", read_only)
        .with("privileged", privileged.then_some(true));
    let fields = if identity(security) == identity(of_pod) {
        fields
    } else {
        own_identity(fields, security)
    };
    if privileged {
        return fields;
    }
    // The API server refuses to forbid escalation to a container that may do anything already.
    let escalates = add
        .iter()
        .any(|capability| capability.as_str() == "SYS_ADMIN");
    fields
        .with("allowPrivilegeEscalation", (!escalates).then_some(false))
        .with("capabilities", added(&add))
}

/// Returns `securityContext` of the container that gives files to their owner: root, but able to do only that.
pub(crate) fn ownership() -> Value {
    let add = ["CHOWN", "DAC_OVERRIDE", "FOWNER"];
    let capabilities = Fields::new()
        .with("drop", texts(["ALL"]))
        .with("add", texts(add));
    Fields::new()
        .with("runAsUser", 0)
        .with("runAsGroup", 0)
        .with("runAsNonRoot", false)
        .with("allowPrivilegeEscalation", false)
        .with("readOnlyRootFilesystem", true)
        .with("capabilities", capabilities)
        .into()
}

/// Returns `securityContext` of a container that only looks whether something answers.
pub(crate) fn watcher() -> Value {
    const NOBODY: u32 = 65_534;
    let capabilities = Fields::new().with("drop", texts(["ALL"]));
    Fields::new()
        .with("runAsUser", NOBODY)
        .with("runAsGroup", NOBODY)
        .with("runAsNonRoot", true)
        .with("allowPrivilegeEscalation", false)
        .with("readOnlyRootFilesystem", true)
        .with("capabilities", capabilities)
        .into()
}

fn own_identity(fields: Fields, security: Option<&Security>) -> Fields {
    let Identity { user, group } = identity(security);
    fields
        .with("runAsNonRoot", is_not_root(security))
        .with("runAsUser", user)
        .with("runAsGroup", group)
}

fn is_not_root(security: Option<&Security>) -> bool {
    let root = security.is_some_and(|security| security.root.is_some());
    !root && identity(security).user != Some(0)
}

fn added(add: &[&Capability]) -> Fields {
    let add = add.iter().map(|capability| capability.as_str());
    Fields::new()
        .with("drop", texts(["ALL"]))
        .with("add", texts(add))
}

fn profile() -> Fields {
    Fields::new().with("type", "RuntimeDefault")
}
