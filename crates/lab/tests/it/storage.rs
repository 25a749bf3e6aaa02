//! Claims bind.

use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
use kube::api::{Api, DeleteParams, ListParams};
use serde_json::{Value, json};
use steading_lab::Lab;

use crate::ground::{deployment, eventually, is_ready, namespace, pod_that, shared};

fn claim(space: &str, name: &str, extra: &Value) -> Value {
    let mut object = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": space},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    });
    for (key, value) in extra.as_object().into_iter().flatten() {
        object["spec"][key] = value.clone();
    }
    object
}

async fn is_bound(lab: &Lab, space: &str, name: &str) -> bool {
    let claims: Api<PersistentVolumeClaim> = Api::namespaced(lab.client().await.unwrap(), space);
    let claim = claims.get(name).await.unwrap();
    claim.status.and_then(|status| status.phase).as_deref() == Some("Bound")
}

#[tokio::test]
async fn claims_of_the_default_class_get_a_volume_that_goes_with_them() {
    let lab = shared().await;
    namespace(lab, "dynamic").await;
    lab.apply(&[claim("dynamic", "data", &json!({}))])
        .await
        .unwrap();
    eventually("the claim is bound", async || {
        is_bound(lab, "dynamic", "data").await
    })
    .await;

    let client = lab.client().await.unwrap();
    let claims: Api<PersistentVolumeClaim> = Api::namespaced(client.clone(), "dynamic");
    let more = json!({"resources": {"requests": {"storage": "2Gi"}}});
    lab.apply(&[claim("dynamic", "data", &more)]).await.unwrap();
    eventually("the claim has grown", async || {
        let status = claims.get("data").await.unwrap().status;
        let capacity = status.and_then(|status| status.capacity);
        capacity.is_some_and(|capacity| capacity["storage"].0 == "2Gi")
    })
    .await;
    claims
        .delete("data", &DeleteParams::default())
        .await
        .unwrap();
    let volumes: Api<PersistentVolume> = Api::all(client);
    eventually("the volume is gone", async || {
        let volumes = volumes.list(&ListParams::default()).await.unwrap();
        !volumes.iter().any(|volume| {
            let claim = volume
                .spec
                .as_ref()
                .and_then(|spec| spec.claim_ref.as_ref());
            claim.is_some_and(|claim| claim.namespace.as_deref() == Some("dynamic"))
        })
    })
    .await;
}

#[tokio::test]
async fn claims_of_a_class_that_waits_are_bound_with_their_pod() {
    let lab = shared().await;
    namespace(lab, "waits").await;
    let class = json!({
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "local-path"},
        "provisioner": "rancher.io/local-path",
        "volumeBindingMode": "WaitForFirstConsumer",
    });
    let mut app = deployment("waits", "app", "app:1");
    app["spec"]["template"]["spec"]["volumes"] =
        json!([{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]);
    let wanted = claim("waits", "data", &json!({"storageClassName": "local-path"}));
    lab.apply(&[class, wanted]).await.unwrap();
    assert!(!is_bound(lab, "waits", "data").await);
    lab.apply(&[app]).await.unwrap();
    pod_that(lab, "waits", "app", is_ready).await;
    assert!(is_bound(lab, "waits", "data").await);
}

#[tokio::test]
async fn claims_find_the_volume_that_was_made_for_them() {
    let lab = shared().await;
    namespace(lab, "fixed").await;
    let class = json!({
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "by-hand"},
        "provisioner": "kubernetes.io/no-provisioner",
    });
    let volume = |name: &str| {
        json!({
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": name},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "capacity": {"storage": "1Gi"},
                "storageClassName": "by-hand",
                "persistentVolumeReclaimPolicy": "Retain",
                "hostPath": {"path": format!("/srv/{name}")},
            },
        })
    };
    let named = json!({"storageClassName": "by-hand", "volumeName": "fixed-named"});
    let any = json!({"storageClassName": "by-hand"});
    let objects = [
        class,
        volume("fixed-named"),
        claim("fixed", "named", &named),
    ];
    lab.apply(&objects).await.unwrap();
    eventually("the named one is bound", async || {
        is_bound(lab, "fixed", "named").await
    })
    .await;
    lab.apply(&[volume("fixed-any"), claim("fixed", "any", &any)])
        .await
        .unwrap();
    eventually("the other one is bound", async || {
        is_bound(lab, "fixed", "any").await
    })
    .await;
}
