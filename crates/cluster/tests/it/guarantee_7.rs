//! Plans do not depend on order or time: observed and planned twice, they are the same to the byte.

use serde_json::json;
use steading_testkit::{App, namespace};

use crate::ground::{Scene, complete};

#[tokio::test]
async fn guarantee_7_planned_twice_is_the_same_to_the_byte() {
    let namespace = namespace("same");
    let (ann, bob) = (Scene::new("ann").await, Scene::new("bob").await);
    complete(
        &ann.release(&[App::usual("shop", &namespace).desired()])
            .await,
        1,
    );
    let changed = App::usual("shop", &namespace)
        .image("registry.lab/app:2")
        .changed("Secret", "login", |object| {
            object["stringData"]["password"] = json!("other");
        })
        .without("Service", "web")
        .config("added", "a", "b");
    let text = |(_, plan, report): (
        steading_cluster::Observation,
        steading_plan::Plan,
        steading_plan::PlanReport,
    )| { serde_json::to_string(&(plan, report)).unwrap() };
    let (one, other) = (
        text(ann.plan(&[changed.desired()]).await),
        text(bob.plan(&[changed.desired()]).await),
    );
    assert!(one.contains("registry.lab/app:2"));
    assert_eq!(one, other);
}
