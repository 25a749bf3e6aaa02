//! What others made is taken over as it is, or given back as it was, whenever a run dies.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{StreamExt as _, stream};
use kube::Client;
use serde_json::{Value, json};
use steading_cluster::{Ended, Observation, Silent, apply, defaults, resume, revert};
use steading_model::Desired;
use steading_plan::takeover::{Origin, Takeover, Wish, takeover, trials};
use steading_plan::{Plan, release_key};
use steading_testkit::{App, Fault, Faults, namespace, objects_of, remains, through};

use crate::ground::{Scene, complete, shared};

/// How many kills are tried side by side.
const SIDE_BY_SIDE: usize = 8;
/// More requests than a takeover has, so that one that never dies ends the search.
const MOST: usize = 200;
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
const SECRET: &str = "hunter22-in-clear";

fn declared(namespace: &str) -> App {
    App::new("shop", namespace)
        .config("settings", "colour", "red")
        .secret("login", "password", SECRET)
        .deployment("web", 1)
        .service("web")
}

/// Returns the path of the objects of a kind.
fn path(namespace: &str, kind: &str) -> String {
    match kind {
        "Namespace" => "/api/v1/namespaces".to_owned(),
        "Deployment" => format!("/apis/apps/v1/namespaces/{namespace}/deployments"),
        other => format!("/api/v1/namespaces/{namespace}/{}s", other.to_lowercase()),
    }
}

async fn ask(client: &Client, method: &str, path: &str, content: &str, body: &Value) -> Value {
    let body = if body.is_null() {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    let request = http_request(method, path, content, body);
    let text = client.request_text(request).await;
    serde_json::from_str(&text.unwrap_or_else(|error| panic!("{method} {path}: {error}"))).unwrap()
}

fn http_request(method: &str, path: &str, content: &str, body: Vec<u8>) -> http::Request<Vec<u8>> {
    let request = http::Request::builder().method(method).uri(path);
    request.header("content-type", content).body(body).unwrap()
}

/// Makes objects as `kubectl apply` does: who writes is `kubectl-client-side-apply`, and a copy stays in an annotation.
async fn made_by_kubectl(client: &Client, namespace: &str) {
    let mut objects = declared(namespace).desired().objects;
    objects.sort_by_key(|object| object.id.kind.kind != "Namespace");
    for object in objects {
        let mut json = object.json;
        json["metadata"]["labels"] = json!({ "made-by": "hand" });
        let copy = json.to_string();
        json["metadata"]["annotations"][LAST_APPLIED] = json!(copy);
        if let Some(spec) = json.pointer_mut("/spec/template/spec") {
            spec["hostname"] = json!("by-hand");
        }
        let path = path(namespace, json["kind"].as_str().unwrap());
        let path = format!("{path}?fieldManager=kubectl-client-side-apply");
        ask(client, "POST", &path, "application/json", &json).await;
    }
}

async fn planned(scene: &Scene, desired: &Desired) -> (Observation, Takeover) {
    let (observation, options) = scene.observe(std::slice::from_ref(desired)).await;
    let wish = Wish {
        desired,
        released: None,
        observed: &observation.observed,
        options: &options,
        from: &[Origin::Kubectl],
    };
    let answers = defaults(&scene.cluster, &trials(&wish)).await.unwrap();
    let takeover = takeover(&wish, &answers);
    (observation, takeover)
}

fn plan_of(takeover: Takeover) -> Plan {
    Plan {
        releases: vec![takeover.release.expect("there is something to take over")],
        unchanged: 0,
    }
}

/// Objects with who owns what: all that a takeover may change, and all that it must not.
async fn owned(client: &Client, namespace: &str) -> BTreeMap<String, Value> {
    let mut found = objects_of(client, namespace).await;
    for (name, object) in &mut found {
        let (kind, name) = name.split_once('/').unwrap();
        let kind = path(namespace, kind);
        let live = ask(client, "GET", &format!("{kind}/{name}"), "", &Value::Null).await;
        let entries = live["metadata"]["managedFields"].as_array().unwrap().iter();
        let entries = entries.filter(|entry| entry.get("subresource").is_none());
        let owners = entries.map(|entry| {
            let name = format!("{} {}", entry["manager"], entry["operation"]);
            (name, entry["fieldsV1"].clone())
        });
        object["owners"] = json!(owners.collect::<BTreeMap<_, _>>());
        object["uid"] = live["metadata"]["uid"].clone();
    }
    found
}

async fn pods(client: &Client, namespace: &str) -> Vec<Value> {
    let path = format!("/api/v1/namespaces/{namespace}/pods");
    let list = ask(client, "GET", &path, "", &Value::Null).await;
    let pods = list["items"].as_array().unwrap().iter();
    pods.map(|pod| pod["metadata"]["uid"].clone()).collect()
}

async fn with_pods(client: &Client, namespace: &str) -> Vec<Value> {
    for _ in 0..200 {
        let found = pods(client, namespace).await;
        if !found.is_empty() {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the pods never come");
}

/// What is wrong with objects that should have been taken over.
fn not_taken(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, was) in before {
        let is = &after[name];
        let owners: Vec<&String> = is["owners"].as_object().unwrap().keys().collect();
        if owners != [r#""steading" "Apply""#] {
            wrong.push(format!("{name} is owned by {owners:?}"));
        }
        let metadata = &is["metadata"];
        if metadata["labels"]["steading.dev/application"] != "shop"
            || metadata["labels"]["made-by"] != "hand"
        {
            wrong.push(format!("{name} has the labels {}", metadata["labels"]));
        }
        if metadata["annotations"].get(LAST_APPLIED).is_some() {
            wrong.push(format!("{name} has the copy of kubectl still"));
        }
        for part in ["spec", "data", "uid"] {
            if is[part] != was[part] {
                wrong.push(format!("{name}: {part} changed"));
            }
        }
    }
    wrong
}

#[tokio::test]
async fn what_kubectl_made_is_taken_over_as_it_is() {
    let client = shared().await.client().await.unwrap();
    let name = namespace("taken");
    made_by_kubectl(&client, &name).await;
    let (pods_before, before) = (with_pods(&client, &name).await, owned(&client, &name).await);
    let scene = Scene::new("ann").await;
    let desired = declared(&name).desired();
    let (observation, takeover) = planned(&scene, &desired).await;
    let outcomes = apply(&scene.run(&Silent), &observation, &plan_of(takeover)).await;
    complete(&outcomes, 1);
    let after = owned(&client, &name).await;
    assert_eq!(not_taken(&before, &after), Vec::<String>::new());
    assert_eq!(pods(&client, &name).await, pods_before);
    let owners = after["Deployment/web"]["owners"].to_string();
    assert!(owners.contains("hostname"), "it was set: {owners}");
    assert!(
        !owners.contains("terminationMessagePath"),
        "it is a default: {owners}"
    );
    // What kubectl set and the declaration does not have goes with the next release; defaults do not come up.
    let (_, plan, report) = scene.plan(&[desired]).await;
    assert_eq!(report.not_done, Vec::new());
    let gone = plan.releases[0].steps.iter().flat_map(|step| &step.changes);
    let mut gone: Vec<&str> = gone
        .filter(|change| change.after.is_none())
        .map(|change| change.path.as_str())
        .collect();
    gone.sort_unstable();
    gone.dedup();
    assert_eq!(
        gone,
        ["metadata.labels.made-by", "spec.template.spec.hostname"]
    );
}

#[tokio::test]
async fn what_was_changed_since_the_plan_is_not_taken_over() {
    let client = shared().await.client().await.unwrap();
    let name = namespace("changed");
    made_by_kubectl(&client, &name).await;
    let scene = Scene::new("ann").await;
    let (observation, takeover) = planned(&scene, &declared(&name).desired()).await;
    let object = format!(
        "{}/settings?fieldManager=kubectl-client-side-apply",
        path(&name, "ConfigMap")
    );
    let blue = json!({ "data": { "colour": "blue" } });
    ask(
        &client,
        "PATCH",
        &object,
        "application/merge-patch+json",
        &blue,
    )
    .await;
    let before = owned(&client, &name).await;
    let outcomes = apply(&scene.run(&Silent), &observation, &plan_of(takeover)).await;
    let Ended::Refused(why) = &outcomes[0].ended else {
        panic!("{outcomes:?}");
    };
    assert!(
        why.to_string()
            .contains(&format!("`ConfigMap {name}/settings` was changed")),
        "{why}"
    );
    assert_eq!(owned(&client, &name).await, before);
}

/// Has admission pause each deployment of a namespace that is written, and waits until it does.
async fn pausing(client: &Client, namespace: &str) {
    let policies = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies";
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicy", "metadata": { "name": namespace },
        "spec": {
            "reinvocationPolicy": "Never",
            "matchConstraints": { "resourceRules": [{ "apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["deployments"] }] },
            "matchConditions": [{ "name": "here", "expression": format!("object.metadata.namespace == '{namespace}'") }],
            "mutations": [{ "patchType": "ApplyConfiguration", "applyConfiguration": { "expression": "Object{spec: Object.spec{paused: true}}" } }],
        },
    });
    ask(client, "POST", policies, "application/json", &policy).await;
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicyBinding", "metadata": { "name": namespace },
        "spec": { "policyName": namespace },
    });
    let bindings = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings";
    ask(client, "POST", bindings, "application/json", &binding).await;
    let web = format!("{}/web?dryRun=All", path(namespace, "Deployment"));
    for _ in 0..200 {
        let patch = json!({ "metadata": { "labels": { "a": "b" } } });
        let answer = ask(
            client,
            "PATCH",
            &web,
            "application/merge-patch+json",
            &patch,
        )
        .await;
        if answer["spec"]["paused"] == true {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the policy never acts");
}

#[tokio::test]
async fn a_takeover_that_would_change_what_runs_is_put_back() {
    let client = shared().await.client().await.unwrap();
    let name = namespace("touched");
    made_by_kubectl(&client, &name).await;
    let before = owned(&client, &name).await;
    let scene = Scene::new("ann").await;
    let (observation, takeover) = planned(&scene, &declared(&name).desired()).await;
    pausing(&client, &name).await;
    let outcomes = apply(&scene.run(&Silent), &observation, &plan_of(takeover)).await;
    let Ended::Reverted { why, .. } = &outcomes[0].ended else {
        panic!("{outcomes:?}");
    };
    let expected = format!("taking over `Deployment {name}/web` would change `spec.paused`");
    assert_eq!(why.to_string(), expected);
    assert_eq!(owned(&client, &name).await, before);
}

/// Who comes after the run that died, and what they want.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Next {
    Resumes,
    Reverts,
    Applies,
}

/// What one kill led to: whether the run died at all, and what is wrong with what was left.
async fn tried(index: usize, fault: Fault, next: Next) -> (bool, Vec<String>) {
    let name = namespace("killed-over");
    let client = shared().await.client().await.unwrap();
    made_by_kubectl(&client, &name).await;
    let (pods_before, before) = (with_pods(&client, &name).await, owned(&client, &name).await);
    let (ann, carol) = (Scene::new("ann").await, Scene::new("carol").await);
    let desired = declared(&name).desired();
    let (observation, takeover) = planned(&ann, &desired).await;
    let plan = plan_of(takeover);
    let faults = Faults::at(index, fault);
    let bob = Scene::with(through(shared().await, &faults).await, "bob").briefly();
    let run = bob.run(&Silent);
    tokio::select! {
        biased;
        () = faults.killed() => {}
        _ = apply(&run, &observation, &plan) => {}
    }
    let is_recorded = !remains(&client, &name).await.0.is_empty();
    let key = release_key(&desired);
    match next {
        Next::Resumes => drop(resume(&carol.run(&Silent), &key).await),
        Next::Reverts => drop(revert(&carol.run(&Silent), &key).await),
        Next::Applies => {
            let (observation, _) = carol.observe(&[desired]).await;
            steading_cluster::recover(&carol.run(&Silent), &observation.observed, &BTreeMap::new())
                .await;
        }
    }
    let phases = remains(&client, &name).await.0;
    let after = owned(&client, &name).await;
    let is_complete = phases.values().any(|phase| phase == "Complete");
    let mut wrong = if is_complete {
        not_taken(&before, &after)
    } else {
        let changed = before
            .iter()
            .filter(|(name, was)| after.get(*name) != Some(was));
        changed
            .map(|(name, was)| format!("{name} is\n{}\nand was\n{was}", after[name]))
            .collect()
    };
    if phases
        .values()
        .any(|phase| !["Complete", "Reverted"].contains(&phase.as_str()))
    {
        wrong.push(format!("left open: {phases:?}"));
    }
    if next == Next::Resumes
        && is_recorded
        && faults.is_killed()
        && phases.values().any(|phase| phase == "Reverted")
    {
        // Only one that had not begun is dropped instead.
        wrong.push(format!("it was reverted, not resumed: {phases:?}"));
    }
    if pods(&client, &name).await != pods_before {
        wrong.push("pods were restarted".to_owned());
    }
    (faults.is_killed(), wrong)
}

#[tokio::test]
async fn a_takeover_killed_at_any_request_is_finished_or_given_back() {
    let survived = AtomicBool::new(false);
    let kills =
        stream::iter(1..MOST).take_while(|_| std::future::ready(!survived.load(Ordering::Relaxed)));
    let kills = kills.map(|index| {
        let survived = &survived;
        async move {
            let mut wrong = Vec::new();
            let all = [Next::Resumes, Next::Reverts, Next::Applies];
            for (at, fault) in [Fault::KillBefore, Fault::KillAfter]
                .into_iter()
                .enumerate()
            {
                let next = all[(index + at) % all.len()];
                let (died, found) = tried(index, fault, next).await;
                if !died {
                    survived.store(true, Ordering::Relaxed);
                }
                wrong.extend(
                    found
                        .into_iter()
                        .map(|what| format!("request {index}, {fault:?}, then {next:?}: {what}")),
                );
            }
            wrong
        }
    });
    let results: Vec<Vec<String>> = kills.buffer_unordered(SIDE_BY_SIDE).collect().await;
    let wrong: Vec<&String> = results.iter().flatten().collect();
    let shown: Vec<&str> = wrong.iter().take(6).map(|text| text.as_str()).collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        shown.join("\n")
    );
    assert!(
        results.len() >= 30,
        "a takeover of only {} requests",
        results.len()
    );
}
