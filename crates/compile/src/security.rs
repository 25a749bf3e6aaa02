//! What processes may do: the security contexts of pods and containers.
//!
//! Closed unless a reason is declared: no privilege escalation, no capabilities, the runtime's seccomp profile, user 1000.

use serde_json::Value;
use steading_model::application::Security;
use steading_model::name::Literal;

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
    let root = security.is_some_and(|security| security.why_root().is_some());
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
        .with("sysctls", sysctls(security))
}

fn sysctls(security: Option<&Security>) -> Vec<Value> {
    let sysctls = security.into_iter().flat_map(|security| &security.sysctls);
    let sysctl = |(name, value): (&String, &Literal)| {
        let named = Fields::new().with("name", name.as_str());
        Value::from(named.with("value", value.as_str()))
    };
    sysctls.map(sysctl).collect()
}

/// Returns `securityContext` of a container; who it runs as is the pod's unless it differs.
pub(crate) fn container(security: Option<&Security>, of_pod: Option<&Security>) -> Fields {
    let add = security.map(Security::added).unwrap_or_default();
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
    let escalates = add.contains(&"SYS_ADMIN");
    fields
        .with("allowPrivilegeEscalation", (!escalates).then_some(false))
        .with("capabilities", added(add))
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
    let root = security.is_some_and(|security| security.why_root().is_some());
    !root && identity(security).user != Some(0)
}

fn added(add: Vec<&str>) -> Fields {
    Fields::new()
        .with("drop", texts(["ALL"]))
        .with("add", texts(add))
}

fn profile() -> Fields {
    Fields::new().with("type", "RuntimeDefault")
}
