//! What goes wrong is said, with its cause, and nothing is half done.

use std::path::PathBuf;
use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use steading_cluster::{
    Access, ApplyError, Breadth, Ended, Fault, Silent, apply, cancellation, connect, observe,
};
use steading_plan::{Options, Reason, Scope};
use steading_testkit::{App, Faults, Notes, connected, namespace, objects_of, remains};

use crate::ground::{Scene, complete, shared};

/// Releases a version whose pods have a fault; returns why it was put back.
async fn reverted(tag: &str) -> (String, String) {
    let namespace = namespace(tag);
    let client = shared().await.client().await.unwrap();
    let scene = Scene::new("ann").await;
    complete(
        &scene
            .release(&[App::usual("shop", &namespace).desired()])
            .await,
        1,
    );
    let before = objects_of(&client, &namespace).await;
    let broken = App::usual("shop", &namespace)
        .image(&format!("registry.lab/app:2-{tag}"))
        .changed("ConfigMap", "settings", |object| {
            object["data"]["colour"] = json!("blue");
        })
        .without("CronJob", "nightly")
        .config("added", "a", "b")
        .within(8)
        .desired();
    let notes = Notes::default();
    let outcomes = scene
        .release_telling(std::slice::from_ref(&broken), &notes)
        .await;
    let Ended::Reverted { why, notes: left } = &outcomes[0].ended else {
        panic!("{outcomes:#?}")
    };
    assert_eq!(left, &Vec::<String>::new());
    assert_eq!(objects_of(&client, &namespace).await, before);
    let (phases, holder, _) = remains(&client, &namespace).await;
    assert_eq!(
        (phases["shop-test-2"].as_str(), holder.as_str()),
        ("Reverted", "")
    );
    let (_, plan, report) = scene.plan(&[broken]).await;
    assert!(
        plan.releases.is_empty(),
        "a version that was reverted is not tried again by itself"
    );
    assert!(
        matches!(report.not_done[0].reason, Reason::Quarantined(_)),
        "{report:?}"
    );
    (why.to_string(), notes.text())
}

#[tokio::test]
async fn a_crashing_container_is_named_and_the_release_reverted() {
    let (why, progress) = reverted("lab-crash").await;
    assert!(
        why.starts_with("`Deployment crash") || why.contains("`Deployment lab-crash"),
        "{why}"
    );
    assert!(
        why.contains("CrashLoopBackOff") && why.contains("container `web`"),
        "{why}"
    );
    assert!(progress.contains("CrashLoopBackOff"), "{progress}");
}

#[tokio::test]
async fn an_image_that_cannot_be_pulled_is_named_and_the_release_reverted() {
    let (why, _) = reverted("lab-unpullable").await;
    assert!(
        why.contains("ImagePullBackOff") || why.contains("ErrImagePull"),
        "{why}"
    );
}

#[tokio::test]
async fn a_container_without_memory_is_named_and_the_release_reverted() {
    let (why, _) = reverted("lab-oom").await;
    assert!(why.contains("OOMKilled") || why.contains("memory"), "{why}");
}

#[tokio::test]
async fn a_failed_migration_stops_the_release_before_any_new_pod() {
    let namespace = namespace("migrate");
    let client = shared().await.client().await.unwrap();
    let scene = Scene::new("ann").await;
    complete(
        &scene
            .release(&[App::usual("shop", &namespace).desired()])
            .await,
        1,
    );
    let before = objects_of(&client, &namespace).await;
    let broken = App::usual("shop", &namespace)
        .image("registry.lab/app:2-lab-job-fail")
        .migration("migrate-2")
        .desired();
    let notes = Notes::default();
    let outcomes = scene.release_telling(&[broken], &notes).await;
    let Ended::Reverted {
        why: ApplyError::Failed { object, why },
        ..
    } = &outcomes[0].ended
    else {
        panic!("{outcomes:#?}")
    };
    assert_eq!(object.name, "migrate-2");
    assert!(why.contains("backoff"), "{why}");
    assert!(
        !notes.text().contains("Wave(Workloads)"),
        "{}",
        notes.text()
    );
    assert_eq!(objects_of(&client, &namespace).await, before);
}

#[tokio::test]
async fn a_cancelled_release_is_put_back_and_not_condemned() {
    let namespace = namespace("cancelled");
    let client = shared().await.client().await.unwrap();
    let mut scene = Scene::new("ann").await;
    complete(
        &scene
            .release(&[App::usual("shop", &namespace).desired()])
            .await,
        1,
    );
    let before = objects_of(&client, &namespace).await;
    let (switch, cancel) = cancellation();
    scene.cancel = cancel;
    let slow = [App::usual("shop", &namespace)
        .image("registry.lab/app:2-lab-never-ready")
        .desired()];
    let (outcomes, ()) = tokio::join!(scene.release(&slow), async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        switch.cancel();
    });
    let Ended::Reverted {
        why: ApplyError::Cancelled,
        notes,
    } = &outcomes[0].ended
    else {
        panic!("{outcomes:#?}")
    };
    assert_eq!(notes, &Vec::<String>::new());
    assert_eq!(objects_of(&client, &namespace).await, before);
    let (_, plan, report) = scene.plan(&slow).await;
    assert_eq!(
        (plan.releases.len(), report.not_done.len()),
        (1, 0),
        "{report:?}"
    );
}

#[tokio::test]
async fn a_full_quota_reverts_and_says_so() {
    let namespace = namespace("quota");
    let client = shared().await.client().await.unwrap();
    let scene = Scene::new("ann").await;
    complete(
        &scene
            .release(&[App::new("shop", &namespace).config("a", "b", "c").desired()])
            .await,
        1,
    );
    let quota = json!({ "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "small", "namespace": namespace }, "spec": { "hard": { "count/services": "1" } } });
    shared().await.apply(&[quota]).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = objects_of(&client, &namespace).await;
    let desired = [App::new("shop", &namespace)
        .config("a", "b", "changed")
        .service("one")
        .service("two")
        .desired()];
    let (observation, plan, _) = scene.plan(&desired).await;
    let outcomes = apply(&scene.run(&Silent), &observation, &plan).await;
    let Ended::Reverted { why, .. } = &outcomes[0].ended else {
        panic!("{outcomes:#?}")
    };
    assert!(why.to_string().contains("exceeded quota: small"), "{why}");
    assert_eq!(why.fault(), Some(Fault::OverQuota));
    assert_eq!(objects_of(&client, &namespace).await, before);
}

#[tokio::test]
async fn a_field_of_somebody_else_is_a_conflict_and_not_overwritten() {
    let namespace = namespace("conflict");
    let scene = Scene::new("ann").await;
    complete(
        &scene
            .release(&[App::usual("shop", &namespace).desired()])
            .await,
        1,
    );
    let (observation, plan, _) = scene
        .plan(&[App::usual("shop", &namespace)
            .changed("ConfigMap", "settings", |object| {
                object["data"]["size"] = json!("large");
            })
            .desired()])
        .await;
    // Between planning and applying somebody sets the very field that we are about to add.
    let configs: Api<ConfigMap> =
        Api::namespaced(shared().await.client().await.unwrap(), &namespace);
    let by_hand = PatchParams {
        field_manager: Some("kubectl-edit".to_owned()),
        ..PatchParams::default()
    };
    configs
        .patch(
            "settings",
            &by_hand,
            &Patch::Merge(json!({ "data": { "size": "small" } })),
        )
        .await
        .unwrap();
    let outcomes = apply(&scene.run(&Silent), &observation, &plan).await;
    let Ended::Reverted { why, .. } = &outcomes[0].ended else {
        panic!("{outcomes:#?}")
    };
    assert_eq!(
        why.to_string(),
        format!("`data.size` of `ConfigMap {namespace}/settings` belongs to `kubectl-edit`")
    );
    assert_eq!(
        configs.get("settings").await.unwrap().data.unwrap()["size"],
        "small"
    );
}

#[tokio::test]
async fn what_changed_after_planning_is_not_overwritten() {
    let namespace = namespace("moved");
    let scene = Scene::new("ann").await;
    complete(
        &scene
            .release(&[App::usual("shop", &namespace).desired()])
            .await,
        1,
    );
    let (observation, plan, _) = scene
        .plan(&[App::usual("shop", &namespace)
            .image("registry.lab/app:2")
            .desired()])
        .await;
    let deployments: Api<Deployment> =
        Api::namespaced(shared().await.client().await.unwrap(), &namespace);
    let hotfix = json!({ "spec": { "template": { "spec": { "containers": [{ "name": "web", "image": "registry.lab/app:hotfix" }] } } } });
    let by_hand = PatchParams {
        field_manager: Some("kubectl-edit".to_owned()),
        ..PatchParams::default()
    };
    deployments
        .patch("web", &by_hand, &Patch::Strategic(hotfix))
        .await
        .unwrap();
    let outcomes = apply(&scene.run(&Silent), &observation, &plan).await;
    let Ended::Refused(why) = &outcomes[0].ended else {
        panic!("{outcomes:#?}")
    };
    assert_eq!(
        why.to_string(),
        format!(
            "the cluster changed since it was planned: `Deployment {namespace}/web` was changed"
        )
    );
}

#[tokio::test]
async fn an_object_that_stands_in_the_way_is_observed() {
    let namespace = namespace("obstacle");
    let ground = shared().await;
    ground
        .apply(&[
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } }),
        ])
        .await
        .unwrap();
    let configs: Api<ConfigMap> = Api::namespaced(ground.client().await.unwrap(), &namespace);
    let foreign = json!({ "metadata": { "name": "settings" }, "data": { "colour": "green" } });
    configs
        .create(
            &PostParams::default(),
            &serde_json::from_value(foreign).unwrap(),
        )
        .await
        .unwrap();
    let scene = Scene::new("ann").await;
    let (_, plan, report) = scene
        .plan(&[App::usual("shop", &namespace).desired()])
        .await;
    assert!(plan.releases.is_empty());
    assert!(
        report
            .not_done
            .iter()
            .any(|not_done| matches!(not_done.reason, Reason::Unowned(_))
                && not_done
                    .object
                    .as_ref()
                    .is_some_and(|id| id.name == "settings")),
        "{report:#?}"
    );
}

#[tokio::test]
async fn without_rights_nothing_is_taken_for_absent() {
    let kubeconfig = shared().await.kubeconfig_for("nobody", &[]).unwrap();
    let cluster = connected(&kubeconfig, &Faults::none()).await;
    let namespace = namespace("forbidden");
    let desired = [App::usual("shop", &namespace).desired()];
    let observation = observe(
        &cluster,
        &namespace,
        &Scope::WholeCluster,
        &desired,
        Breadth::Estate,
    )
    .await
    .unwrap();
    let unreadable = &observation.observed.unreadable;
    assert!(
        unreadable
            .iter()
            .any(|one| one.kind.is("apps", "Deployment") && one.answer.contains("cannot list")),
        "{unreadable:?}"
    );
    let (plan, report) = steading_plan::plan(
        &desired,
        &observation.observed,
        &Options {
            digest_key: observation.key,
            ..Options::default()
        },
    );
    assert!(plan.releases.is_empty());
    assert!(
        report
            .not_done
            .iter()
            .all(|not_done| matches!(not_done.reason, Reason::Unreadable(_))),
        "{report:?}"
    );
}

#[tokio::test]
async fn an_expired_credential_is_told_from_a_missing_right() {
    let text = shared().await.kubeconfig().unwrap();
    let mut kubeconfig: Value =
        serde_json::to_value(kube::config::Kubeconfig::from_yaml(&text).unwrap()).unwrap();
    kubeconfig["users"][0]["user"] = json!({ "token": "expired" });
    let cluster = connected(&kubeconfig.to_string(), &Faults::none()).await;
    let error = observe(&cluster, "home", &Scope::WholeCluster, &[], Breadth::Estate)
        .await
        .unwrap_err();
    assert_eq!((error.fault, error.tried), (Fault::Unauthenticated, 1));
    assert!(error.to_string().ends_with("Unauthorized"), "{error}");
}

#[tokio::test]
async fn a_cluster_that_is_not_there_is_said_within_seconds() {
    let directory = tempfile::tempdir().unwrap();
    let path: PathBuf = directory.path().join("config");
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "home",
        "clusters": [{ "name": "home", "cluster": { "server": "https://127.0.0.1:1" } }],
        "users": [{ "name": "ann", "user": { "token": "t" } }],
        "contexts": [{ "name": "home", "context": { "cluster": "home", "user": "ann" } }],
    });
    std::fs::write(&path, kubeconfig.to_string()).unwrap();
    let access = |context: Option<&str>| Access::Kubeconfig {
        files: vec![path.clone()],
        context: context.map(str::to_owned),
    };
    let cluster = connect(&access(None)).await.unwrap();
    assert_eq!(
        (cluster.context(), cluster.server()),
        (Some("home"), "https://127.0.0.1:1")
    );
    let started = std::time::Instant::now();
    let error = cluster.version().await.unwrap_err();
    assert_eq!(error.fault, Fault::Unreachable);
    assert!(
        error
            .to_string()
            .starts_with("cannot reach `https://127.0.0.1:1` (tried 4 times): Connection refused"),
        "{error}"
    );
    assert!(started.elapsed() < Duration::from_secs(5));
    let error = connect(&access(Some("work"))).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the kubeconfig has no context `work`; it has: home"
    );
}
