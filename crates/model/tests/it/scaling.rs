//! The number of pods has one owner, and images have one each.

use crate::support::{ESTATE, application, findings_in, web};

const WAKES: &str = "    wakeUp: { url: \"http://sablier.sablier:10000\" }\n";

fn estate() -> String {
    ESTATE.replace("  ingress:\n", &format!("  ingress:\n{WAKES}"))
        + "  updates: { updater: keel }\n"
}

/// What is written, and the only finding.
const MISTAKES: &[(&str, &str)] = &[
    (
        "  scaling: { min: 2 }\n",
        "9:3 ST1303 `spec.scaling` does not say how many pods there may be (add `max`, or `toZero: { after: … }`)",
    ),
    (
        "  scaling: { min: 0, max: 2 }\n",
        "9:19 ST1303 `spec.scaling.min` is 0 (write `toZero: { after: … }` instead)",
    ),
    (
        "  scaling: { min: 3, max: 2 }\n",
        "9:27 ST1303 `spec.scaling.max` (2) is below `min` (3) (write at least `3`)",
    ),
    (
        "  scaling: { max: 2, cpu: 0 }\n",
        "9:27 ST1303 `spec.scaling.cpu` must be between 1 and 1000 percent (write `80`)",
    ),
    (
        "  scaling: { max: 2, toZero: { after: 1h } }\n  ingress: [{ host: a }]\n",
        "9:14 ST1303 `spec.scaling` goes by requests (`toZero`) and by load (`max`) (keep one of them)",
    ),
    (
        "  scaling: { toZero: { after: 1h } }\n",
        "9:14 ST1303 nothing wakes `web` up: no route leads to what sleeps (add a route under `ingress`, or `parked: { why: … }`)",
    ),
    (
        "  scaling: { max: 4 }\n  replicas: 2\n",
        "10:3 ST1304 the number of pods of `web` has two owners (remove one of the two) [9:3 the other]",
    ),
    (
        "  scaling: { max: 4 }\n  storage: { mountPath: /d, size: 1Gi }\n",
        "9:3 ST1203 `web` may get several pods and has a volume with a single writer (use `kind: stateful`, `data: shared`, or `toZero`) [10:3 the volume]",
    ),
    (
        "  scaling: { max: 4 }\n  kind: daemon\n",
        "9:3 ST1303 `web` has one pod on every node, no more and no less (remove it, or `kind: daemon`)",
    ),
    (
        "  update: { policy: minor }\n",
        "9:13 ST1305 `spec.update` cannot be followed: the tag `1` is no version with an order (write another tag, or another `policy`)",
    ),
    (
        "  update: { allow: \"[\" }\n",
        "9:20 ST1305 `spec.update.allow` is not a regular expression",
    ),
];

#[test]
fn one_finding_for_one_mistake_of_who_owns_what() {
    for (spec, expected) in MISTAKES {
        let found = findings_in(&estate(), &web(spec));
        assert_eq!(found.len(), 1, "{spec}{found:#?}");
        assert!(found[0].starts_with(expected), "{spec}{found:#?}");
    }
}

#[test]
fn what_is_kept_current_needs_an_updater() {
    let text = web("  image: me/web:1.2.3\n  update: { policy: patch }\n")
        .replace("  image: me/web:1\n", "");
    assert!(findings_in(&estate(), &text).is_empty());
    assert_eq!(
        findings_in(ESTATE, &text),
        [
            "9:3 ST1305 `spec.update` wants the image kept current (`patch`), and the estate has no updater (add `updates: { updater: keel }` or `renovate` to the estate, or write `policy: pin`)"
        ]
    );
}

#[test]
fn keel_has_one_policy_for_a_pod() {
    let spec = "  image: me/web:1.2.3\n  update: { policy: patch }\n  sidecars: { side: { image: me/side:1.0.0, update: { policy: major } } }\n";
    let text = application(spec, "  prod: {}\n");
    assert_eq!(
        findings_in(&estate(), &text),
        [
            "8:45 ST1306 Keel has one policy for all containers of a pod, and `web` and `side` have two (give them the same policy, or pin one of them) [7:3 the other]"
        ]
    );
    let renovate = estate().replace("updater: keel", "updater: renovate");
    assert!(findings_in(&renovate, &text).is_empty());
}
