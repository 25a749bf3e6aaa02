//! The smaller settings of an application as a whole.

use super::JobScript;
use crate::name::{
    ComponentName, DurationText, HttpPath, ImageRef, LabelName, Literal, NamespaceName, Reason,
    UntilDate,
};
use crate::node::Node;
use crate::quantity::Quantity;
use crate::read::{Read, Reader};
use crate::shape::Shape;
use crate::{choice, record};

record! {
    /// Something that pods may do with the Kubernetes API.
    pub struct PermissionRule {
        /// What they may do. Default: none. Example: `[get, list, watch]`.
        "verbs" verbs: Vec<String>,
        /// With which resources. Default: none. Example: `[pods, deployments.apps]`. Derives: `apiGroups` and `resources`: what stands
        /// behind the first dot is the group.
        "resources" resources: Vec<String>,
        /// With which objects by name. Default: all. Example: `[leader]`. Derives: `resourceNames`.
        "names" names: Vec<String>,
        /// In which namespaces; `"*"` for all. Default: the own. Example: `["*"]`.
        "namespaces" namespaces: Vec<PermissionNamespace>,
        /// Why it must be that much: where it is for all verbs or resources, or for secrets that it does not name. Default: none. Example:
        /// `"the dashboard of whoever runs the cluster"`. Derives: the annotation `steading.dev/why` of the role.
        "why" why: Option<Reason>,
    }
}

/// A namespace, or all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PermissionNamespace {
    /// This one.
    Named(NamespaceName),
    /// All.
    All,
}

impl Read for PermissionNamespace {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, |text| {
            if text == "*" {
                Ok(Self::All)
            } else {
                NamespaceName::parse(text).map(Self::Named)
            }
        })
    }

    fn shape() -> Shape {
        NamespaceName::shape()
    }
}

record! {
    /// How an application lives through disruptions.
    pub struct Availability {
        /// How many pods, spread over nodes; the same as `replicas`. Default: 1. Unit: pods. Example: `2`. Derives: `replicas` of the
        /// workloads that have none of their own.
        "replicas" replicas: Option<u32>,
        /// How many pods a drain may take away at once. Default: 1 from two replicas on; a single replica is never guarded, so that a drain
        /// can finish. Unit: pods. Example: `1`. Derives: `maxUnavailable` of the `PodDisruptionBudget`.
        "disruptions" disruptions: Option<u32>,
        /// After how many seconds pods of a lost node are made again elsewhere. Default: Kubernetes' 300. Unit: seconds. Example: `30`.
        /// Derives: `tolerationSeconds` for nodes that are not ready or not reachable.
        "tolerateNodeLossSeconds" tolerate_node_loss_seconds: Option<u32>,
    }
}

record! {
    /// Why there are no pods.
    pub struct Parked {
        /// Why. Example: `"until the new disks are there"`.
        "why" why: Reason,
    }
}

record! {
    /// A quota where the tier's does not fit.
    pub struct QuotaOverride {
        /// CPU requests of all pods together. Default: the tier's. Example: `8`. Derives: `requests.cpu`.
        "cpu" cpu: Option<Quantity>,
        /// Memory requests of all pods together. Default: the tier's. Example: `12Gi`. Derives: `requests.memory`.
        "memory" memory: Option<Quantity>,
        /// Memory limits of all pods together. Default: the tier's. Example: `24Gi`. Derives: `limits.memory`.
        "memoryLimit" memory_limit: Option<Quantity>,
        /// Pods. Default: the tier's. Unit: pods. Example: `40`. Derives: `pods`.
        "pods" pods: Option<u32>,
        /// Why the tier's does not fit. Example: `"models are held in memory"`.
        "why" why: Reason,
    }
}

record! {
    /// How a new version replaces the old one.
    pub struct Rollout {
        /// How. Default: `recreate` with a single-writer volume, else `rolling`. Example: `recreate`. Derives: `strategy`; a rolling one
        /// adds a pod first where quota and spread allow, else it takes one away first.
        "strategy" strategy: Option<Strategy>,
        /// Checks against the new version; the release reverts where they fail. Default: none. Example: `[{ name: home, http: { path: / }
        /// }]`. Derives: a Job for each, after the new version is ready.
        "verify" verify: Vec<Verify>,
        /// How long the new version may take to get ready. Default: `3m`. Example: `10m`. Derives: `progressDeadlineSeconds` beyond 10
        /// minutes.
        "timeout" timeout: Option<DurationText>,
    }
}

choice! {
    /// How a new version replaces the old one.
    pub enum Strategy {
        /// New pods first, then the old ones go.
        Rolling = "rolling",
        /// The old pods go first: a moment of downtime.
        Recreate = "recreate",
    }
}

record! {
    /// A check against the new version: a command or script in a pod of its own, or an HTTP request made from one.
    pub struct Verify {
        /// The name, for reports. Example: `home`.
        "name" name: ComponentName,
        /// The image. Default: the component's. Example: `curlimages/curl:8.15.0`.
        "image" image: Option<ImageRef>,
        /// A command that exits 0. Default: none. Example: `[/app, self-test]`.
        "command" command: Vec<Literal>,
        /// A script beside the declaration that exits 0. Default: none. Example: `{ fromFile: self-test.sh }`.
        "script" script: Option<JobScript>,
        /// A request to the Service. Default: none. Example: `{ path: / }`.
        "http" http: Option<HttpCheck>,
    }
}

record! {
    /// A request to the Service, made by the image's `wget` or `curl`.
    pub struct HttpCheck {
        /// The path. Example: `/healthz`.
        "path" path: HttpPath,
    }
}

record! {
    /// A rule that does not hold here.
    pub struct Waiver {
        /// The rule's name, such as `public-route-without-login`, or its code. Example: `run-in-lost-hour`.
        "rule" rule: LabelName,
        /// Why. Example: `"twice a year does no harm"`.
        "why" why: Reason,
        /// The last day on which the waiver holds. Default: for ever. Example: `2027-01-31`.
        "until" until: Option<UntilDate>,
    }
}
