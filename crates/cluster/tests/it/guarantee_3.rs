//! Two runs at once: one wins, the other says who holds the release and since when.

use std::time::Duration;

use steading_cluster::{ApplyError, Clock, Ended, LeaseError, Settings, Silent, apply};
use steading_testkit::{App, namespace};

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
            assert_eq!(
                error.to_string(),
                "the cluster changed since it was planned: release 2 was made by `ann`"
            );
        }
        ended => panic!("{ended:?}"),
    }
}
