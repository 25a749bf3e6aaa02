//! A tunnel's addresses are in no private range.

use steading_model::FieldPath;
use steading_model::estate::Estate;

use crate::rule::{Check, Finding, rule};

rule! {
    /// No tunnel's addresses are inside of a private range.
    ///
    /// ## Why
    /// Requests from the internet that come through a tunnel have the tunnel's address. If that counts as private, every private
    /// route is open to whoever knows its name, while every check from inside shows a closed door.
    ///
    /// ## Example
    /// ```yaml
    /// ingress:
    ///   tunnels: [10.42.7.0/24]
    ///   private: [10.0.0.0/8]        # found
    ///   private: [192.168.10.0/24]   # right
    /// ```
    "ST4033" "tunnel-in-private-range" Error => Check::Estate(check)
}

fn check(estate: &Estate) -> Vec<Finding> {
    let path = FieldPath::default().key("spec").key("ingress");
    let ingress = &estate.fields.ingress;
    let mut found = Vec::new();
    for (at, tunnel) in ingress.tunnels.iter().enumerate() {
        for (place, private) in ingress.private.iter().enumerate() {
            let range = private.range();
            if !(range.contains(&tunnel.range()) || tunnel.range().contains(&range)) {
                continue;
            }
            let span = estate.tree.span_at(&path.key("tunnels").index(at));
            let message = format!(
                "the tunnel's addresses {tunnel} count as private, because they are in {private}"
            );
            let label = estate.tree.span_at(&path.key("private").index(place));
            found.push(
                Finding::new(span, message)
                    .label(label, "the private range")
                    .help("list smaller private ranges, without the tunnel"),
            );
        }
    }
    found
}
