//! Prune never touches an object we do not own.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, DeleteParams, PostParams};
use serde_json::{Value, json};
use steading_testkit::{App, namespace};

use crate::ground::{Scene, complete, shared};

fn config_map(name: &str, labels: &Value) -> ConfigMap {
    serde_json::from_value(
        json!({ "metadata": { "name": name, "labels": labels }, "data": { "whose": "not ours" } }),
    )
    .unwrap()
}

#[tokio::test]
async fn guarantee_5_prune_never_touches_foreign() {
    let namespace = namespace("prune");
    let scene = Scene::new("ann").await;
    let full = App::usual("shop", &namespace)
        .config("pruned", "a", "b")
        .config("taken", "a", "b")
        .config("relabelled", "a", "b");
    complete(&scene.release(&[full.desired()]).await, 1);

    let configs: Api<ConfigMap> =
        Api::namespaced(shared().await.client().await.unwrap(), &namespace);
    let post = PostParams::default();
    // Somebody else's, of another application, and one that somebody made in place of ours.
    configs
        .create(&post, &config_map("foreign", &json!({})))
        .await
        .unwrap();
    let other = json!({
        "steading.dev/estate": namespace, "steading.dev/application": "wiki", "steading.dev/environment": "test", "app.kubernetes.io/managed-by": "steading",
    });
    configs
        .create(&post, &config_map("other", &other))
        .await
        .unwrap();
    configs
        .delete("taken", &DeleteParams::default())
        .await
        .unwrap();
    configs
        .create(&post, &config_map("taken", &json!({})))
        .await
        .unwrap();
    let mut relabelled = configs.get("relabelled").await.unwrap();
    relabelled
        .metadata
        .labels
        .as_mut()
        .unwrap()
        .insert("steading.dev/application".to_owned(), "wiki".to_owned());
    configs
        .replace("relabelled", &post, &relabelled)
        .await
        .unwrap();

    let outcomes = {
        let (observation, plan, _) = scene
            .plan(&[App::usual("shop", &namespace).desired()])
            .await;
        steading_cluster::apply(&scene.run(&steading_cluster::Silent), &observation, &plan).await
    };
    complete(&outcomes, 1);
    assert!(configs.get_opt("pruned").await.unwrap().is_none());
    for name in ["foreign", "other", "taken", "relabelled"] {
        assert!(
            configs.get_opt(name).await.unwrap().is_some(),
            "`{name}` is gone"
        );
    }
}

#[tokio::test]
async fn guarantee_5_an_object_that_was_made_anew_after_planning_is_not_deleted() {
    let namespace = namespace("anew");
    let scene = Scene::new("ann").await;
    complete(
        &scene
            .release(&[App::usual("shop", &namespace)
                .config("pruned", "a", "b")
                .desired()])
            .await,
        1,
    );
    let (observation, plan, _) = scene
        .plan(&[App::usual("shop", &namespace).desired()])
        .await;

    let configs: Api<ConfigMap> =
        Api::namespaced(shared().await.client().await.unwrap(), &namespace);
    configs
        .delete("pruned", &DeleteParams::default())
        .await
        .unwrap();
    configs
        .create(&PostParams::default(), &config_map("pruned", &json!({})))
        .await
        .unwrap();
    let outcomes =
        steading_cluster::apply(&scene.run(&steading_cluster::Silent), &observation, &plan).await;
    let text = format!("{:?}", outcomes[0].ended);
    assert!(text.starts_with("Refused(Moved"), "{text}");
    assert!(configs.get_opt("pruned").await.unwrap().is_some());
}
