//! Releasing into one namespace takes exactly the rights that are printed.

use serde_json::json;
use steading_cluster::{Ended, namespaced_kinds, rights, role};
use steading_model::Desired;
use steading_plan::Scope;
use steading_testkit::{App, Faults, connected, namespace, objects_of};

use crate::ground::{Scene, complete, shared};

/// A CI job with the printed role in one namespace, and nothing else.
async fn ci(namespace: &str) -> Scene {
    let ground = shared().await;
    let rules = rights(&namespaced_kinds());
    let user = format!("ci-{namespace}");
    ground
        .apply(&[
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } }),
            role(namespace, "steading-deploy", &rules),
            json!({
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": { "name": "steading-deploy", "namespace": namespace },
                "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "steading-deploy" },
                "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user }],
            }),
        ])
        .await
        .unwrap();
    let kubeconfig = ground.kubeconfig_for(&user, &[]).unwrap();
    let mut scene = Scene::with(connected(&kubeconfig, &Faults::none()).await, "ci");
    scene.options.scope = Scope::OneNamespace(namespace.to_owned());
    scene
}

fn usual(namespace: &str) -> App {
    App::usual("shop", namespace).without("Namespace", namespace)
}

async fn released(scene: &Scene, desired: Desired) {
    complete(&scene.release(&[desired]).await, 1);
}

#[tokio::test]
async fn deploy_works_with_exactly_the_printed_role() {
    let namespace = namespace("rights");
    let scene = ci(&namespace).await;
    released(&scene, usual(&namespace).desired()).await;
    released(
        &scene,
        usual(&namespace)
            .image("registry.lab/app:2")
            .migration("migrate-2")
            .without("Service", "web")
            .desired(),
    )
    .await;
    let client = shared().await.client().await.unwrap();
    let before = objects_of(&client, &namespace).await;
    let broken = usual(&namespace)
        .image("registry.lab/app:3-lab-crash")
        .without("Service", "web")
        .within(5);
    let outcomes = scene.release(&[broken.desired()]).await;
    let Ended::Reverted { why, notes } = &outcomes[0].ended else {
        panic!("{outcomes:#?}")
    };
    assert!(why.to_string().contains("CrashLoopBackOff"), "{why}");
    assert_eq!(notes, &Vec::<String>::new());
    assert_eq!(objects_of(&client, &namespace).await, before);
}

#[tokio::test]
async fn ci_and_the_operator_agree_that_nothing_is_to_do() {
    let namespace = namespace("agree");
    let scene = ci(&namespace).await;
    released(&scene, usual(&namespace).desired()).await;
    let operator = Scene::new("operator").await;
    let (_, plan, report) = operator.plan(&[usual(&namespace).desired()]).await;
    assert!(plan.releases.is_empty(), "{:#?}", plan.releases);
    assert!(report.not_done.is_empty(), "{report:?}");
    let (_, plan, _) = scene.plan(&[usual(&namespace).desired()]).await;
    assert!(plan.releases.is_empty(), "{:#?}", plan.releases);
}
