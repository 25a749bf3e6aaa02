//! Address ranges: which are private, and what remains of a range without the parts that are not.

use ipnet::IpNet;
use serde_json::Value;
use steading_model::estate::Estate;

use crate::json::{Fields, texts};

/// The ranges that are not the internet: private, shared (carrier and mesh networks) and link-local addresses.
const NOT_INTERNET: [&str; 7] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "fc00::/7",
    "fe80::/10",
];

/// Returns the estate's private ranges without its tunnels: a public request that comes out of a tunnel has an address of the
/// cluster, and must not count as private for it.
pub(crate) fn private(estate: &Estate) -> Vec<String> {
    let ingress = &estate.fields.ingress;
    let mut ranges: Vec<IpNet> = ingress.private.iter().map(|range| range.range()).collect();
    for tunnel in &ingress.tunnels {
        ranges = ranges
            .into_iter()
            .flat_map(|range| without(range, tunnel.range()))
            .collect();
    }
    let ranges = IpNet::aggregate(&ranges);
    ranges.iter().map(ToString::to_string).collect()
}

/// Returns the peers that are the internet, for a network policy.
pub(crate) fn internet(estate: &Estate) -> Vec<Value> {
    let known = NOT_INTERNET
        .iter()
        .filter_map(|range| range.parse::<IpNet>().ok());
    let own = estate
        .fields
        .ingress
        .private
        .iter()
        .map(|range| range.range());
    let mut excluded = IpNet::aggregate(&known.chain(own).collect());
    excluded.sort_unstable();
    let (four, six): (Vec<IpNet>, Vec<IpNet>) = excluded
        .into_iter()
        .partition(|range| matches!(range, IpNet::V4(_)));
    vec![block("0.0.0.0/0", &four), block("::/0", &six)]
}

fn block(all: &str, excluded: &[IpNet]) -> Value {
    let excluded = texts(excluded.iter().map(ToString::to_string));
    let block = Fields::new().with("cidr", all).with("except", excluded);
    Fields::new().with("ipBlock", block).into()
}

/// Returns what remains of a range without a part of it.
fn without(range: IpNet, part: IpNet) -> Vec<IpNet> {
    if part.contains(&range) {
        return Vec::new();
    }
    if !range.contains(&part) {
        return vec![range];
    }
    let halves = range.subnets(range.prefix_len() + 1).into_iter().flatten();
    halves.flat_map(|half| without(half, part)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remaining(range: &str, part: &str) -> Vec<String> {
        let (range, part) = (range.parse().unwrap(), part.parse().unwrap());
        without(range, part)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_tunnel_is_cut_out_of_a_range() {
        assert_eq!(
            remaining("10.0.0.0/8", "10.0.0.0/10"),
            ["10.64.0.0/10", "10.128.0.0/9"]
        );
        assert_eq!(remaining("10.0.0.0/8", "10.1.2.3/32").len(), 24);
        assert!(remaining("10.1.0.0/16", "10.0.0.0/8").is_empty());
        assert_eq!(remaining("10.0.0.0/8", "192.168.0.0/16"), ["10.0.0.0/8"]);
        assert_eq!(remaining("10.0.0.0/8", "fd00::/8"), ["10.0.0.0/8"]);
    }

    #[test]
    fn a_tunnel_of_ipv6_is_cut_out_of_a_range() {
        assert_eq!(remaining("fd00::/8", "fd80::/9"), ["fd00::/9"]);
        assert!(remaining("fd00:1::/64", "fd00::/8").is_empty());
        assert_eq!(remaining("fc00::/7", "10.0.0.0/8"), ["fc00::/7"]);
        let around: Vec<IpNet> = remaining("fd00::/8", "fd00:42::7/128")
            .iter()
            .map(|range| range.parse().unwrap())
            .collect();
        assert_eq!(around.len(), 120);
        let tunnel: std::net::IpAddr = "fd00:42::7".parse().unwrap();
        let beside: std::net::IpAddr = "fd00:42::8".parse().unwrap();
        assert!(!around.iter().any(|range| range.contains(&tunnel)));
        assert!(around.iter().any(|range| range.contains(&beside)));
    }
}
