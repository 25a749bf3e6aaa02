//! No secret value reaches an output, a log, a record in clear, a plan file or an error.

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{ConfigMap, Event, Secret};
use kube::Client;
use kube::api::{Api, ListParams};
use serde_json::json;
use steading_cluster::{Ended, Event as Progressed};
use steading_plan::release_key;
use steading_testkit::{App, Notes, namespace, release_of};

use crate::ground::{Scene, complete, shared};

const MARKED: &str = "MARKED-k3y-of-the-kingdom";

/// Says where a text holds a marked value, in clear or as base64.
fn leaks(what: &str, text: &str, values: &[String]) -> Vec<String> {
    let forms = values.iter().flat_map(|value| {
        let encoded = json!(ByteString(value.clone().into_bytes()))
            .as_str()
            .unwrap()
            .to_owned();
        [value.clone(), encoded]
    });
    let around = |form: &str| {
        let at = text.find(form)?;
        let start = text[..at]
            .char_indices()
            .rev()
            .nth(120)
            .map_or(0, |(at, _)| at);
        Some(format!(
            "{what} holds a value: {}",
            &text[start..at + form.len()]
        ))
    };
    forms.filter_map(|form| around(&form)).collect()
}

#[tokio::test]
async fn guarantee_6_no_secret_value_leaks() {
    let namespace = namespace("secret");
    let client = shared().await.client().await.unwrap();
    let scene = Scene::new("ann").await;
    let notes = Notes::default();
    let app = |value: &str| App::usual("shop", &namespace).secret("marked", "password", value);
    complete(
        &scene
            .release_telling(&[app(MARKED).desired()], &notes)
            .await,
        1,
    );
    let secrets: Api<Secret> = Api::namespaced(client.clone(), &namespace);
    let keys = secrets.get("keys").await.unwrap().data.unwrap();
    let mut values: Vec<String> = keys
        .into_values()
        .map(|value| String::from_utf8(value.0).unwrap())
        .collect();
    values.extend([MARKED, "MARKED-second-value"].map(str::to_owned));

    let mut found = Vec::new();
    let second = [app("MARKED-second-value").desired()];
    let (observation, plan, report) = scene.plan(&second).await;
    found.extend(leaks(
        "what is observed",
        &serde_json::to_string(&observation.observed).unwrap(),
        &values,
    ));
    let changes: Vec<_> = plan
        .releases
        .iter()
        .flat_map(|release| &release.steps)
        .map(|step| (&step.id, &step.changes))
        .collect();
    assert!(!changes.is_empty());
    found.extend(leaks(
        "the plan's changes",
        &format!("{changes:?} {:?}", report.not_done),
        &values,
    ));
    found.extend(leaks(
        "the observation's Debug",
        &format!("{observation:?}"),
        &values,
    ));

    // The server repeats what it was sent when it refuses it.
    let refused = app("MARKED-second-value").changed("Secret", "marked", |object| {
        object["stringData"] = json!({ "not a key": MARKED });
    });
    let (observation, plan, report) = scene.plan(&[refused.desired()]).await;
    found.extend(leaks(
        "a refused dry run",
        &format!("{:?} {:?}", observation.observed.details, report.not_done),
        &values,
    ));
    found.extend(leaks(
        "a held back plan",
        &format!("{:?}", plan.releases.len()),
        &values,
    ));

    // A release that fails and reverts tells why.
    let failing = app("MARKED-second-value")
        .image("registry.lab/app:2-lab-crash")
        .within(6)
        .desired();
    let outcomes = scene.release_telling(&[failing], &notes).await;
    assert!(
        matches!(outcomes[0].ended, Ended::Reverted { .. }),
        "{outcomes:?}"
    );
    found.extend(leaks("an outcome", &format!("{outcomes:?}"), &values));
    found.extend(leaks("the progress", &notes.text(), &values));
    assert!(
        notes
            .text()
            .contains(&format!("{:?}", Progressed::Reverted))
    );

    found.extend(recorded(&client, &namespace, &values).await);
    let history = steading_cluster::history(&scene.cluster, &release_key(&second[0]))
        .await
        .unwrap();
    found.extend(leaks("the history", &format!("{history:?}"), &values));
    assert_eq!(found, Vec::<String>::new());
}

/// Looks into everything that is in the cluster and is no Secret, and into the packed payloads.
async fn recorded(client: &Client, namespace: &str, values: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for number in 1..=2 {
        let record = release_of(client, namespace, &format!("shop-test-{number}")).await;
        found.extend(leaks("a record", &record.to_string(), values));
    }
    let configs: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    let configs = configs.list(&ListParams::default()).await.unwrap();
    found.extend(leaks(
        "a ConfigMap",
        &serde_json::to_string(&configs).unwrap(),
        values,
    ));
    let events: Api<Event> = Api::namespaced(client.clone(), namespace);
    let events = events.list(&ListParams::default()).await.unwrap();
    found.extend(leaks(
        "an event",
        &serde_json::to_string(&events).unwrap(),
        values,
    ));
    let payloads = Api::<Secret>::namespaced(client.clone(), namespace)
        .list(&ListParams::default().labels("steading.dev/record"))
        .await
        .unwrap();
    assert!(!payloads.items.is_empty());
    for payload in payloads {
        let bytes = payload.data.unwrap().remove("payload").unwrap().0;
        found.extend(leaks("a payload", &String::from_utf8_lossy(&bytes), values));
    }
    found
}
