//! What is in the way of an object that is not ready, in words that name the thing to fix.

mod event;
mod hopeless;
mod pod;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steading_model::{GroupKind, ObjectId};

use crate::health::{State, health};

pub use hopeless::hopeless;

/// Something in the way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Blocker {
    /// The object that it happens to: mostly a pod.
    pub object: ObjectId,
    /// The reason in one word, such as `ImagePullBackOff`.
    pub reason: String,
    /// The whole message.
    pub message: String,
}

/// Returns what is in the way of an object, given the pods that belong to it and the events of its namespace; empty if it is ready.
///
/// The first blocker is the one to show; repetitions over many pods are one.
pub fn blockers(object: &Value, pods: &[Value], events: &[Value]) -> Vec<Blocker> {
    if health(Some(object)).is_current() {
        return Vec::new();
    }
    let mut found: Vec<Blocker> = pods
        .iter()
        .flat_map(|pod| pod::blockers(pod, events))
        .collect();
    found.extend(event::of_owner(object, events));
    if found.is_empty() {
        found.extend(own(object));
    }
    let mut seen: Vec<(String, String)> = Vec::new();
    found.retain(|blocker| {
        let said = (blocker.reason.clone(), without_name(blocker));
        let is_new = !seen.contains(&said);
        seen.push(said);
        is_new
    });
    found
}

/// What the object says of itself.
fn own(object: &Value) -> Option<Blocker> {
    let health = health(Some(object));
    let reason = match health.state {
        State::Failed => "Failed",
        State::Terminating => "Terminating",
        State::InProgress | State::Unknown => "NotReady",
        State::Current | State::NotFound => return None,
    };
    (!health.message.is_empty()).then(|| Blocker {
        object: id(object),
        reason: reason.to_owned(),
        message: health.message,
    })
}

/// The message without the pod's name, which differs from replica to replica.
fn without_name(blocker: &Blocker) -> String {
    blocker.message.replace(&blocker.object.name, "")
}

fn id(object: &Value) -> ObjectId {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    ObjectId {
        kind: GroupKind::from_api_version(&text(&object["apiVersion"]), text(&object["kind"])),
        namespace: object["metadata"]["namespace"].as_str().map(str::to_owned),
        name: text(&object["metadata"]["name"]),
    }
}

#[cfg(test)]
mod tests;
