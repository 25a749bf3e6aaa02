//! No private range belongs to a tunnel.

use steading_model::FieldPath;
use steading_model::estate::Estate;

use crate::rule::{Check, Finding, rule};

rule! {
    /// No private range lies inside of a tunnel's addresses.
    ///
    /// ## Why
    /// Requests from the internet that come through a tunnel have the tunnel's address, so a tunnel's addresses never count as private,
    /// whatever `private` says. A range inside of them has no effect: whoever it was meant for stands before a closed door.
    ///
    /// ## Example
    /// ```yaml
    /// ingress:
    ///   tunnels: [10.42.0.0/16]
    ///   private: [192.168.10.0/24, 10.42.7.0/24] # found
    ///   private: [192.168.10.0/24]               # right
    /// ```
    "ST4033" "private-range-in-tunnel" Warning => Check::Estate(check)
}

fn check(estate: &Estate) -> Vec<Finding> {
    let path = FieldPath::default().key("spec").key("ingress");
    let ingress = &estate.fields.ingress;
    let mut found = Vec::new();
    for (at, private) in ingress.private.iter().enumerate() {
        let around = ingress
            .tunnels
            .iter()
            .position(|tunnel| tunnel.range().contains(&private.range()));
        found.extend(around.map(|place| {
            let message = format!("nobody gets in from this private range, because a tunnel's addresses are never private: {private}");
            let label = estate.tree.span_at(&path.key("tunnels").index(place));
            let finding = Finding::new(estate.tree.span_at(&path.key("private").index(at)), message);
            finding.label(label, "the tunnel").help("take one of the two away")
        }));
    }
    found
}
