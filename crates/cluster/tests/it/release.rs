//! A release from beginning to end.

use steading_cluster::Ended;
use steading_plan::release::Phase;
use steading_testkit::{App, Notes, namespace, objects_of, remains};

use crate::ground::{Scene, complete, shared};

#[tokio::test]
async fn a_first_release_makes_everything_and_is_recorded() {
    let namespace = namespace("first");
    let scene = Scene::new("ann").await;
    let desired = [App::usual("shop", &namespace)
        .migration("migrate-1")
        .desired()];
    let notes = Notes::default();
    complete(&scene.release_telling(&desired, &notes).await, 1);

    let client = shared().await.client().await.unwrap();
    let objects = objects_of(&client, &namespace).await;
    let names: Vec<&str> = objects.keys().map(String::as_str).collect();
    let expected = [
        "ConfigMap/settings",
        "CronJob/nightly",
        "Deployment/web",
        "Job/migrate-1",
        "NetworkPolicy/web",
        "PersistentVolumeClaim/data",
        "Secret/keys",
        "Secret/login",
        "Service/web",
        "ServiceAccount/shop",
    ];
    assert_eq!(names, expected);
    assert!(
        objects["Secret/keys"]["data"]["TOKEN"]
            .as_str()
            .is_some_and(|token| token.len() > 40)
    );

    let (phases, holder, orphans) = remains(&client, &namespace).await;
    assert_eq!(
        phases,
        [("shop-test-1".to_owned(), "Complete".to_owned())].into()
    );
    assert_eq!((holder.as_str(), orphans), ("", 0));
    let (observation, plan, _) = scene.plan(&desired).await;
    assert!(plan.releases.is_empty(), "{:#?}", plan.releases);
    let history = observation
        .observed
        .releases
        .values()
        .find(|history| !history.inventory.is_empty() && history.current == Some(1));
    assert!(history.is_some());
    let key = steading_plan::release_key(&desired[0]);
    let releases = steading_cluster::history(&scene.cluster, &key)
        .await
        .unwrap();
    assert_eq!(releases[0].status.as_ref().unwrap().phase, Phase::Complete);
    assert!(notes.text().contains("Complete"));
}

#[tokio::test]
async fn a_secret_that_is_made_again_keeps_its_generated_values() {
    let namespace = namespace("again");
    let client = shared().await.client().await.unwrap();
    let mut scene = Scene::new("ann").await;
    let app = App::new("shop", &namespace).generated("keys", "TOKEN");
    complete(&scene.release(&[app.desired()]).await, 1);
    let before = objects_of(&client, &namespace).await;
    // The type of a Secret cannot change.
    let retyped = app.changed("Secret", "keys", |object| {
        object["type"] = serde_json::json!("example.com/keys");
    });
    scene
        .options
        .accept
        .insert(format!("Secret/{namespace}/keys"));
    complete(&scene.release(&[retyped.desired()]).await, 1);
    let after = objects_of(&client, &namespace).await;
    assert_eq!(after["Secret/keys"]["type"], "example.com/keys");
    assert_eq!(after["Secret/keys"]["data"], before["Secret/keys"]["data"]);
}

#[tokio::test]
async fn what_a_revert_made_again_can_be_deleted_later() {
    let namespace = namespace("again");
    let client = shared().await.client().await.unwrap();
    let scene = Scene::new("ann").await;
    let app = |image: &str| {
        App::new("shop", &namespace)
            .image(image)
            .deployment("web", 1)
            .image(image)
            .within(6)
    };
    let whole = app("registry.lab/app:1").service("gone").desired();
    complete(&scene.release(&[whole]).await, 1);
    let broken = app("registry.lab/app:2-lab-crash")
        .service("gone")
        .changed("Service", "gone", |object| {
            // It takes another object.
            object["spec"]["clusterIP"] = serde_json::json!("None");
        })
        .desired();
    let outcomes = scene.release(&[broken]).await;
    assert!(
        matches!(outcomes[0].ended, Ended::Reverted { .. }),
        "{outcomes:#?}"
    );
    let is_there = async || {
        objects_of(&client, &namespace)
            .await
            .contains_key("Service/gone")
    };
    assert!(is_there().await);
    complete(
        &scene.release(&[app("registry.lab/app:3").desired()]).await,
        1,
    );
    assert!(!is_there().await);
}
