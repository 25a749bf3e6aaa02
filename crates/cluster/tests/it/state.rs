//! The state of a namespace, as tests compare it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kube::Client;
use serde_json::{Value, json};
use steading_model::desired::ANNOTATION_SECRET_DIGEST;
use steading_testkit::remains;

/// Objects without what differs from namespace to namespace.
pub(crate) fn comparable(
    objects: BTreeMap<String, Value>,
    namespace: &str,
) -> BTreeMap<String, Value> {
    let bare = |mut object: Value| {
        if let Some(annotations) = object
            .pointer_mut("/spec/template/metadata/annotations")
            .and_then(Value::as_object_mut)
        {
            annotations.remove(ANNOTATION_SECRET_DIGEST);
        }
        if object["metadata"]["name"] == "keys" && object["data"].is_object() {
            for value in object["data"].as_object_mut().unwrap().values_mut() {
                *value = json!("generated");
            }
        }
        // A Job's pods are selected by its UID, and its claim is bound to a volume by a name of the server.
        if let Some(template) = object
            .pointer_mut("/spec/template/metadata/labels")
            .and_then(Value::as_object_mut)
        {
            template.retain(|name, _| !name.contains("controller-uid"));
        }
        if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) {
            spec.remove("selector");
        }
        serde_json::from_str(&object.to_string().replace(namespace, "NAMESPACE")).unwrap()
    };
    objects
        .into_iter()
        .map(|(name, object)| (name, bare(object)))
        .collect()
}

/// What differs between two states.
pub(crate) fn differences(
    after: &BTreeMap<String, Value>,
    expected: &BTreeMap<String, Value>,
) -> Vec<String> {
    let names: BTreeSet<&String> = after.keys().chain(expected.keys()).collect();
    let text =
        |objects: &BTreeMap<String, Value>, name: &str| objects.get(name).map(Value::to_string);
    let differing = names
        .into_iter()
        .filter(|name| after.get(*name) != expected.get(*name));
    differing
        .map(|name| {
            format!(
                "{name} is\n{:?}\nand not\n{:?}",
                text(after, name),
                text(expected, name)
            )
        })
        .collect()
}

/// What is left of releases besides ended ones. A next run that has nothing to do does not wait until the dead one's Lease ends, and
/// payloads are collected as garbage: both take a moment.
pub(crate) async fn left_over(client: &Client, namespace: &str, lease: Duration) -> Vec<String> {
    let mut found = remains(client, namespace).await;
    for _ in 0..20 {
        if found.1.is_empty() && found.2 == 0 {
            break;
        }
        tokio::time::sleep(lease / 4).await;
        found = remains(client, namespace).await;
    }
    let (phases, holder, orphans) = found;
    let is_open = |phase: &str| !["Complete", "Reverted"].contains(&phase);
    let open = phases
        .iter()
        .filter(|(_, phase)| is_open(phase))
        .map(|record| format!("left over: {record:?}"));
    let rest = (!holder.is_empty() || orphans > 0)
        .then(|| format!("left over: lease of {holder:?}, {orphans} payloads"));
    open.chain(rest).collect()
}
