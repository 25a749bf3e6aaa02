//! Events: what controllers and kubelets say went wrong.

use serde_json::Value;
use steading_model::{GroupKind, ObjectId};

use super::{Blocker, id};

/// Events of an owner of pods, or of a claim, that say why there is nothing.
const OF_OWNERS: [&str; 5] = [
    "FailedCreate",
    "ProvisioningFailed",
    "FailedBinding",
    "SyncLoadBalancerFailed",
    "BackoffLimitExceeded",
];

/// Returns the last event of one of these reasons about an object.
pub(super) fn last<'e>(
    events: &'e [Value],
    kind: &str,
    name: &str,
    reasons: &[&str],
) -> Option<&'e Value> {
    events
        .iter()
        .filter(|event| {
            let about = about(event);
            about["kind"] == kind
                && about["name"] == name
                && reasons.iter().any(|reason| event["reason"] == *reason)
        })
        .max_by(|one, two| time(one).cmp(time(two)))
}

/// Returns what events say of an object that owns pods, and of the replica sets that it made.
pub(super) fn of_owner(object: &Value, events: &[Value]) -> Option<Blocker> {
    let owner = id(object);
    let made = format!("{}-", owner.name);
    let event = events
        .iter()
        .filter(|event| OF_OWNERS.iter().any(|reason| event["reason"] == *reason))
        .filter(|event| {
            let (kind, name) = (
                &about(event)["kind"],
                about(event)["name"].as_str().unwrap_or_default(),
            );
            let is_itself = *kind == owner.kind.kind && name == owner.name;
            let is_made = owner.kind.is("apps", "Deployment")
                && *kind == "ReplicaSet"
                && name
                    .strip_prefix(&made)
                    .is_some_and(|hash| !hash.contains('-'));
            is_itself || is_made
        })
        .max_by(|one, two| time(one).cmp(time(two)))?;
    let message = message(event);
    let reason = if message.contains("exceeded quota") {
        "QuotaExceeded"
    } else {
        event["reason"].as_str().unwrap_or_default()
    };
    Some(Blocker {
        object: subject(event),
        reason: reason.to_owned(),
        message,
    })
}

/// Returns the event's message.
pub(super) fn message(event: &Value) -> String {
    let text = event["message"].as_str().or_else(|| event["note"].as_str());
    text.unwrap_or_default().trim().to_owned()
}

/// Both the core API and `events.k8s.io` are understood.
fn about(event: &Value) -> &Value {
    if event["involvedObject"].is_object() {
        &event["involvedObject"]
    } else {
        &event["regarding"]
    }
}

fn subject(event: &Value) -> ObjectId {
    let about = about(event);
    let text = |name: &str| about[name].as_str().unwrap_or_default().to_owned();
    ObjectId {
        kind: GroupKind::from_api_version(&text("apiVersion"), text("kind")),
        namespace: about["namespace"].as_str().map(str::to_owned),
        name: text("name"),
    }
}

fn time(event: &Value) -> &str {
    [
        &event["series"]["lastObservedTime"],
        &event["lastTimestamp"],
        &event["eventTime"],
        &event["metadata"]["creationTimestamp"],
    ]
    .into_iter()
    .find_map(Value::as_str)
    .unwrap_or_default()
}
