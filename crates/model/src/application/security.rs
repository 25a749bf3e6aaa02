//! What processes of a container may do.

use std::collections::BTreeMap;

use super::Capabilities;
use crate::name::{Capability, Literal, Reason};
use crate::{choice, record};

record! {
    /// What processes may do.
    pub struct Security {
        /// The user. Write 0 together with `root`. Default: 1000. Unit: user id. Example: `568`. Derives: `runAsUser`.
        "user" user: Option<i64>,
        /// The group, also of the files on volumes. Default: the user. Unit: group id. Example: `568`. Derives: `runAsGroup`, `fsGroup`
        /// with `fsGroupChangePolicy: OnRootMismatch`.
        "group" group: Option<i64>,
        /// Further groups. Default: none. Example: `[44, 109]`. Derives: `supplementalGroups`.
        "groups" groups: Vec<i64>,
        /// Runs as root, or as whatever user the image names; with the reason. Default: no root. Example: `"the image changes to its user
        /// by itself"`. Derives: no `runAsNonRoot`, and a namespace of level `baseline`.
        "root" root: Option<Reason>,
        /// Starts as root and changes to a user of its own (s6, gosu, supervisord); with the reason. It gets what that takes and no more.
        /// Default: it does not. Example: `"s6 changes to PUID"`. Derives: as `root`, and the capabilities `CHOWN`, `DAC_OVERRIDE`, `FOWNER`,
        /// `KILL`, `SETGID` and `SETUID`.
        "startsAsRoot" starts_as_root: Option<Reason>,
        /// Capabilities added to none, each with the reason. Default: none. Example: `{ NET_ADMIN: "makes the tunnel's interface" }`.
        /// Derives: `capabilities.add`, after `drop: [ALL]`; all but the harmless ones raise the namespace's level.
        "capabilities" capabilities: Capabilities,
        /// Mounts the image's file system read-only. Default: `false`. Derives: `readOnlyRootFilesystem`.
        "readOnlyRoot" read_only_root: Option<bool>,
        /// Maps users to a range of the pod's own. Default: `false`. Derives: `hostUsers: false`.
        "userNamespace" user_namespace: Option<bool>,
        /// Runs with all privileges of the node; with the reason. Default: not privileged. Example: `"loads a kernel module for the
        /// tunnel"`. Derives: `privileged: true`, and a namespace of level `privileged`.
        "privileged" privileged: Option<Reason>,
        /// Shares the node's network; with the reason. Default: a network of its own. Example: `"finds devices by broadcast"`. Derives:
        /// `hostNetwork`, `dnsPolicy: ClusterFirstWithHostNet`, and a namespace of level `privileged`.
        "hostNetwork" host_network: Option<Reason>,
        /// Sees the node's processes; with the reason. Default: processes of its own. Example: `"measures what runs on the node"`. Derives:
        /// `hostPID`, and a namespace of level `privileged`.
        "hostPID" host_pid: Option<Reason>,
        /// Settings of the kernel for the pod. All but the harmless ones raise the namespace's level, and the nodes must allow them
        /// (`allowedUnsafeSysctls` of the kubelet). Default: the node's. Example: `{ net.ipv4.ip_forward: 1 }`. Derives: `sysctls`.
        "sysctls" sysctls: BTreeMap<String, Literal>,
    }
}

impl Security {
    /// The capabilities of a program that starts as root and changes to a user of its own.
    pub const OF_STARTING: [&str; 6] = [
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "KILL",
        "SETGID",
        "SETUID",
    ];

    /// Returns why it runs as root, if it does.
    pub fn why_root(&self) -> Option<&Reason> {
        self.root.as_ref().or(self.starts_as_root.as_ref())
    }

    /// Returns the capabilities that it has beyond none.
    pub fn added(&self) -> Vec<&str> {
        let starting = self.starts_as_root.iter().flat_map(|_| Self::OF_STARTING);
        let named = self.capabilities.0.keys().map(Capability::as_str);
        let mut added: Vec<&str> = named.chain(starting).collect();
        added.sort_unstable();
        added.dedup();
        added
    }
}

choice! {
    /// The level of the Pod Security standard that a workload needs.
    pub enum Privilege {
        /// No privileges at all.
        Restricted = "restricted",
        /// Known privilege escalations prevented.
        Baseline = "baseline",
        /// Anything.
        Privileged = "privileged",
    }
}
