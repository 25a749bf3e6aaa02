//! What is recorded of releases, and what is said of objects.

use std::time::Duration;

use steading_cluster::{
    ApplyError, Ended, Silent, apply, history, payload, resume, revert, status, why,
};
use steading_model::{GroupKind, ObjectId};
use steading_plan::release::{Phase, ReleaseStatus};
use steading_plan::{ReleaseKey, State, Wave, release_key};
use steading_testkit::{App, Fault, Faults, namespace, objects_of, through};

use crate::ground::{Scene, complete, shared};

fn id(group: &str, kind: &str, namespace: &str, name: &str) -> ObjectId {
    ObjectId {
        kind: GroupKind::new(group, kind),
        namespace: Some(namespace.to_owned()),
        name: name.to_owned(),
    }
}

/// Text that cannot be packed to less than half: hexadecimal digits of a simple generator.
fn noise(seed: u64, length: usize) -> String {
    let mut state = seed;
    let mut digit = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(b"0123456789abcdef"[usize::try_from(state >> 60).unwrap()])
    };
    std::iter::repeat_with(&mut digit).take(length).collect()
}

#[tokio::test]
async fn ten_releases_are_kept() {
    let namespace = namespace("history");
    let scene = Scene::new("ann").await;
    let app = |version: usize| {
        App::new("shop", &namespace)
            .config("settings", "version", &version.to_string())
            .desired()
    };
    for version in 1..=12 {
        complete(&scene.release(&[app(version)]).await, 1);
    }
    let key = release_key(&app(1));
    let releases = history(&scene.cluster, &key).await.unwrap();
    let numbers: Vec<u64> = releases.iter().map(|release| release.spec.number).collect();
    assert_eq!(numbers, [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    for release in releases {
        let status = release.status.unwrap();
        assert_eq!(status.phase, Phase::Complete);
        assert!(
            status.wave.is_some(),
            "the last wave is not in the record of release {}",
            release.spec.number
        );
    }
    let desired = payload(&scene.cluster, &key, 3).await.unwrap().desired;
    assert!(
        desired
            .iter()
            .any(|object| object["data"]["version"] == "3")
    );
}

#[tokio::test]
async fn a_great_release_is_recorded_in_parts() {
    let namespace = namespace("great");
    let scene = Scene::new("ann").await;
    let mut app = App::new("shop", &namespace);
    for seed in 1..=4 {
        app = app.config(&format!("great-{seed}"), "noise", &noise(seed, 900_000));
    }
    let desired = [app.desired()];
    complete(&scene.release(&desired).await, 1);
    let key = release_key(&desired[0]);
    let parts = history(&scene.cluster, &key).await.unwrap()[0].spec.chunks;
    assert!(parts >= 2, "{parts} parts");
    let recorded = payload(&scene.cluster, &key, 1).await.unwrap();
    assert_eq!(recorded.desired.len(), desired[0].objects.len());
}

/// Waits until a release noted how far it is.
async fn noted(scene: &Scene, key: &ReleaseKey) -> ReleaseStatus {
    for _ in 0..100 {
        let releases = history(&scene.cluster, key).await.unwrap();
        if let Some(status) = releases.into_iter().find_map(|release| release.status) {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("nothing was noted within 20 s")
}

#[tokio::test]
async fn a_wave_is_noted_where_it_lasts() {
    let namespace = namespace("lasting");
    let scene = Scene::new("ann").await;
    let desired = [App::usual("shop", &namespace)
        .image("registry.lab/app:1-lab-slow-9s")
        .desired()];
    let key = release_key(&desired[0]);
    let (outcomes, noted) = tokio::join!(scene.release(&desired), noted(&scene, &key));
    complete(&outcomes, 1);
    assert_eq!(
        (noted.phase, noted.wave),
        (Phase::Running, Some(Wave::Workloads))
    );
}

/// Leaves a release behind that was killed at a request.
async fn interrupted(namespace: &str, index: usize) {
    let scene = Scene::new("ann").await;
    complete(
        &scene
            .release(&[App::usual("shop", namespace).desired()])
            .await,
        1,
    );
    let (observation, plan, _) = scene
        .plan(&[App::usual("shop", namespace)
            .image("registry.lab/app:2")
            .config("added", "a", "b")
            .desired()])
        .await;
    let faults = Faults::at(index, Fault::KillAfter);
    let dying = Scene::with(through(shared().await, &faults).await, "bob").briefly();
    let run = dying.run(&Silent);
    tokio::select! {
        biased;
        () = faults.killed() => {}
        outcomes = apply(&run, &observation, &plan) => panic!("{outcomes:#?}"),
    }
}

#[tokio::test]
async fn an_interrupted_release_is_resumed_or_reverted_by_name() {
    let client = shared().await.client().await.unwrap();
    let carol = Scene::new("carol").await;
    for is_resumed in [true, false] {
        let namespace = namespace("byname");
        let key = release_key(&App::new("shop", &namespace).desired());
        interrupted(&namespace, 14).await;
        let run = carol.run(&Silent);
        let outcomes = if is_resumed {
            resume(&run, &key).await
        } else {
            revert(&run, &key).await
        };
        let outcome = &outcomes[0];
        assert_eq!((outcomes.len(), outcome.number), (1, 2));
        assert_eq!(outcome.ended.is_complete(), is_resumed, "{outcome:#?}");
        let objects = objects_of(&client, &namespace).await;
        assert_eq!(objects.contains_key("ConfigMap/added"), is_resumed);
        let again = resume(&run, &key).await;
        assert!(
            matches!(again[0].ended, Ended::Refused(ApplyError::NotOpen { .. })),
            "{again:#?}"
        );
    }
}

#[tokio::test]
async fn status_and_why_say_how_and_whose_an_object_is() {
    let namespace = namespace("status");
    let scene = Scene::new("ann").await;
    let desired = [App::usual("shop", &namespace).desired()];
    complete(&scene.release(&desired).await, 1);
    let (observation, _) = scene.observe(&desired).await;
    let applications = status(&scene.cluster, &observation.observed).await;
    assert_eq!((applications.len(), applications[0].release), (1, Some(1)));
    let unwell: Vec<_> = applications[0]
        .objects
        .iter()
        .filter(|object| object.health.state != State::Current)
        .collect();
    assert!(unwell.is_empty(), "{unwell:#?}");

    let deployment = why(&scene.cluster, &id("apps", "Deployment", &namespace, "web"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(deployment.owner, Some(release_key(&desired[0])));
    assert_eq!(deployment.release.unwrap().spec.actor, "ann");
    let ours = deployment
        .managers
        .iter()
        .find(|manager| manager.manager == "steading")
        .unwrap();
    assert!(
        ours.fields
            .contains(&"spec.template.spec.containers[web].image".to_owned()),
        "{:?}",
        ours.fields
    );
    assert!(
        why(
            &scene.cluster,
            &id("apps", "Deployment", &namespace, "none")
        )
        .await
        .unwrap()
        .is_none()
    );
}

#[tokio::test]
async fn an_application_waits_for_the_one_it_needs() {
    let (first, second) = (namespace("needed"), namespace("needing"));
    let scene = Scene::new("ann").await;
    let mut needed = App::usual("database", &first)
        .image("registry.lab/app:1-lab-crash")
        .within(5)
        .desired();
    let mut needing = App::usual("shop", &second).desired();
    for desired in [&mut needed, &mut needing] {
        "both".clone_into(&mut desired.estate);
        for object in &mut desired.objects {
            object.json["metadata"]["labels"]["steading.dev/estate"] = serde_json::json!("both");
        }
    }
    needing.after = vec![needed.application.clone()];
    let outcomes = scene.release(&[needing, needed.clone()]).await;
    let of = |application: &str| {
        &outcomes
            .iter()
            .find(|outcome| outcome.key.application == application)
            .unwrap()
            .ended
    };
    assert!(
        matches!(of("database"), Ended::Reverted { .. }),
        "{outcomes:#?}"
    );
    assert!(
        matches!(of("shop"), Ended::Skipped(key) if *key == release_key(&needed)),
        "{outcomes:#?}"
    );
}
