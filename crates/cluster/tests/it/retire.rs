//! A retirement is a release: routes go first, data stays, and killed at any request it ends as the old or as the new.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use steading_cluster::{Ended, Outcome, Silent, apply, recover};
use steading_model::Desired;
use steading_plan::{ReleaseKind, Retirement, release_key, retire, version};
use steading_testkit::{App, Fault, Faults, namespace, objects_of, remains, through};

use crate::ground::{Scene, complete, shared};

/// How many kills are tried side by side.
const SIDE_BY_SIDE: usize = 8;
/// More requests than a retirement has, so that one that never dies ends the search.
const MOST: usize = 300;
/// Every so many requests one kill is tried; the engine itself is killed at each of its requests by guarantee 2.
const STEP: usize = 3;
/// What stays.
const KEPT: [&str; 2] = ["PersistentVolumeClaim/data", "Secret/keys"];

fn shop(namespace: &str) -> Desired {
    let route = json!({
        "apiVersion": "traefik.io/v1alpha1", "kind": "IngressRoute", "metadata": { "name": "web" },
        "spec": { "routes": [{ "match": "Host(`shop.example.org`)", "kind": "Rule", "services": [{ "name": "web", "port": 80 }] }] },
    });
    App::usual("shop", namespace).with(route).desired()
}

/// Someone who retires.
async fn retiring(actor: &str, faults: &Faults) -> Scene {
    let mut scene = Scene::with(through(shared().await, faults).await, actor).briefly();
    scene.options.kind = ReleaseKind::Retire;
    scene
}

async fn retired(scene: &Scene, desired: &Desired) -> Desired {
    let (observation, _) = scene.observe(std::slice::from_ref(desired)).await;
    let retirement = Retirement {
        on: "2026-11-21".to_owned(),
        until: "2026-12-21".to_owned(),
        volumes: BTreeMap::new(),
    };
    retire(desired, &observation.observed, &retirement)
}

/// Finishes what was left open, then plans and applies.
async fn run(scene: &Scene, desired: &Desired) -> Vec<Outcome> {
    let desired = std::slice::from_ref(desired);
    let (observation, options) = scene.observe(desired).await;
    let digests: BTreeMap<_, _> = desired
        .iter()
        .map(|one| (release_key(one), version(&one.objects, &options.digest_key)))
        .collect();
    let run = scene.run(&Silent);
    let mut outcomes = recover(&run, &observation.observed, &digests).await;
    let (observation, plan, _) = scene.plan(desired).await;
    outcomes.extend(apply(&run, &observation, &plan).await);
    outcomes
}

async fn names(namespace: &str) -> BTreeMap<String, Value> {
    let client = shared().await.client().await.unwrap();
    objects_of(&client, namespace).await
}

#[tokio::test]
async fn routes_are_gone_before_the_first_pod_goes() {
    let namespace = namespace("retired");
    let ann = Scene::new("ann").await;
    complete(&ann.release(&[shop(&namespace)]).await, 1);
    let faults = Faults::none();
    let bob = retiring("bob", &faults).await;
    let desired = retired(&bob, &shop(&namespace)).await;
    complete(&run(&bob, &desired).await, 1);

    let left = names(&namespace).await;
    assert_eq!(left.keys().collect::<Vec<_>>(), KEPT);
    let claim = &left["PersistentVolumeClaim/data"]["metadata"]["annotations"];
    assert_eq!(claim["steading.dev/keep-until"], "2026-12-21");
    let is_delete = |kind: &str| {
        let seen = faults.seen();
        let mut deletes = seen.into_iter().filter(|seen| seen.method == "DELETE");
        deletes.find(|seen| seen.path.contains(kind)).unwrap().index
    };
    let is_gone = |kind: &str| {
        let seen = faults.seen().into_iter();
        let mut asked = seen.filter(|seen| seen.method == "GET" && seen.path.contains(kind));
        asked.next_back().unwrap().index
    };
    let order = ["/ingressroutes/", "/deployments/", "/serviceaccounts/"];
    for pair in order.windows(2) {
        assert!(
            is_gone(pair[0]) < is_delete(pair[1]),
            "{} is not gone before {} goes",
            pair[0],
            pair[1]
        );
    }
    let key = release_key(&desired);
    let history = steading_cluster::history_of(&bob.cluster, &namespace, &key).await;
    assert!(history.unwrap().unwrap().is_retired);
}

/// Kills a retirement at a request, and lets somebody want the old or the new.
async fn killed(index: usize, fault: Fault, wants_old: bool) -> (bool, Vec<String>) {
    let namespace = namespace("dying");
    let ann = Scene::new("ann").await;
    complete(&ann.release(&[shop(&namespace)]).await, 1);
    let full: BTreeSet<String> = names(&namespace).await.into_keys().collect();

    let faults = Faults::at(index, fault);
    let desired = retired(&ann, &shop(&namespace)).await;
    let planner = retiring("bob", &Faults::none()).await;
    let (observation, plan, _) = planner.plan(std::slice::from_ref(&desired)).await;
    let bob = retiring("bob", &faults).await;
    let dying = bob.run(&Silent);
    tokio::select! {
        biased;
        () = faults.killed() => {}
        _ = apply(&dying, &observation, &plan) => {}
    }

    let mut carol = retiring("carol", &Faults::none()).await;
    let wish = if wants_old {
        carol.options.kind = ReleaseKind::Apply;
        // It comes back, and its route with it.
        let accepted = ["Application/shop", "IngressRoute/web"].map(str::to_owned);
        carol.options.accept.extend(accepted);
        shop(&namespace)
    } else {
        desired
    };
    let outcomes = run(&carol, &wish).await;
    let is_wrong = |outcome: &&Outcome| {
        !matches!(
            outcome.ended,
            Ended::Complete { .. } | Ended::Reverted { .. }
        )
    };
    let mut wrong: Vec<String> = outcomes
        .iter()
        .filter(is_wrong)
        .map(|outcome| format!("{outcome:?}"))
        .collect();
    let left: BTreeSet<String> = names(&namespace).await.into_keys().collect();
    let new: BTreeSet<String> = KEPT.map(str::to_owned).into();
    let expected = if wants_old { full } else { new };
    if left != expected {
        wrong.push(format!("{left:?} is left, and not {expected:?}"));
    }
    let client = shared().await.client().await.unwrap();
    let (phases, _, _) = remains(&client, &namespace).await;
    let open = phases
        .iter()
        .filter(|(_, phase)| !["Complete", "Reverted"].contains(&phase.as_str()));
    wrong.extend(open.map(|record| format!("left over: {record:?}")));
    (faults.is_killed(), wrong)
}

#[tokio::test]
async fn killed_at_any_request_a_retirement_ends_as_the_old_or_the_new() {
    let survived = AtomicBool::new(false);
    let indices = stream::iter((1..MOST).step_by(STEP))
        .take_while(|_| std::future::ready(!survived.load(Ordering::Relaxed)));
    let kills = indices.map(|index| {
        let survived = &survived;
        async move {
            let fault = if index % 2 == 0 {
                Fault::KillBefore
            } else {
                Fault::KillAfter
            };
            let mut wrong = Vec::new();
            for wants_old in [true, false] {
                let (died, found) = killed(index, fault, wants_old).await;
                survived.fetch_or(!died, Ordering::Relaxed);
                wrong.extend(
                    found
                        .into_iter()
                        .map(|what| format!("request {index}, {fault:?}, {wants_old}: {what}")),
                );
            }
            wrong
        }
    });
    let results: Vec<Vec<String>> = kills.buffer_unordered(SIDE_BY_SIDE).collect().await;
    let wrong: Vec<&String> = results.iter().flatten().collect();
    assert!(wrong.is_empty(), "{} wrong:\n{wrong:#?}", wrong.len());
    assert!(results.len() >= 10, "only {} kills", results.len());
}
