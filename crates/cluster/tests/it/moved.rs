//! An application that gets another name or another namespace: its volumes and values go with it, and what it was before goes last.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim, Secret};
use kube::Api;
use kube::api::ListParams;
use serde_json::json;
use steading_cluster::Ended;
use steading_model::Desired;
use steading_model::desired::ANNOTATION_MOVING;
use steading_plan::{Action, Effect, Reason};
use steading_testkit::{App, namespace, objects_of, remains};

use crate::ground::{complete, ended, is_expected, shared};
use crate::killed::someone;

/// A photo library with a volume, a token that was made once, and a route; and what needs it.
fn library(estate: &str, name: &str, namespace: &str, image: &str) -> App {
    App::of(estate, name, namespace)
        .account()
        .config("settings", "colour", "red")
        .generated("keys", "TOKEN,SALT")
        .claim("data", "1Gi")
        .deployment("web", 1)
        .image(image)
        .changed("Deployment", "web", |object| {
            object["spec"]["strategy"] = json!({ "type": "Recreate" });
            object["spec"]["template"]["spec"]["volumes"] =
                json!([{ "name": "data", "persistentVolumeClaim": { "claimName": "data" } }]);
        })
        .service("web")
        .schedule("nightly")
        .with(json!({
            "apiVersion": "traefik.io/v1alpha1", "kind": "IngressRoute", "metadata": { "name": "web" },
            "spec": { "routes": [{ "kind": "Rule", "match": "Host(`photos.test`)", "services": [{ "name": "web", "port": "http" }] }] },
        }))
        .within(30)
}

fn gone(estate: &str, name: &str, namespace: &str) -> Desired {
    Desired {
        objects: Vec::new(),
        ..App::of(estate, name, namespace).desired()
    }
}

fn portal(estate: &str, library: &str) -> App {
    App::of(estate, "portal", &format!("{estate}-portal"))
        .config("settings", "library", library)
        .deployment("web", 1)
        .after(library)
}

/// Before the rename; that it was called otherwise even before does not matter.
pub(crate) fn before(estate: &str) -> Vec<Desired> {
    let (old, new) = (format!("{estate}-attic"), format!("{estate}-photos"));
    vec![
        library(estate, "attic", &old, "registry.lab/app:1")
            .called_before("photos")
            .desired(),
        gone(estate, "photos", &new),
        portal(estate, "attic").desired(),
    ]
}

/// After it.
pub(crate) fn after(estate: &str) -> Vec<Desired> {
    renamed(estate, "registry.lab/app:2")
}

fn renamed(estate: &str, image: &str) -> Vec<Desired> {
    let (old, new) = (format!("{estate}-attic"), format!("{estate}-photos"));
    vec![
        library(estate, "photos", &new, image)
            .called_before("attic")
            .desired(),
        gone(estate, "attic", &old),
        portal(estate, "photos").desired(),
    ]
}

/// By volume that a claim of these namespaces has: what becomes of it with the claim, and whether it is on its way.
pub(crate) async fn volumes(namespaces: &[String]) -> BTreeMap<String, (Option<String>, bool)> {
    let client = shared().await.client().await.unwrap();
    let mut found = BTreeMap::new();
    for namespace in namespaces {
        let claims: Api<PersistentVolumeClaim> = Api::namespaced(client.clone(), namespace);
        for claim in claims.list(&ListParams::default()).await.unwrap() {
            let Some(name) = claim.spec.and_then(|spec| spec.volume_name) else {
                continue;
            };
            let all: Api<PersistentVolume> = Api::all(client.clone());
            let volume = all.get(&name).await.unwrap();
            let annotations = volume.metadata.annotations.unwrap_or_default();
            let policy = volume
                .spec
                .and_then(|spec| spec.persistent_volume_reclaim_policy);
            found.insert(name, (policy, annotations.contains_key(ANNOTATION_MOVING)));
        }
    }
    found
}

fn places(estate: &str) -> [String; 2] {
    [format!("{estate}-attic"), format!("{estate}-photos")]
}

async fn token(namespace: &str) -> Option<Vec<u8>> {
    let client = shared().await.client().await.unwrap();
    let secrets: Api<Secret> = Api::namespaced(client, namespace);
    let secret = secrets.get_opt("keys").await.unwrap()?;
    Some(secret.data?.get("TOKEN")?.0.clone())
}

fn kinds(objects: &BTreeMap<String, serde_json::Value>) -> Vec<&str> {
    objects.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_renamed_application_keeps_its_volumes_and_values() {
    let estate = namespace("renamed");
    let client = shared().await.client().await.unwrap();
    let ann = someone("ann").await;
    complete(&ann.release(&before(&estate)).await, 2);
    let [old, new] = places(&estate);
    let (volume, token_before) = (volumes(&places(&estate)).await, token(&old).await);
    assert_eq!(volume.len(), 1);

    let (_, plan, report) = ann.plan(&after(&estate)).await;
    assert!(report.not_done.iter().all(is_expected), "{report:#?}");
    let names: Vec<&str> = plan
        .releases
        .iter()
        .map(|release| release.key.application.as_str())
        .collect();
    assert_eq!(names, ["photos", "portal", "attic"]);
    assert!(plan.releases.iter().all(|release| release.group.len() == 3));
    let lost = plan.releases.iter().flat_map(|release| &release.steps);
    assert!(
        lost.clone().all(|step| step.effect < Effect::Replace),
        "{plan:#?}"
    );

    complete(&ann.release(&after(&estate)).await, 3);
    assert_eq!(volumes(&places(&estate)).await, volume);
    assert_eq!(token(&new).await, token_before);
    assert_eq!(kinds(&objects_of(&client, &old).await), [""; 0]);
    let (_, plan, _) = ann.plan(&after(&estate)).await;
    assert!(plan.releases.is_empty(), "{plan:#?}");

    // And back again: it takes over from what it was called meanwhile.
    complete(&ann.release(&before(&estate)).await, 3);
    assert_eq!(volumes(&places(&estate)).await, volume);
    assert_eq!(token(&old).await, token_before);
    assert_eq!(kinds(&objects_of(&client, &new).await), [""; 0]);
}

#[tokio::test]
async fn a_rename_that_fails_gives_everything_back() {
    let estate = namespace("unnamed");
    let client = shared().await.client().await.unwrap();
    let ann = someone("ann").await;
    complete(&ann.release(&before(&estate)).await, 2);
    let [old, new] = places(&estate);
    let (volume, token_before) = (volumes(&places(&estate)).await, token(&old).await);
    let state = objects_of(&client, &old).await;

    let broken = renamed(&estate, "registry.lab/app:2-lab-crash");
    let outcomes = ann.release(&broken).await;
    assert!(
        matches!(ended(&outcomes, "photos"), Ended::Reverted { notes, .. } if notes.is_empty()),
        "{outcomes:#?}"
    );
    assert_eq!(volumes(&places(&estate)).await, volume);
    assert_eq!(token(&old).await, token_before);
    assert_eq!(objects_of(&client, &old).await, state);
    assert_eq!(kinds(&objects_of(&client, &new).await), [""; 0]);
    for place in [&old, &new] {
        let (_, holder, orphans) = remains(&client, place).await;
        assert_eq!((holder.as_str(), orphans), ("", 0));
    }
    // The fixed version moves.
    complete(
        &ann.release(&renamed(&estate, "registry.lab/app:3")).await,
        3,
    );
    assert_eq!(volumes(&places(&estate)).await, volume);
}

#[tokio::test]
async fn an_application_moves_to_another_namespace() {
    let estate = namespace("moved");
    let client = shared().await.client().await.unwrap();
    let ann = someone("ann").await;
    let [old, new] = places(&estate);
    let there = library(&estate, "shop", &old, "registry.lab/app:1").desired();
    complete(&ann.release(&[there]).await, 1);
    let volume = volumes(&places(&estate)).await;

    let desired = [
        library(&estate, "shop", &new, "registry.lab/app:1").desired(),
        gone(&estate, "shop", &old),
    ];
    complete(&ann.release(&desired).await, 2);
    assert_eq!(volumes(&places(&estate)).await, volume);
    assert_eq!(kinds(&objects_of(&client, &old).await), [""; 0]);
}

#[tokio::test]
async fn data_that_cannot_follow_holds_a_rename_back() {
    let estate = namespace("stuck");
    let ann = someone("ann").await;
    complete(&ann.release(&before(&estate)).await, 2);
    let mut desired = after(&estate);
    for object in &mut desired[0].objects {
        if object.id.kind.kind == "PersistentVolumeClaim" {
            object.json["spec"]["storageClassName"] = json!("fast");
        }
    }
    let (_, plan, report) = ann.plan(&desired).await;
    assert!(plan.releases.is_empty(), "{plan:#?}");
    let why = report.not_done.iter().find_map(|note| match &note.reason {
        Reason::StaysBehind(why) => Some((note.object.clone().unwrap().name, why.clone())),
        _ => None,
    });
    let (claim, why) = why.unwrap();
    assert_eq!(claim, "data");
    assert!(
        why.contains("`standard`") && why.contains("`fast`"),
        "{why}"
    );

    // Who accepts it begins empty, and keeps what there was.
    let mut bold = someone("ann").await;
    bold.options
        .accept
        .insert("PersistentVolumeClaim/data".to_owned());
    let (_, plan, report) = bold.plan(&desired).await;
    let steps = plan.releases.iter().flat_map(|release| &release.steps);
    let claims: Vec<Action> = steps
        .filter(|step| step.id.kind.kind == "PersistentVolumeClaim")
        .map(|step| step.action)
        .collect();
    assert!(claims.contains(&Action::Create), "{claims:?} {report:#?}");
}
