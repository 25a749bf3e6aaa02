//! Ports without the ingress controller.

use steading_model::application::PortRange;

use crate::support::{ESTATE, findings_in, web};

const BALANCED: &str = "  loadBalancer: { implementation: metallb }\n";

fn estate(more: &str) -> String {
    let estate = ESTATE.replace(
        "  ingress:\n",
        "  ingress:\n    private: [192.168.0.0/16]\n",
    );
    format!("{estate}{more}")
}

/// What is written, and the only finding.
const MISTAKES: &[(&str, &str)] = &[
    (
        "  listen: { a: { component: wbe } }\n",
        "9:18 ST1209 there is no component `wbe` (did you mean `web`?)",
    ),
    (
        "  listen: { a: { port: 53, target: htp } }\n",
        "9:28 ST1209 there is no port `htp` (did you mean `http`?)",
    ),
    (
        "  listen: { a: { port: 20-10 } }\n",
        "9:24 ST1003 `spec.listen.a.port` ends before it begins: `20-10`",
    ),
    (
        "  listen: { a: { port: 10000-20000 } }\n",
        "9:24 ST1003 `spec.listen.a.port` has more than 200 ports, each of which is a rule on every node: `10000-20000`",
    ),
    (
        "  listen: { a: { port: 10-12, target: http } }\n",
        "9:31 ST1300 `spec.listen.a` sends the ports 10-12 to one `target` (leave `target` out: a range goes to the same numbers)",
    ),
    (
        "  listen: { a: { visibility: public } }\n",
        "9:18 ST1301 `spec.listen.a` opens a port to everyone without a reason (add `why: …`, or leave `visibility` out for the private ranges)",
    ),
    (
        "  listen: { a: { visibility: public, why: players, from: [10.0.0.0/8] } }\n",
        "9:52 ST1301 `spec.listen.a` is open to everyone and to some ranges only (keep one of `visibility: public` and `from`)",
    ),
    (
        "  listen: { a: { address: sharde } }\n",
        "9:27 ST1003 `spec.listen.a.address` must be `shared`, `own` or an address, not `sharde`",
    ),
    (
        "  listen: { a: { preserveClientAddress: true } }\n",
        "9:18 ST1302 `spec.listen.a.preserveClientAddress` cannot be with `metallb`: an address is shared only by Services that hide the client's (write `address: own`, or leave `preserveClientAddress` out)",
    ),
];

#[test]
fn one_finding_for_one_mistake_of_a_listener() {
    for (spec, expected) in MISTAKES {
        assert_eq!(
            findings_in(&estate(BALANCED), &web(spec)),
            [*expected],
            "{spec}"
        );
    }
}

#[test]
fn an_estate_says_what_gives_addresses_and_what_is_private() {
    let listen = web("  listen: { a: {} }\n");
    assert_eq!(
        findings_in(&estate(""), &listen),
        [
            "9:13 ST1302 nothing gives `spec.listen.a` an address (add `loadBalancer: { implementation: … }` to the estate)"
        ]
    );
    let servicelb = estate("  loadBalancer: { implementation: servicelb }\n");
    let own = web("  listen: { a: { address: own } }\n");
    assert_eq!(
        findings_in(&servicelb, &own),
        [
            "9:18 ST1302 `spec.listen.a.address` cannot be with `servicelb`: every listener has the nodes' addresses (leave `address` out)"
        ]
    );
    assert!(findings_in(&servicelb, &listen).is_empty());
    let nobody =
        format!("{ESTATE}{BALANCED}").replace("  ingress:\n", "  ingress:\n    private: []\n");
    assert_eq!(
        findings_in(&nobody, &listen),
        [
            "9:13 ST1301 `spec.listen.a` is private, but the estate names no private address range (add ranges to `ingress.private` of the estate, or write `from`)"
        ]
    );
}

#[test]
fn a_range_has_its_first_and_last_port() {
    let range = PortRange::parse("27015-27018").unwrap();
    assert_eq!(
        range.ports().collect::<Vec<_>>(),
        [27015, 27016, 27017, 27018]
    );
    assert_eq!(range.to_string(), "27015-27018");
    assert!(PortRange::parse("53").unwrap().is_one());
    for wrong in ["", "-", "0-1", "1-70000", "a-b", "1-2-3"] {
        assert!(PortRange::parse(wrong).is_err(), "{wrong}");
    }
}
