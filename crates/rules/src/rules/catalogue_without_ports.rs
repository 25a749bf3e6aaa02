//! Entries of the catalogue open what their users need.

use steading_model::FieldPath;
use steading_model::estate::Estate;

use crate::rule::{Check, Finding, rule};

rule! {
    /// An entry of the estate's catalogue says which ports its users may reach.
    ///
    /// ## Why
    /// `uses` opens the network in one line. Without `ports` that line means every port of the target: the administration of a
    /// database, the whole of a machine.
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
    let path = FieldPath::default().key("spec").key("catalogue");
    let open = estate
        .fields
        .catalogue
        .iter()
        .filter(|(_, entry)| entry.ports.is_empty());
    open.map(|(name, _)| {
        let span = estate.tree.key_span_at(&path.key(name.as_str()));
        Finding::new(span, format!("users of `{name}` may reach all ports there"))
            .help("add `ports: […]`: those of its pods, not of its Service")
    })
    .collect()
}
