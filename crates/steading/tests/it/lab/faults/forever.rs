//! Faults that do not pass: given up in time, with what was tried, how often, and the last answer; and nothing is half done.

use std::time::Duration;

use steading_testkit::{Fault, Seen};

use super::{Ground, concerns, side_by_side};

/// Longer than all pauses of a run that looks, on a machine with much else to do.
const SOON: Duration = Duration::from_secs(30);

/// Each fault with the name of its row and a part of the answer that is shown.
const FAULTS: [(&str, Fault, &str); 7] = [
    (
        "alwaysthrottled",
        Fault::Status(429, Some(1)),
        "a fault of the test: 429",
    ),
    (
        "alwaysexpired",
        Fault::Status(410, None),
        "a fault of the test: 410",
    ),
    (
        "alwaysbroken",
        Fault::Status(500, None),
        "a fault of the test: 500",
    ),
    (
        "alwaysunavailable",
        Fault::Status(503, None),
        "a fault of the test: 503",
    ),
    ("alwaysreset", Fault::Reset, "connection"),
    ("alwayscutoff", Fault::Cut, ""),
    ("alwaysshortened", Fault::Ends, "the answer ends too soon"),
];

/// Every verb that talks to the cluster.
const VERBS: [&str; 10] = [
    "plan",
    "status",
    "history shop",
    "drift",
    "drift --revert --yes",
    "adopt shop",
    "why shop Service/shop",
    "apply --yes",
    "rollback shop --yes",
    "deploy ci/manifest.yaml --image ghcr.io/example/shop:1.1",
];

#[test]
fn a_fault_that_does_not_pass_is_given_up_in_time_and_says_on_what() {
    side_by_side(&FAULTS, |(name, fault, answer)| {
        let ground = Ground::released(name);
        let fault = *fault;
        ground
            .faults
            .become_by(move |seen: &Seen| concerns(fault, seen).then_some(fault));
        for verb in VERBS {
            // It asks for one object only, and lists nothing.
            if verb.starts_with("why") && fault == Fault::Status(410, None) {
                continue;
            }
            let ran = ground.place.run(verb).code(4);
            assert!(ran.took < SOON, "{}", ran.text());
            ran.err("error: cannot ")
                .err("`")
                .err("(tried 4 times): ")
                .err(answer)
                .err("hint: ");
        }
        ground.settled();
    });
}

#[test]
fn a_server_that_asks_for_minutes_is_not_asked_again() {
    let ground = Ground::released("minutes");
    ground
        .faults
        .become_by(|_| Some(Fault::Status(429, Some(600))));
    let ran = ground.place.run("plan").code(4);
    ran.err("a fault of the test: 429");
    let same = ground.faults.seen().into_iter().filter(|seen| seen.nth > 1);
    assert_eq!(same.count(), 0);
    assert!(ran.took < SOON, "{}", ran.text());
}

#[test]
fn a_release_that_cannot_go_on_is_put_back_or_left_to_the_next_run() {
    let rows = [
        ("halfbroken", Fault::Status(500, None)),
        ("halfreset", Fault::Reset),
        ("halfconflict", Fault::Status(409, None)),
    ];
    side_by_side(&rows, |(name, fault)| {
        let ground = Ground::released(name);
        let fault = *fault;
        ground.declare(3);
        ground.faults.become_by(move |seen: &Seen| {
            let is_pods = seen.path.ends_with("/deployments/shop") && seen.is_write();
            is_pods.then_some(fault)
        });
        let ran = ground.place.run("apply --yes --wait 20s");
        assert!(ran.took < Duration::from_secs(170), "{}", ran.text());
        assert!(!ran.text().contains("is complete"), "{}", ran.text());
        ran.out(&format!(
            "Deployment {}/shop",
            ground.place.namespace("shop")
        ));
        ground.calm();
        ground.place.run("apply --yes").code(0);
        ground.settled();
    });
}
