//! Stand-ins for the operators that a lab does not have: they say of their objects that they are ready, and write the Secrets that they would.

use std::time::Duration;

use serde_json::{Value, json};

use super::ground::Ground;
use super::lent::Lent;
use super::place::Place;
use super::run::Ran;

/// The kinds that operators act on.
const KINDS: [Kind; 4] = [
    ("/apis/postgresql.cnpg.io/v1/clusters", cluster),
    ("/apis/postgresql.cnpg.io/v1/poolers", pooler),
    (
        "/apis/secrets.infisical.com/v1alpha1/infisicalsecrets",
        infisical_secret,
    ),
    (
        "/apis/external-secrets.io/v1/externalsecrets",
        external_secret,
    ),
];

/// Where all objects of a kind are listed, and what is done with one.
type Kind = (&'static str, fn(&Value) -> Act);

/// What an operator does with an object.
struct Act {
    /// The Secret that it writes.
    secret: Option<Value>,
    /// What it says about the object.
    status: Value,
}

/// Runs the program to its end, with operators at work.
pub(super) fn operated(ground: &Ground, place: &Place, lent: &Lent, line: &str) -> Ran {
    std::thread::scope(|scope| {
        let running = scope.spawn(|| place.run(line));
        while !running.is_finished() {
            operate(ground);
            lent.claims_to(ground);
            std::thread::sleep(Duration::from_millis(100));
        }
        running.join().expect("the program ends")
    })
}

/// Acts once on all objects that nobody said anything about.
fn operate(ground: &Ground) {
    for (list, act) in KINDS {
        let found = ground.get(list).unwrap_or_default();
        for object in found["items"].as_array().into_iter().flatten() {
            if object["status"].is_null() {
                carry_out(ground, list, object, act(object));
            }
        }
    }
}

/// Does not mind objects that are gone in the meantime.
fn carry_out(ground: &Ground, list: &str, object: &Value, act: Act) {
    let (parent, plural) = list.rsplit_once('/').expect("a list has a path");
    let text = |key: &str| {
        object["metadata"][key]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let (namespace, name) = (text("namespace"), text("name"));
    let secrets = act.secret.into_iter();
    let secrets: Vec<Value> = secrets
        .map(|mut secret| {
            secret["apiVersion"] = json!("v1");
            secret["kind"] = json!("Secret");
            secret["metadata"]["namespace"] = json!(namespace);
            secret
        })
        .collect();
    ground.apply(&secrets);
    let path = format!("{parent}/namespaces/{namespace}/{plural}/{name}/status");
    ground.send("PATCH", &path, &json!({ "status": act.status }));
}

fn cluster(object: &Value) -> Act {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let instances = &object["spec"]["instances"];
    Act {
        secret: Some(json!({
            "metadata": { "name": format!("{name}-app") }, "type": "kubernetes.io/basic-auth",
            "stringData": { "username": "app", "password": "made-up", "uri": format!("postgresql://app:made-up@{name}-rw:5432/app") },
        })),
        status: json!({
            "phase": "Cluster in healthy state", "instances": instances, "readyInstances": instances,
            "conditions": [condition("Ready", "ClusterIsReady")],
        }),
    }
}

fn pooler(object: &Value) -> Act {
    Act {
        secret: None,
        status: json!({ "instances": object["spec"]["instances"].as_u64().unwrap_or(1) }),
    }
}

fn infisical_secret(object: &Value) -> Act {
    let name = &object["spec"]["managedKubeSecretReferences"][0]["secretName"];
    Act {
        secret: Some(json!({ "metadata": { "name": name }, "stringData": { "KEY": "made-up" } })),
        status: json!({ "conditions": [condition("secrets.infisical.com/ReadyToSyncSecrets", "OK")] }),
    }
}

fn external_secret(object: &Value) -> Act {
    let name = &object["spec"]["target"]["name"];
    Act {
        secret: Some(json!({ "metadata": { "name": name }, "stringData": { "KEY": "made-up" } })),
        status: json!({ "conditions": [condition("Ready", "SecretSynced")] }),
    }
}

fn condition(name: &str, reason: &str) -> Value {
    json!({ "type": name, "status": "True", "reason": reason, "message": "done", "lastTransitionTime": "2026-11-21T12:00:00Z" })
}
