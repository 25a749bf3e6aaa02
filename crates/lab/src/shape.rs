//! The machines that a lab pretends to have.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The nodes of a lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// The nodes, in the order in which they are made.
    pub nodes: Vec<NodeShape>,
}

/// One simulated node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeShape {
    /// Name of the node, for example `box-1`.
    pub name: String,
    /// CPU that pods can use, for example `8` or `7500m`.
    pub cpu: String,
    /// Memory that pods can use, for example `32Gi`.
    pub memory: String,
    /// How many pods fit; 110 as on a real node.
    #[serde(default = "default_pods")]
    pub pods: u32,
    /// Labels beyond the ones every node has.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Taints that keep pods away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taints: Vec<Taint>,
    /// Value of `topology.kubernetes.io/zone`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// A taint of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taint {
    /// For example `dedicated`.
    pub key: String,
    /// For example `database`; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// What happens to pods that do not tolerate it.
    pub effect: TaintEffect,
}

/// What a taint does to pods that do not tolerate it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaintEffect {
    /// New pods stay away.
    NoSchedule,
    /// New pods stay away if they can.
    PreferNoSchedule,
    /// Running pods leave as well.
    NoExecute,
}

const fn default_pods() -> u32 {
    110
}

impl NodeShape {
    /// Returns a node with the given name, CPU and memory, and nothing special.
    pub fn new(name: impl Into<String>, cpu: impl Into<String>, memory: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            cpu: cpu.into(),
            memory: memory.into(),
            pods: default_pods(),
            labels: BTreeMap::new(),
            taints: Vec::new(),
            zone: None,
        }
    }
}

impl Shape {
    /// Returns a shape of `count` equal nodes called `node-1`, `node-2`, ….
    pub fn of(count: usize) -> Self {
        let node = |number| NodeShape::new(format!("node-{number}"), "8", "32Gi");
        Self {
            nodes: (1..=count).map(node).collect(),
        }
    }
}

impl Default for Shape {
    fn default() -> Self {
        Self::of(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_description_is_enough() {
        let text = r#"{"nodes":[{"name":"a","cpu":"4","memory":"8Gi"}]}"#;
        let shape: Shape = serde_json::from_str(text).unwrap();
        assert_eq!(shape.nodes[0], NodeShape::new("a", "4", "8Gi"));
    }

    #[test]
    fn unknown_fields_are_refused() {
        let text = r#"{"nodes":[{"name":"a","cpu":"4","memory":"8Gi","disk":"1Ti"}]}"#;
        assert!(serde_json::from_str::<Shape>(text).is_err());
    }
}
