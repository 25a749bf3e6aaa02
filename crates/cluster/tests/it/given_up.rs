//! What never gets ready is not waited for to the end, and what programs say of secrets is not repeated.

use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, ListParams, Patch, PatchParams};
use serde_json::json;
use steading_cluster::{ApplyError, Ended};
use steading_testkit::{App, Notes, namespace};

use crate::ground::{Scene, complete, shared};

/// Makes the pods of an image look as if they had been started in vain for some minutes, and as if the program had said why.
async fn crash_for_minutes(namespace: &str, image: &str) {
    let client = shared().await.client().await.unwrap();
    let pods: Api<Pod> = Api::namespaced(client, namespace);
    let until = Instant::now() + Duration::from_mins(1);
    while Instant::now() < until {
        for pod in pods.list(&ListParams::default()).await.unwrap() {
            let pod = serde_json::to_value(pod).unwrap();
            let status = &pod["status"]["containerStatuses"][0];
            if pod["spec"]["containers"][0]["image"] != image || status["lastState"].is_null() {
                continue;
            }
            let mut status = status.clone();
            status["restartCount"] = json!(5);
            status["lastState"]["terminated"]["message"] = json!("no login with hunter22-in-clear");
            let patch = json!({ "status": { "containerStatuses": [status] } });
            let name = pod["metadata"]["name"].as_str().unwrap();
            // It may be gone meanwhile.
            drop(
                pods.patch_status(name, &PatchParams::default(), &Patch::Merge(patch))
                    .await,
            );
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn app(namespace: &str, image: &str) -> App {
    App::new("shop", namespace)
        .secret("login", "password", "hunter22-in-clear")
        .deployment("web", 1)
        .changed("Deployment", "web", |object| {
            object["spec"]["template"]["spec"]["containers"][0]["envFrom"] =
                json!([{ "secretRef": { "name": "login" } }]);
        })
        .image(image)
}

#[tokio::test]
async fn a_crash_loop_is_not_waited_for_and_its_words_hold_no_secret() {
    let namespace = namespace("hopeless");
    let scene = Scene::new("ann").await;
    complete(
        &scene
            .release(&[app(&namespace, "registry.lab/app:1").desired()])
            .await,
        1,
    );
    let image = "registry.lab/app:2-lab-crash";
    let (notes, started) = (Notes::default(), Instant::now());
    let desired = [app(&namespace, image).within(300).desired()];
    let outcomes = tokio::select! {
        outcomes = scene.release_telling(&desired, &notes) => outcomes,
        () = crash_for_minutes(&namespace, image) => panic!("it is waited for"),
    };
    let Ended::Reverted { why, .. } = &outcomes[0].ended else {
        panic!("{outcomes:#?}");
    };
    assert!(matches!(why, ApplyError::Failed { .. }), "{why}");
    let why = why.to_string();
    assert!(
        why.contains(
            "CrashLoopBackOff: container `web`: it ended with exit code 1: no login with •••"
        ),
        "{why}"
    );
    assert!(started.elapsed() < Duration::from_mins(1));
    assert!(!notes.text().contains("hunter22"), "{}", notes.text());
}

#[tokio::test]
async fn an_image_that_is_not_there_is_not_waited_for() {
    let namespace = namespace("unpullable");
    let scene = Scene::new("ann").await;
    let image = "registry.lab/app:2-lab-unpullable";
    let outcomes = scene
        .release(&[app(&namespace, image).within(300).desired()])
        .await;
    assert!(
        matches!(&outcomes[0].ended, Ended::Reverted { why: ApplyError::Failed { why, .. }, .. } if why.contains("ImagePullBackOff")),
        "{outcomes:#?}"
    );
}
