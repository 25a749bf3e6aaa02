//! Rolled back: objects equal those of the earlier release, data untouched.

use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use kube::api::Api;
use serde_json::json;
use steading_cluster::{Silent, allow, payload};
use steading_plan::{Reason, ReleaseKind, release_key, rollback};
use steading_testkit::{App, namespace, objects_of};

use crate::ground::{Scene, complete, shared};

#[tokio::test]
async fn guarantee_4_rolled_back_equals_earlier() {
    let namespace = namespace("back");
    let client = shared().await.client().await.unwrap();
    let mut scene = Scene::new("ann").await;
    let first = App::usual("shop", &namespace)
        .config("gone", "a", "b")
        .desired();
    complete(&scene.release(std::slice::from_ref(&first)).await, 1);
    let claims: Api<PersistentVolumeClaim> = Api::namespaced(client.clone(), &namespace);
    let (earlier, claim) = (
        objects_of(&client, &namespace).await,
        claims.get("data").await.unwrap(),
    );

    let second = App::usual("shop", &namespace)
        .image("registry.lab/app:2")
        .changed("ConfigMap", "settings", |object| {
            object["data"]["colour"] = json!("blue");
        })
        .changed("Secret", "login", |object| {
            object["stringData"]["password"] = json!("other");
        })
        .config("added", "c", "d")
        .migration("migrate-2")
        .desired();
    complete(&scene.release(std::slice::from_ref(&second)).await, 1);

    let key = release_key(&first);
    let record = steading_cluster::history(&scene.cluster, &key)
        .await
        .unwrap()
        .pop()
        .unwrap();
    let recorded = payload(&scene.cluster, &key, 1).await.unwrap();
    let desired = rollback(&key, &record.spec, &recorded, 60).unwrap();
    scene.options.kind = ReleaseKind::Rollback(1);
    complete(&scene.release(&[desired]).await, 1);

    assert_eq!(objects_of(&client, &namespace).await, earlier);
    let now = claims.get("data").await.unwrap();
    assert_eq!(now.metadata.uid, claim.metadata.uid);
    assert_eq!(
        now.spec.unwrap().volume_name,
        claim.spec.unwrap().volume_name
    );

    scene.options.kind = ReleaseKind::Apply;
    let (_, plan, _) = scene.plan(&[first]).await;
    assert!(plan.releases.is_empty(), "{:#?}", plan.releases);
    let (_, plan, report) = scene.plan(std::slice::from_ref(&second)).await;
    assert!(plan.releases.is_empty());
    assert!(
        matches!(&report.not_done[0].reason, Reason::Quarantined(why) if why == "rolled back by `ann` in release 3"),
        "{report:?}"
    );

    let allowed = allow(&scene.run(&Silent), &key, None).await.unwrap();
    let numbers: Vec<u64> = allowed.iter().map(|allowed| allowed.number).collect();
    assert_eq!(numbers, [2]);
    complete(&scene.release(std::slice::from_ref(&second)).await, 1);
    let (_, plan, report) = scene.plan(&[second]).await;
    assert!(
        plan.releases.is_empty() && report.not_done.is_empty(),
        "{plan:#?} {report:#?}"
    );
    assert_eq!(
        steading_cluster::history(&scene.cluster, &key)
            .await
            .unwrap()
            .len(),
        4
    );
}
