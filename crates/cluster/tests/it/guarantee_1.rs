//! Apply twice: the second sends no write.

use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{Api, Patch, PatchParams};
use serde_json::{Value, json};
use steading_model::desired::ANNOTATION_DECLARED_IMAGES;
use steading_testkit::{App, Faults, namespace};

use crate::ground::{Scene, complete, shared};

/// An admission policy that adds a label, an annotation and an environment variable, as meshes and the like do.
fn mutation(namespace: &str) -> [Value; 2] {
    let name = format!("mutate-{namespace}");
    let expression = r#"Object{metadata: Object.metadata{labels: {"mesh": "on"}, annotations: {"mesh/revision": "7"}}}"#;
    [
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicy", "metadata": { "name": name },
            "spec": {
                "failurePolicy": "Fail", "reinvocationPolicy": "Never",
                "matchConstraints": { "resourceRules": [
                    { "apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["deployments"] },
                    { "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["services", "configmaps"] },
                ] },
                "mutations": [{ "patchType": "ApplyConfiguration", "applyConfiguration": { "expression": expression } }],
            },
        }),
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicyBinding", "metadata": { "name": name },
            "spec": { "policyName": name, "matchResources": { "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": namespace } } } },
        }),
    ]
}

/// Leaves the image of a workload to an updater; the declaration says this one.
fn updated(object: &mut Value, declared: &str) {
    object["spec"]["template"]["spec"]["containers"][0]["image"] = json!(declared);
    let images = json!({ "web": declared }).to_string();
    object["metadata"]["annotations"][ANNOTATION_DECLARED_IMAGES] = json!(images);
}

/// An application that leaves its replicas to a scaler, and its image to an updater.
fn scaled(namespace: &str) -> App {
    App::usual("shop", namespace).changed("Deployment", "web", |object| {
        object["spec"].as_object_mut().unwrap().remove("replicas");
        updated(object, "registry.example.org/web:1.0.0");
    })
}

/// Waits until the policy acts: the server takes a moment to notice it.
async fn until_it_mutates(deployments: &Api<Deployment>) {
    for _ in 0..100 {
        let patch = json!({ "metadata": { "annotations": { "probe": "1" } } });
        let mutated = deployments
            .patch(
                "web",
                &PatchParams {
                    dry_run: true,
                    ..PatchParams::default()
                },
                &Patch::Merge(patch),
            )
            .await
            .unwrap();
        if mutated
            .metadata
            .labels
            .unwrap_or_default()
            .contains_key("mesh")
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the policy does not act");
}

#[tokio::test]
async fn guarantee_1_apply_twice_sends_no_write() {
    let namespace = namespace("twice");
    let ground = shared().await;
    let scene = Scene::new("ann").await;
    complete(
        &scene
            .release(&[App::usual("shop", &namespace).desired()])
            .await,
        1,
    );

    let deployments: Api<Deployment> = Api::namespaced(ground.client().await.unwrap(), &namespace);
    ground.apply(&mutation(&namespace)).await.unwrap();
    until_it_mutates(&deployments).await;
    let desired = [scaled(&namespace)
        .changed("ConfigMap", "settings", |object| {
            object["data"]["colour"] = json!("blue");
        })
        .desired()];
    complete(&scene.release(&desired).await, 1);

    // An autoscaler acts through `scale`, an image updater through the template.
    let by = |manager: &str| PatchParams {
        field_manager: Some(manager.to_owned()),
        ..PatchParams::default()
    };
    let scale = json!({ "spec": { "replicas": 3 } });
    deployments
        .patch_scale("web", &by("kube-controller-manager"), &Patch::Merge(scale))
        .await
        .unwrap();
    let newer = json!({ "spec": { "template": {
        "metadata": { "annotations": { "updater/checked": "today" } },
        "spec": { "containers": [{ "name": "web", "image": "registry.example.org/web:1.0.7" }] },
    } } });
    deployments
        .patch("web", &by("image-updater"), &Patch::Strategic(newer))
        .await
        .unwrap();

    let faults = Faults::none();
    let second = Scene::through("bob", &faults).await;
    let outcomes = second.release(&desired).await;
    assert!(outcomes.is_empty(), "{outcomes:#?}");
    let writes: Vec<_> = faults
        .seen()
        .into_iter()
        .filter(|seen| seen.method != "GET")
        .collect();
    assert_eq!(writes, Vec::new(), "not even a dry run");
    let kinds: std::collections::BTreeSet<_> = desired[0]
        .objects
        .iter()
        .map(|object| object.id.kind.clone())
        .collect();
    // One list per kind, that of the records, and the key of digests.
    assert!(
        faults.seen().len() <= kinds.len() + 2,
        "{:#?}",
        faults.seen()
    );

    let live = deployments.get("web").await.unwrap();
    assert_eq!(image(&live), "registry.example.org/web:1.0.7");
    assert_eq!(live.spec.unwrap().replicas, Some(3));
    assert_eq!(live.metadata.labels.unwrap()["mesh"], "on");

    // What the declaration says anew wins, and a change of something else leaves the image where the updater has it.
    let declare = |declared: &'static str, colour: &'static str| {
        let app =
            scaled(&namespace).changed("Deployment", "web", |object| updated(object, declared));
        app.changed("ConfigMap", "settings", |object| {
            object["data"]["colour"] = json!(colour);
        })
    };
    for (declared, colour, expected) in [
        (
            "registry.example.org/web:1.0.0",
            "green",
            "registry.example.org/web:1.0.7",
        ),
        (
            "registry.example.org/web:2.0.0",
            "green",
            "registry.example.org/web:2.0.0",
        ),
    ] {
        let desired = [declare(declared, colour).desired()];
        complete(&second.release(&desired).await, 1);
        assert_eq!(image(&deployments.get("web").await.unwrap()), expected);
    }
}

fn image(deployment: &Deployment) -> &str {
    let pod = deployment
        .spec
        .as_ref()
        .and_then(|spec| spec.template.spec.as_ref());
    pod.and_then(|pod| pod.containers[0].image.as_deref())
        .unwrap()
}
