//! Network policies that let more in than before.
//!
//! Pods that are let in by name (by labels of theirs or of their namespace) are part of what is declared and no exposure; everybody, a
//! range of addresses, or pods that are no longer guarded at all are.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::Value;
use steading_model::{Desired, GroupKind, ObjectId};

/// Says whether a policy lets in what the live one does not.
pub(super) fn opens(kind: &GroupKind, desired: &Value, live: &Value) -> bool {
    if !kind.is("networking.k8s.io", "NetworkPolicy") || !guards_ingress(live) {
        return false;
    }
    if !guards_ingress(desired)
        || guards_fewer(
            &desired["spec"]["podSelector"],
            &live["spec"]["podSelector"],
        )
    {
        return true;
    }
    let (before, after) = (Open::of(live), Open::of(desired));
    !before.is_everybody && (after.is_everybody || !covers_all(&before.ranges, &after.ranges))
}

/// Says whether an application has another policy than this one that guards all pods of the namespace: then this one only let in.
pub(super) fn guards_all(desired: &Desired, without: &ObjectId) -> bool {
    let is_all = |policy: &Value| {
        let selector = policy["spec"]["podSelector"].as_object();
        selector.is_none_or(serde_json::Map::is_empty) && guards_ingress(policy)
    };
    desired.objects.iter().any(|object| {
        let id = &object.id;
        id.kind == without.kind
            && id.namespace == without.namespace
            && id.name != without.name
            && is_all(&object.json)
    })
}

/// Who is let in without a name.
struct Open {
    is_everybody: bool,
    ranges: BTreeSet<String>,
}

impl Open {
    fn of(policy: &Value) -> Self {
        let mut open = Self {
            is_everybody: false,
            ranges: BTreeSet::new(),
        };
        for rule in policy["spec"]["ingress"].as_array().into_iter().flatten() {
            let peers = rule["from"].as_array().map_or(&[][..], Vec::as_slice);
            open.is_everybody |= peers.is_empty();
            for peer in peers {
                open.is_everybody |= is_any_pod(peer);
                open.ranges
                    .extend(peer["ipBlock"]["cidr"].as_str().map(str::to_owned));
            }
        }
        open
    }
}

/// Says whether a peer is every pod of every namespace.
fn is_any_pod(peer: &Value) -> bool {
    let is_empty = |selector: &Value| selector.as_object().is_some_and(serde_json::Map::is_empty);
    is_empty(&peer["namespaceSelector"])
        && (peer["podSelector"].is_null() || is_empty(&peer["podSelector"]))
}

fn guards_ingress(policy: &Value) -> bool {
    policy["spec"]["policyTypes"]
        .as_array()
        .is_none_or(|types| types.iter().any(|kind| kind == "Ingress"))
}

/// Says whether a selector chooses other pods than before; choosing all is never fewer.
fn guards_fewer(after: &Value, before: &Value) -> bool {
    let is_all = after.as_object().is_none_or(serde_json::Map::is_empty);
    !is_all && after != before
}

/// Says whether each range of `after` lies within one of `before`.
pub(super) fn covers_all(before: &BTreeSet<String>, after: &BTreeSet<String>) -> bool {
    after
        .iter()
        .all(|range| before.iter().any(|outer| covers(outer, range)))
}

fn covers(outer: &str, inner: &str) -> bool {
    if outer == inner {
        return true;
    }
    let Some(((outer, outer_length), (inner, inner_length))) = range(outer).zip(range(inner))
    else {
        return false;
    };
    let (Some(one), Some(two)) = (bits(outer, outer_length), bits(inner, outer_length)) else {
        return false;
    };
    outer.is_ipv4() == inner.is_ipv4() && outer_length <= inner_length && one == two
}

fn range(text: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = text.split_once('/').unwrap_or((text, ""));
    let address: IpAddr = address.parse().ok()?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let length = if length.is_empty() {
        longest
    } else {
        length.parse().ok()?
    };
    (length <= longest).then_some((address, length))
}

/// Returns the first bits of an address.
fn bits(address: IpAddr, length: u32) -> Option<u128> {
    match address {
        IpAddr::V4(address) => {
            let shift = 32_u32.checked_sub(length)?;
            Some(
                u128::from(address.to_bits())
                    .checked_shr(shift)
                    .unwrap_or(0),
            )
        }
        IpAddr::V6(address) => {
            let shift = 128_u32.checked_sub(length)?;
            Some(address.to_bits().checked_shr(shift).unwrap_or(0))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(ingress: &Value) -> Value {
        json!({"spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": ingress}})
    }

    #[test]
    fn a_policy_opens_when_it_lets_in_somebody_without_a_name() {
        let kind = GroupKind::new("networking.k8s.io", "NetworkPolicy");
        let named = json!([{"from": [{"podSelector": {"matchLabels": {"app": "a"}}}]}]);
        let block = |cidr: &str| json!([{"from": [{"ipBlock": {"cidr": cidr}}]}]);
        for (before, after, is) in [
            (
                named.clone(),
                json!([{"from": [{"podSelector": {"matchLabels": {"app": "b"}}}]}]),
                false,
            ),
            (named.clone(), json!([{}]), true),
            (
                named.clone(),
                json!([{"from": [{"namespaceSelector": {}}]}]),
                true,
            ),
            (named.clone(), block("0.0.0.0/0"), true),
            (block("10.0.0.0/8"), block("10.2.0.0/16"), false),
            (block("10.2.0.0/16"), block("10.0.0.0/8"), true),
            (block("fd00::/8"), block("fd00:1::/32"), false),
            (block("fd00::/8"), block("10.0.0.0/8"), true),
            (json!([{}]), block("0.0.0.0/0"), false),
            (json!([{}]), json!([]), false),
        ] {
            assert_eq!(
                opens(&kind, &policy(&after), &policy(&before)),
                is,
                "{before} -> {after}"
            );
        }
    }

    #[test]
    fn a_policy_opens_when_it_guards_fewer_pods() {
        let kind = GroupKind::new("networking.k8s.io", "NetworkPolicy");
        let all = json!({"spec": {"podSelector": {}, "policyTypes": ["Ingress"]}});
        let some = json!({"spec": {"podSelector": {"matchLabels": {"a": "b"}}, "policyTypes": ["Ingress"]}});
        let egress = json!({"spec": {"podSelector": {}, "policyTypes": ["Egress"]}});
        assert!(opens(&kind, &some, &all));
        assert!(!opens(&kind, &all, &some));
        assert!(opens(&kind, &egress, &all));
        assert!(!opens(&kind, &all, &egress));
    }
}
