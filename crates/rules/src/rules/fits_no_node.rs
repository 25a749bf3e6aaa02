//! A pod fits some node.

use crate::capacity::{memory, pod};
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// Each pod fits at least one of the estate's nodes.
    ///
    /// ## Why
    /// A pod that asks for more than the largest node has stays Pending for ever, and the release is reverted after its deadline.
    /// Known are the nodes that the estate declares under `lab`.
    ///
    /// ## Example
    /// With nodes of 16Gi:
    /// ```yaml
    /// resources: { memory: 24Gi } # found
    /// resources: { memory: 12Gi } # right
    /// ```
    "ST4071" "fits-no-node" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let (Some(desired), Some(lab)) = (subject.desired, &subject.estate.fields.lab) else {
        return Vec::new();
    };
    let fits = |cpu: i128, memory: i128| {
        lab.nodes
            .iter()
            .any(|node| node.cpu.millis() >= cpu && node.memory.units() >= memory)
    };
    let pods = desired
        .objects
        .iter()
        .filter_map(|object| Some((object, pod(&object.json)?)));
    pods.filter(|(_, demand)| !lab.nodes.is_empty() && !fits(demand.cpu, demand.memory))
        .map(|(object, demand)| {
            let message = format!(
                "no node has {}m of CPU and {} of memory for a pod of {}",
                demand.cpu,
                memory(demand.memory),
                object.id
            );
            let nodes: Vec<String> = lab
                .nodes
                .iter()
                .map(|node| format!("{} ({}, {})", node.name, node.cpu, node.memory))
                .collect();
            Finding::new(subject.size_span(), message)
                .help(format!("ask for less; nodes: {}", nodes.join(", ")))
        })
        .collect()
}
