//! Tiers: what an application is worth, and what it may take.

use super::SpecDefaults;
use crate::name::Reason;
use crate::quantity::Quantity;
use crate::{choice, record};

record! {
    /// A tier: priority, default resources and quota of the applications in it. `core`, `cluster`, `gpu`, `edge` and `aux` are built in;
    /// what an estate writes is merged over them.
    pub struct Tier {
        /// What it is for. Default: none. Example: `what everything else stands on`.
        "description" description: Option<String>,
        /// The priority of its pods; the higher is scheduled first. Unit: priority, higher is scheduled first. Example: `400000`. Derives:
        /// `value` of the tier's `PriorityClass`.
        "priority" priority: i64,
        /// Whether its pods may push out those of lower priority. Default: `never`. Derives: `preemptionPolicy` of the `PriorityClass`.
        "preemption" preemption: Option<Preemption>,
        /// The priority of its pods that have a GPU: what they wait for, nobody else can use. Default: as `priority`. Unit: priority,
        /// higher is scheduled first. Example: `1200000`. Derives: a second `PriorityClass` of the tier.
        "gpuPriority" gpu_priority: Option<i64>,
        /// What a container gets that asks for nothing. Example: `{ cpu: 50m, memory: 64Mi, memoryLimit: 256Mi, memoryMax: 4Gi }`. Derives:
        /// the `LimitRange` of the namespace, and resources of containers that ask for nothing.
        "resources" resources: TierDefaults,
        /// What all pods of one application may ask for together. Example: `{ cpu: 2, memory: 3Gi, memoryLimit: 16Gi, pods: 20 }`. Derives:
        /// the `ResourceQuota` of the namespace.
        "quota" quota: TierQuota,
        /// Fields of `spec` for every application of the tier: over the estate's `defaults.spec`, under the application's own. A `null`
        /// takes away what the estate gives. Not among them: `resources`, which stand beside. Default: none.
        /// Example: `{ gracePeriodSeconds: 60, availability: { tolerateNodeLossSeconds: 30 } }`.
        "spec" spec: SpecDefaults,
        /// Why applications of this tier need no quota; then none is made. Default: a quota is made. Example: `"the operator starts as many
        /// as it needs"`.
        "noQuota" no_quota: Option<Reason>,
    }
}

choice! {
    /// Whether pods may push out those of lower priority.
    pub enum Preemption {
        /// They may.
        Lower = "lower",
        /// They wait.
        Never = "never",
    }
}

record! {
    /// What a container gets that asks for nothing, and the most that one may ask for.
    pub struct TierDefaults {
        /// CPU request. Example: `50m`.
        "cpu" cpu: Quantity,
        /// Memory request. Example: `64Mi`.
        "memory" memory: Quantity,
        /// Memory limit. Example: `256Mi`.
        "memoryLimit" memory_limit: Quantity,
        /// The most memory that one container may have. Example: `4Gi`. Derives: `max` of the `LimitRange`.
        "memoryMax" memory_max: Quantity,
    }
}

record! {
    /// What all pods of one application may ask for together.
    pub struct TierQuota {
        /// CPU requests. Example: `2`. Derives: `requests.cpu`.
        "cpu" cpu: Quantity,
        /// Memory requests. Example: `3Gi`. Derives: `requests.memory`.
        "memory" memory: Quantity,
        /// Memory limits. Example: `16Gi`. Derives: `limits.memory`.
        "memoryLimit" memory_limit: Quantity,
        /// Pods. Unit: pods. Example: `20`. Derives: `pods`.
        "pods" pods: u32,
    }
}
