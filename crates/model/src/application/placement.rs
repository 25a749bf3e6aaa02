//! On which nodes pods run.

use std::collections::BTreeMap;

use crate::name::{AppName, LabelName, Literal};
use crate::quantity::Quantity;
use crate::{choice, record};

/// Labels that a node must have.
pub type NodeSelector = BTreeMap<String, Literal>;

record! {
    /// Where pods run.
    pub struct Placement {
        /// Labels that the node must have. Default: any. Example: `{ disk: ssd }`. Derives: `nodeSelector`.
        "nodes" nodes: NodeSelector,
        /// The processor architecture of the node: `amd64` or `arm64`. Default: any. Example: `amd64`. Derives: `nodeSelector` with
        /// `kubernetes.io/arch`.
        "architecture" architecture: Option<LabelName>,
        /// Taints of nodes that do not keep it away. Default: none. Example: `[{ key: gpu }]`. Derives: `tolerations`.
        "tolerate" tolerate: Vec<Toleration>,
        /// How its pods spread. Default: over nodes where there are two or more replicas, as far as possible. Example: `{ over:
        /// topology.kubernetes.io/zone, mode: required }`. Derives: `topologySpreadConstraints`; with `required` a roll-out takes an old
        /// pod away first.
        "spread" spread: Option<Spread>,
        /// Labels of nodes that are used only where no other will do. Default: none. Example: `{ storage: slow }`. Derives: preferred
        /// `nodeAffinity` with `NotIn`.
        "avoid" avoid: NodeSelector,
        /// An application whose pods should be on the same node. Default: none. Example: `database`. Derives: preferred `podAffinity` to
        /// its pods, on the same node.
        "near" near: Option<AppName>,
        /// A GPU, or part of one. Default: none. Example: `{ count: 1 }`. Derives: what the estate's accelerators say: an extended resource
        /// among the limits, or a resource claim.
        "gpu" gpu: Option<Gpu>,
    }
}

record! {
    /// A taint that does not keep pods away.
    pub struct Toleration {
        /// The key of the taint. Example: `gpu`.
        "key" key: String,
        /// Its value. Default: any. Example: `nvidia`. Derives: `operator: Equal`; `Exists` without it.
        "value" value: Option<Literal>,
        /// Its effect: `NoSchedule`, `PreferNoSchedule` or `NoExecute`. Default: all. Example: `NoSchedule`.
        "effect" effect: Option<String>,
    }
}

record! {
    /// How pods spread.
    pub struct Spread {
        /// Over what: a node label. Default: `kubernetes.io/hostname`. Example: `topology.kubernetes.io/zone`. Derives: `topologyKey`.
        "over" over: Option<String>,
        /// Whether a pod waits rather than break the spread. Default: `preferred`. Derives: `whenUnsatisfiable`: `ScheduleAnyway` or
        /// `DoNotSchedule`.
        "mode" mode: Option<SpreadMode>,
    }
}

choice! {
    /// Whether a spread must hold.
    pub enum SpreadMode {
        /// As far as possible.
        Preferred = "preferred",
        /// A pod waits rather than break it.
        Required = "required",
    }
}

record! {
    /// A GPU, or part of one.
    pub struct Gpu {
        /// How many. Default: 1. Unit: GPUs. Example: `1`.
        "count" count: Option<u32>,
        /// Its memory, where the estate's accelerators are shared by memory. Default: none. Example: `8Gi`.
        "memory" memory: Option<Quantity>,
        /// Which of the estate's accelerators. Default: `default`. Example: `amd`.
        "accelerator" accelerator: Option<LabelName>,
    }
}
