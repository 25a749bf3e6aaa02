//! Tiers: what an application is worth, and what it may take.

use crate::name::Reason;
use crate::quantity::Quantity;
use crate::{choice, record};

record! {
    /// A tier: priority, default resources and quota of the applications in it. `core`, `cluster`, `gpu`, `edge` and `aux` are built in;
    /// what an estate writes is merged over them.
    pub struct Tier {
        /// What it is for.
        "description" description: Option<String>,
        /// The priority of its pods; the higher is scheduled first.
        "priority" priority: i64,
        /// Whether its pods may push out those of lower priority. Default: `never`.
        "preemption" preemption: Option<Preemption>,
        /// The priority of its pods that have a GPU: what they wait for, nobody else can use. Default: `priority`. Example: `1200000`.
        "gpuPriority" gpu_priority: Option<i64>,
        /// What a container gets that asks for nothing.
        "resources" resources: TierDefaults,
        /// What all pods of one application may ask for together.
        "quota" quota: TierQuota,
        /// Why applications of this tier need no quota; then none is made.
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
        /// CPU request.
        "cpu" cpu: Quantity,
        /// Memory request.
        "memory" memory: Quantity,
        /// Memory limit.
        "memoryLimit" memory_limit: Quantity,
        /// The most memory that one container may have.
        "memoryMax" memory_max: Quantity,
    }
}

record! {
    /// What all pods of one application may ask for together.
    pub struct TierQuota {
        /// CPU requests.
        "cpu" cpu: Quantity,
        /// Memory requests.
        "memory" memory: Quantity,
        /// Memory limits.
        "memoryLimit" memory_limit: Quantity,
        /// Pods.
        "pods" pods: u32,
    }
}
