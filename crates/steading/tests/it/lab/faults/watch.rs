//! Watches that break, end, lag, or began too far back: what happens is said nevertheless.

use std::time::Duration;

use steading_testkit::{Fault, Seen};

use super::{Ground, side_by_side};

#[test]
fn a_watch_that_breaks_goes_on() {
    let rows = [
        ("watchcut", Fault::Cut),
        ("watchended", Fault::Ends),
        ("watchgone", Fault::Gone),
        ("watchexpired", Fault::Status(410, None)),
        ("watchbroken", Fault::Status(500, None)),
        ("watchreset", Fault::Reset),
        ("watchslow", Fault::Pieces(Duration::from_millis(500))),
    ];
    side_by_side(&rows, |(name, fault)| {
        let ground = Ground::released(name);
        let fault = *fault;
        // A watch that is slow is so each time; any other goes well every second time.
        ground.faults.become_by(move |seen: &Seen| {
            let is_slow = matches!(fault, Fault::Pieces(_));
            (seen.is_watch() && (is_slow || !seen.nth.is_multiple_of(4))).then_some(fault)
        });
        let mut watch = ground.place.start("drift --watch");
        watch.until("watching 1 application");
        ground.scale(4);
        watch.until("spec.replicas: 2 → 4  (changed by `somebody`");
        ground.scale(2);
        watch.until("/shop: as released again");
        let watches = ground.faults.seen().into_iter().filter(Seen::is_watch);
        assert!(watches.count() > 1);
        watch.signal("INT");
        ground.place.end(watch);
    });
}
