//! Faults that pass: what comes out is what comes out without.

use std::time::Duration;

use steading_testkit::{Fault, Seen};

use super::{Ground, IMAGE, concerns, side_by_side};

/// Each fault, and the name of its row.
const FAULTS: [(&str, Fault); 11] = [
    ("throttled", Fault::Status(429, Some(1))),
    ("conflicting", Fault::Status(409, None)),
    ("expired", Fault::Status(410, None)),
    ("broken", Fault::Status(500, None)),
    ("unavailable", Fault::Status(503, None)),
    ("reset", Fault::Reset),
    ("unanswered", Fault::ResetAfter),
    ("piecemeal", Fault::Pieces(Duration::from_millis(50))),
    ("cutoff", Fault::Cut),
    ("shortened", Fault::Ends),
    ("outdated", Fault::Stale),
];

/// The verbs that only look, with their exit code where one field has drifted.
const LOOKS: [(&str, i32); 6] = [
    ("plan --detailed-exitcode", 3),
    ("status", 0),
    ("history shop", 0),
    ("drift", 1),
    ("adopt shop", 0),
    ("why shop Service/shop", 0),
];

/// Every third time that the same is asked it has the fault, of different things from different times on: each is answered in the end.
fn every_third(ground: &Ground, fault: Fault) {
    ground.faults.become_by(move |seen: &Seen| {
        let is_turn = (seen.nth + seen.path.len()).is_multiple_of(3);
        (is_turn && concerns(fault, seen)).then_some(fault)
    });
}

#[test]
fn a_fault_that_passes_delays_who_looks_and_changes_nothing() {
    side_by_side(&FAULTS, |(name, fault)| {
        looks(&Ground::released(&format!("{name}-looks")), *fault);
    });
}

#[test]
fn a_fault_that_passes_delays_who_releases_and_breaks_nothing() {
    side_by_side(&FAULTS, |(name, fault)| {
        changes(&Ground::released(name), *fault);
    });
}

/// What only looks says the same as without.
fn looks(ground: &Ground, fault: Fault) {
    ground.scale(5);
    for (verb, code) in LOOKS {
        ground.calm();
        let before = ground.place.run(verb).code(code);
        every_third(ground, fault);
        let after = ground.place.run(verb).code(code);
        let said = [own(&after.out), own(&before.out)];
        assert_eq!(said[0], said[1], "{fault:?} {verb}");
        assert!(!ground.faults.seen().is_empty(), "{verb} asks the server");
        let writes = ground.faults.writes();
        assert!(writes.is_empty(), "{verb} wrote: {writes:?}");
    }
}

/// What is said of the own environment. A plan also tells of those of other tests, which come while this one runs.
fn own(text: &str) -> Vec<&str> {
    let of_others = ["its environment is not in the estate", "to take it away"];
    let lines = text.lines();
    lines
        .filter(|line| !of_others.iter().any(|part| line.contains(part)))
        .collect()
}

/// What changes something gets there.
fn changes(ground: &Ground, fault: Fault) {
    let place = &ground.place;
    ground.scale(5);
    every_third(ground, fault);
    let reverted = place.run("drift --revert --yes").code(0);
    reverted.out("release 3 is complete");
    ground.settled();
    ground.declare(3);
    every_third(ground, fault);
    place
        .run("apply --yes")
        .code(0)
        .out("release 4 is complete");
    ground.settled();
    every_third(ground, fault);
    let back = place.run("rollback shop --to 2 --yes").code(0);
    back.out("release 5 is complete");
    ground.declare(2);
    ground.settled();
    ground.declare(4);
    every_third(ground, fault);
    let deployed = place.run(&format!("deploy ci/manifest.yaml --image {IMAGE}"));
    deployed.code(0).out("release 6 is complete");
    ground.settled();
}
