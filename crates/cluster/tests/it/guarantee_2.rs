//! Killed at any request: after one more run the state is the old or the new release, nothing in between, nothing left over.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use steading_cluster::apply;
use steading_model::Desired;
use steading_plan::ACCEPT_DOWNGRADE;
use steading_testkit::{App, Fault, Faults, namespace, objects_of, through};

use crate::ground::{Scene, complete, shared};
use crate::state::{comparable, differences, left_over};

/// How many kills are tried side by side.
const SIDE_BY_SIDE: usize = 8;
/// More requests than the release has, so that a release that never dies ends the search.
const MOST: usize = 400;

/// What is released first: configuration that goes, configuration that stays, secrets, data, pods.
fn old(namespace: &str) -> Desired {
    App::usual("shop", namespace)
        .config("gone", "a", "b")
        .service("gone")
        .desired()
}

/// What is released then: something of everything changes, comes and goes, and a migration runs.
fn new(namespace: &str) -> Desired {
    App::usual("shop", namespace)
        .image("registry.lab/app:2")
        .changed("ConfigMap", "settings", |object| {
            object["data"] = json!({ "colour": "blue", "size": "large" });
        })
        .changed("Secret", "login", |object| {
            object["stringData"]["password"] = json!("correct-horse");
        })
        .changed("Secret", "keys", |object| {
            object["metadata"]["annotations"]["steading.dev/generate"] = json!("TOKEN,SALT,PEPPER");
        })
        .changed("Service", "web", |object| {
            object["spec"]["ports"][0]["port"] = json!(8080);
        })
        .config("added", "c", "d")
        .deployment("worker", 1)
        .migration("migrate-2")
        .desired()
}

/// What one kill led to: whether the run died at all, and what is wrong with what was left.
struct Tried {
    died: bool,
    wrong: Vec<String>,
}

/// Which release the next run wants.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wish {
    Old,
    New,
}

async fn tried(
    index: usize,
    fault: Fault,
    wish: Wish,
    reference: &[BTreeMap<String, Value>; 2],
) -> Tried {
    let namespace = namespace("killed");
    let (ann, mut carol) = (Scene::new("ann").await, Scene::new("carol").await);
    carol.options.accept.insert(ACCEPT_DOWNGRADE.to_owned());
    let client = shared().await.client().await.unwrap();
    complete(&ann.release(&[old(&namespace)]).await, 1);
    let before = objects_of(&client, &namespace).await;

    let (observation, plan, _) = ann.plan(&[new(&namespace)]).await;
    let faults = Faults::at(index, fault);
    let bob = Scene::with(through(shared().await, &faults).await, "bob").briefly();
    let run = bob.run(&steading_cluster::Silent);
    tokio::select! {
        biased;
        () = faults.killed() => {}
        _ = apply(&run, &observation, &plan) => {}
    }
    let died = faults.is_killed();

    let desired = if wish == Wish::Old {
        old(&namespace)
    } else {
        new(&namespace)
    };
    let (recovered, released) = carol.next_run(std::slice::from_ref(&desired)).await;
    let mut wrong = Vec::new();
    let endings = recovered.iter().chain(&released);
    wrong.extend(
        endings
            .filter(|outcome| {
                !matches!(
                    outcome.ended,
                    steading_cluster::Ended::Complete { .. }
                        | steading_cluster::Ended::Reverted { .. }
                )
            })
            .map(|outcome| format!("{outcome:?}")),
    );
    let (_, plan, report) = carol.plan(&[desired]).await;
    wrong.extend(
        plan.releases
            .iter()
            .flat_map(|release| &release.steps)
            .map(|step| {
                format!(
                    "still to do: {:?} {} {:?}",
                    step.action, step.id, step.changes
                )
            }),
    );
    wrong.extend(
        report
            .not_done
            .iter()
            .map(|not_done| format!("{not_done:?}")),
    );

    let after = objects_of(&client, &namespace).await;
    wrong.extend(lost(&before, &after));
    let expected = &reference[usize::from(wish == Wish::New)];
    wrong.extend(differences(&comparable(after, &namespace), expected));
    wrong.extend(left_over(&client, &namespace, bob.settings.lease).await);
    Tried { died, wrong }
}

/// Generated values that changed.
fn lost(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<String> {
    let value =
        |objects: &BTreeMap<String, Value>, key: &str| objects["Secret/keys"]["data"][key].clone();
    let changed = ["TOKEN", "SALT"]
        .into_iter()
        .filter(|key| value(before, key) != value(after, key));
    changed
        .map(|key| format!("the generated value {key} changed"))
        .collect()
}

#[tokio::test]
async fn guarantee_2_killed_at_any_request() {
    let client = shared().await.client().await.unwrap();
    let (scene, name) = (Scene::new("ann").await, namespace("reference"));
    complete(&scene.release(&[old(&name)]).await, 1);
    let old_state = comparable(objects_of(&client, &name).await, &name);
    complete(&scene.release(&[new(&name)]).await, 1);
    let new_state = comparable(objects_of(&client, &name).await, &name);
    let reference = [old_state, new_state];

    let survived = AtomicBool::new(false);
    let kills =
        stream::iter(1..MOST).take_while(|_| std::future::ready(!survived.load(Ordering::Relaxed)));
    let kills = kills.map(|index| {
        let (reference, survived) = (&reference, &survived);
        async move {
            let mut wrong = Vec::new();
            let wishes = if index % 2 == 0 {
                [Wish::Old, Wish::New]
            } else {
                [Wish::New, Wish::Old]
            };
            for (fault, wish) in [Fault::KillBefore, Fault::KillAfter]
                .into_iter()
                .zip(wishes)
            {
                let tried = tried(index, fault, wish, reference).await;
                if !tried.died {
                    survived.store(true, Ordering::Relaxed);
                }
                wrong.extend(
                    tried
                        .wrong
                        .into_iter()
                        .map(|what| format!("request {index}, {fault:?}, then {wish:?}: {what}")),
                );
            }
            (index, wrong)
        }
    });
    let results: Vec<(usize, Vec<String>)> = kills.buffer_unordered(SIDE_BY_SIDE).collect().await;
    let wrong: Vec<&String> = results.iter().flat_map(|(_, wrong)| wrong).collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong
            .iter()
            .take(12)
            .map(|text| text.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    );
    assert!(
        results.len() >= 30,
        "a release of only {} requests",
        results.len()
    );
    println!(
        "killed at each of {} requests, before and after",
        results.len()
    );
}
