//! Entries of the catalogue open what their users need.

use steading_model::estate::Estate;

use crate::rule::{Check, Finding, rule};

rule! {
    /// An entry of the estate's catalogue says which ports its users may reach.
    ///
    /// ## Why
    /// `uses` opens the network in one line. Without `ports` that line means every port of the target: the administration of a
    /// database, the whole of a machine. What has a kind of its own (`postgres`, `redis`, …) has its port, and an application those that it
    /// declares.
    ///
    /// ## Example
    /// ```yaml
    /// catalogue:
    ///   mail: { at: { cidr: 192.168.10.6/32 } }                # found
    ///   mail: { at: { cidr: 192.168.10.6/32 }, ports: [25] }   # right
    /// ```
    "ST4053" "catalogue-without-ports" Warning => Check::Estate(check)
}

fn check(estate: &Estate) -> Vec<Finding> {
    let entries = estate.fields.catalogue.keys();
    let entries = entries.filter_map(|name| estate.entry(name));
    let open = entries.filter(|entry| {
        let declared = entry.fields.is_some_and(|fields| !fields.ports.is_empty());
        let mut environments = estate.fields.environments.keys();
        // What is known of one environment holds for all of them, as far as being known at all goes.
        !declared && !environments.any(|environment| !entry.ports(estate, environment).is_empty())
    });
    open.map(|entry| {
        let span = estate.tree.key_span_at(&entry.path());
        Finding::new(
            span,
            format!("users of `{}` may reach all ports there", entry.name),
        )
        .help("add `ports: […]`: those of its pods, not of its Service")
    })
    .collect()
}
