//! Replicas are on several nodes.

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// Several pods are not all on one node.
    ///
    /// ## Why
    /// They are there for the day when a node fails, and that day takes all of them.
    ///
    /// ## Example
    /// ```yaml
    /// replicas: 2
    /// placement: { nodes: { kubernetes.io/hostname: barn } }   # found
    /// placement: { nodes: { disk: ssd } }                      # right
    /// ```
    "ST4173" "replicas-on-one-node" Warning => Check::Application(check)
}

/// The label that every node has for itself.
const HOSTNAME: &str = "kubernetes.io/hostname";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let application = subject.application;
    let availability = application.fields.availability.as_ref();
    let spread = availability.and_then(|availability| availability.replicas);
    let components = application.components.iter();
    let found = components.filter_map(|component| {
        let fields = &component.fields;
        let least = fields.scaling.as_ref().and_then(|scaling| scaling.min);
        let replicas = fields
            .replicas
            .or(spread)
            .or(least)
            .filter(|count| *count > 1)?;
        let node = fields.placement.as_ref()?.nodes.get(HOSTNAME)?;
        let path = component.field("placement").key("nodes").key(HOSTNAME);
        let message = format!(
            "all {replicas} pods of `{}` are on `{node}`",
            component.name
        );
        let help = "name a label that several nodes have, or keep one pod";
        Some(Finding::new(subject.span(&path), message).help(help))
    });
    found.collect()
}
