//! A plan of a thousand applications in which nothing changes.

use std::time::{Duration, Instant};

use steading_model::Desired;
use steading_plan::{Observed, differing, plan};

use crate::example::{application, objects, options};
use crate::world::World;

/// Makes so many applications of eleven objects.
fn many(count: usize) -> Vec<Desired> {
    (0..count)
        .map(|index| {
            let name = format!("app-{index}");
            let namespace = format!("prod-{name}");
            application(&name, &namespace, objects(&name, &namespace))
        })
        .collect()
}

/// Each application runs in a world of its own: one world of all would take longer to make than to plan.
fn observed(desired: &[Desired]) -> Observed {
    let mut all = Observed::default();
    for desired in desired {
        let world = World::running(std::slice::from_ref(desired), &options());
        let one = world.observe(&options());
        all.objects.extend(one.objects);
        all.releases.extend(one.releases);
        all.secret_digests.extend(one.secret_digests);
    }
    all
}

#[test]
fn asking_and_planning_find_nothing_in_a_thousand_applications() {
    let desired = many(if cfg!(debug_assertions) { 100 } else { 1000 });
    let observed = observed(&desired);
    let asking = fastest(|| assert_eq!(differing(&desired, &observed, &options()).len(), 0));
    let planning =
        fastest(|| assert_eq!(plan(&desired, &observed, &options()).0.releases.len(), 0));
    println!("asking {asking:?}, planning {planning:?}");
    let (plan, report) = plan(&desired, &observed, &options());
    assert_eq!((plan.releases.len(), report.not_done), (0, vec![]));
    assert_eq!(plan.unchanged, desired.len() * 11);
}

/// Returns the shortest of some runs: the others were disturbed.
fn fastest(run: impl Fn()) -> Duration {
    let time = || {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..9).map(|_| time()).min().unwrap()
}
