//! Two runs at once: one wins, the other says who holds the release and since when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use steading_cluster::{ApplyError, Clock, Ended, LeaseError, Settings, Silent, apply};
use steading_testkit::{App, Fault, Faults, Seen, namespace};

use crate::ground::{Scene, complete};

#[tokio::test]
async fn guarantee_3_two_runs_at_once() {
    let namespace = namespace("both");
    let (ann, bob) = (
        Scene::new("ann@laptop").await.briefly(),
        Scene::new("ci:pipeline/7").await,
    );
    let desired = [App::usual("shop", &namespace)
        .image("registry.lab/app:1-lab-slow-5s")
        .desired()];
    let (planned_by_ann, planned_by_bob) = (ann.plan(&desired).await, bob.plan(&desired).await);
    let first = ann.run(&Silent);
    let second = bob.run(&Silent);
    let (of_ann, of_bob) =
        tokio::join!(apply(&first, &planned_by_ann.0, &planned_by_ann.1), async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            apply(&second, &planned_by_bob.0, &planned_by_bob.1).await
        });
    complete(&of_ann, 1);
    match &of_bob[0].ended {
        Ended::Refused(error @ ApplyError::Lease(LeaseError::Held { holder, since, .. })) => {
            assert_eq!(holder, "ann@laptop");
            assert!(since.parse::<jiff::Timestamp>().is_ok(), "{since}");
            assert_eq!(
                error.to_string(),
                format!("`ann@laptop` is releasing into namespace `{namespace}` since {since}")
            );
        }
        ended => panic!("{ended:?}"),
    }
}

#[tokio::test]
async fn a_clock_that_is_wrong_takes_no_lease_away() {
    let namespace = namespace("skewed");
    let ann = Scene::new("ann").await.briefly();
    let mut bob = Scene::new("bob").await;
    let ahead = Clock::new(|| jiff::Timestamp::now() + Duration::from_hours(10));
    bob.settings = Settings {
        clock: ahead,
        ..bob.settings
    };
    let desired = [App::usual("shop", &namespace)
        .image("registry.lab/app:1-lab-slow-5s")
        .desired()];
    let (planned_by_ann, planned_by_bob) = (ann.plan(&desired).await, bob.plan(&desired).await);
    let (first, second) = (ann.run(&Silent), bob.run(&Silent));
    let (of_ann, of_bob) =
        tokio::join!(apply(&first, &planned_by_ann.0, &planned_by_ann.1), async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            apply(&second, &planned_by_bob.0, &planned_by_bob.1).await
        });
    complete(&of_ann, 1);
    assert!(
        matches!(
            &of_bob[0].ended,
            Ended::Refused(ApplyError::Lease(LeaseError::Held { .. }))
        ),
        "{of_bob:?}"
    );
}

#[tokio::test]
async fn a_plan_that_was_overtaken_is_refused() {
    let namespace = namespace("overtaken");
    let (ann, bob) = (Scene::new("ann").await, Scene::new("bob").await);
    complete(
        &ann.release(&[App::usual("shop", &namespace).desired()])
            .await,
        1,
    );
    let (observation, plan, _) = bob
        .plan(&[App::usual("shop", &namespace)
            .image("registry.lab/app:2")
            .desired()])
        .await;
    complete(
        &ann.release(&[App::usual("shop", &namespace)
            .image("registry.lab/app:3")
            .desired()])
            .await,
        1,
    );
    let outcomes = apply(&bob.run(&Silent), &observation, &plan).await;
    match &outcomes[0].ended {
        Ended::Refused(error) => {
            let text = error.to_string();
            let when =
                "the cluster changed since it was planned: release 2 was made by `ann` at 20";
            assert!(text.starts_with(when), "{text}");
        }
        ended => panic!("{ended:?}"),
    }
}

fn is_of_lease(seen: &Seen) -> bool {
    seen.path.contains("/leases")
}

/// Says how often something other than the Lease was written.
fn writes(faults: &Faults) -> usize {
    let writes = faults.writes().into_iter();
    writes.filter(|seen| !is_of_lease(seen)).count()
}

#[tokio::test]
async fn a_holder_that_lost_its_lease_stops_before_its_next_write() {
    let namespace = namespace("lost-lease");
    let old = App::usual("shop", &namespace).service("gone");
    let calm = Scene::new("zoe").await;
    complete(&calm.release(&[old.desired()]).await, 1);

    // Ann's renewals do not get through from when she waits for her pods, until Bob has taken over. What goes is deleted after that.
    let is_cut_off = Arc::new(AtomicBool::new(false));
    let of_ann = Faults::by({
        let is_cut_off = is_cut_off.clone();
        move |seen| {
            is_cut_off.fetch_or(
                // Once before it is applied; then again and again while it is waited for.
                seen.method == "GET" && seen.path.ends_with("/deployments/web") && seen.nth > 2,
                Ordering::Relaxed,
            );
            (is_of_lease(seen) && is_cut_off.load(Ordering::Relaxed)).then_some(Fault::Reset)
        }
    });
    let written = Arc::new(AtomicUsize::new(usize::MAX));
    let of_bob = Faults::by({
        let (of_ann, written, is_cut_off) = (of_ann.clone(), written.clone(), is_cut_off.clone());
        move |seen| {
            let takes_over =
                seen.method == "PATCH" && written.load(Ordering::Relaxed) == usize::MAX;
            if takes_over {
                written.store(writes(&of_ann), Ordering::Relaxed);
                is_cut_off.store(false, Ordering::Relaxed);
            }
            None
        }
    });
    let ann = Scene::through("ann", &of_ann).await.briefly();
    let bob = Scene::through("bob", &of_bob).await;
    let slow = App::usual("shop", &namespace).image("registry.lab/app:2-lab-slow");
    let slow = [slow.within(60).desired()];
    let other = [App::usual("shop", &namespace)
        .image("registry.lab/app:3")
        .desired()];
    let (observation, plan, _) = ann.plan(&slow).await;
    let run = ann.run(&Silent);
    let (of_ann_s, (recovered, released)) = tokio::join!(apply(&run, &observation, &plan), async {
        while !is_cut_off.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bob.next_run(&other).await
    });
    match &of_ann_s[0].ended {
        Ended::Interrupted { why } => {
            let lost = format!("the lease of namespace `{namespace}` was taken over");
            let ends = [" by `bob`", ", and has been given back since"];
            let is_said = ends
                .iter()
                .any(|end| why.to_string() == format!("{lost}{end}"));
            assert!(is_said, "{why}");
        }
        ended => panic!("{ended:?}"),
    }
    assert!(
        matches!(recovered[0].ended, Ended::Reverted { .. }),
        "{recovered:#?}"
    );
    complete(&released, 1);
    assert_eq!(writes(&of_ann), written.load(Ordering::Relaxed));
    let (_, plan, _) = bob.plan(&other).await;
    assert!(plan.releases.is_empty(), "{:#?}", plan.releases);
}
