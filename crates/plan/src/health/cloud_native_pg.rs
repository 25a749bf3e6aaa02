//! A database cluster of `CloudNativePG` is ready when its instances are, a pooler when its own are running.
//!
//! The operator's conditions do not say which generation they speak of, and a cluster that was just made has no status at all: so the
//! numbers of instances are looked at too.

use serde_json::Value;

use super::conditions::Condition;
use super::{Health, count};

/// What phases begin with that nothing but a change leads out of.
const STUCK: [&str; 6] = [
    "Cluster cannot proceed",
    "Cluster has incomplete or invalid image catalog",
    "Cluster is unrecoverable",
    "Not enough disk space",
    "Unable to create required cluster objects",
    "Waiting for user action",
];

pub(super) fn cluster(object: &Value) -> Health {
    let phase = object["status"]["phase"].as_str().unwrap_or_default();
    let said = match object["status"]["phaseReason"].as_str() {
        Some(reason) if !reason.is_empty() => format!("{phase}: {reason}"),
        _ => phase.to_owned(),
    };
    if STUCK.iter().any(|stuck| phase.starts_with(stuck)) {
        return Health::failed(said);
    }
    let wanted = count(object, "/spec/instances");
    let ready = count(object, "/status/readyInstances");
    if ready < wanted {
        let number = format!("{ready} of {wanted} instances are ready");
        return Health::in_progress(match said.as_str() {
            "" => number,
            said => format!("{number}: {said}"),
        });
    }
    match Condition::find(object, "Ready") {
        Some(condition) if condition.is_true() => Health::current(),
        Some(condition) => Health::in_progress(condition.message()),
        None => Health::in_progress("the operator has not seen it yet"),
    }
}

pub(super) fn pooler(object: &Value) -> Health {
    if let Some(error) = object["status"]["error"]
        .as_str()
        .filter(|error| !error.is_empty())
    {
        return Health::failed(error);
    }
    // The server fills in 1 where nothing is written.
    let wanted = object["spec"]["instances"].as_u64().unwrap_or(1);
    let running = count(object, "/status/instances");
    if running < wanted {
        return Health::in_progress(format!("{running} of {wanted} poolers are running"));
    }
    Health::current()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::health::State::{Current, Failed, InProgress};
    use crate::health::health;

    fn object(kind: &str, status: &Value) -> Value {
        json!({"apiVersion": "postgresql.cnpg.io/v1", "kind": kind, "metadata": {"generation": 2}, "spec": {"instances": 2}, "status": status})
    }

    #[test]
    fn a_cluster_is_ready_when_its_instances_are() {
        let ready =
            |status: &str| json!([{"type": "Ready", "status": status, "message": "not yet"}]);
        for (status, state, message) in [
            (json!(null), InProgress, "0 of 2 instances are ready"),
            (
                json!({"phase": "Setting up primary", "phaseReason": "Creating primary instance x-1"}),
                InProgress,
                "0 of 2 instances are ready: Setting up primary: Creating primary instance x-1",
            ),
            (
                json!({"phase": "Cluster in healthy state", "readyInstances": 1, "conditions": ready("True")}),
                InProgress,
                "1 of 2 instances are ready: Cluster in healthy state",
            ),
            (
                json!({"readyInstances": 2}),
                InProgress,
                "the operator has not seen it yet",
            ),
            (
                json!({"readyInstances": 2, "conditions": ready("False")}),
                InProgress,
                "not yet",
            ),
            (
                json!({"phase": "Not enough disk space", "readyInstances": 2, "conditions": ready("True")}),
                Failed,
                "Not enough disk space",
            ),
            (
                json!({"readyInstances": 2, "conditions": ready("True")}),
                Current,
                "",
            ),
        ] {
            let found = health(Some(&object("Cluster", &status)));
            assert_eq!(
                (found.state, found.message.as_str()),
                (state, message),
                "{status}"
            );
        }
    }

    #[test]
    fn a_pooler_is_ready_when_it_runs() {
        for (status, state) in [
            (json!(null), InProgress),
            (json!({"instances": 1}), InProgress),
            (json!({"instances": 2}), Current),
            (
                json!({"instances": 2, "error": "there is no such cluster"}),
                Failed,
            ),
        ] {
            let found = health(Some(&object("Pooler", &status)));
            assert_eq!(found.state, state, "{status}");
        }
    }
}
