//! What counts as private is private.

use std::net::IpAddr;

use steading_model::FieldPath;
use steading_model::estate::Estate;
use steading_model::name::Cidr;

use crate::rule::{Check, Finding, rule};

rule! {
    /// The estate's private ranges hold no addresses of the internet.
    ///
    /// ## Why
    /// Private routes let these ranges pass. With `0.0.0.0/0`, or the range of a provider, every private route is public at once, and
    /// nothing else shows it. An address of one's own (a single one) may be listed.
    ///
    /// ## Example
    /// ```yaml
    /// ingress: { private: [0.0.0.0/0] }                       # found
    /// ingress: { private: [192.168.10.0/24, 100.64.0.0/10] }  # right
    /// ```
    "ST4032" "private-range-of-everyone" Error => Check::Estate(check)
}

/// Ranges that are routed nowhere on the internet, carriers' shared addresses (which tailnets use) among them.
const LOCAL: [&str; 8] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
];

fn check(estate: &Estate) -> Vec<Finding> {
    let local: Vec<Cidr> = LOCAL
        .iter()
        .filter_map(|text| Cidr::parse(text).ok())
        .collect();
    let path = FieldPath::default()
        .key("spec")
        .key("ingress")
        .key("private");
    let private = estate.fields.ingress.private.iter().enumerate();
    private
        .filter(|(_, range)| {
            !is_one_address(**range)
                && !local
                    .iter()
                    .any(|local| local.range().contains(&range.range()))
        })
        .map(|(at, range)| {
            let message = format!("a private range holds addresses of the internet: {range}");
            let finding = Finding::new(estate.tree.span_at(&path.index(at)), message);
            finding.help("list only the ranges of your own network, such as `192.168.10.0/24`")
        })
        .collect()
}

fn is_one_address(range: Cidr) -> bool {
    let length = match range.range().addr() {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    };
    range.range().prefix_len() == length
}
