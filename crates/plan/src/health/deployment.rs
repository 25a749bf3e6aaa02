//! A Deployment is ready when all its pods are new and available.

use serde_json::Value;

use super::conditions::Condition;
use super::{Health, count, unseen};

pub(super) fn health(object: &Value) -> Health {
    if let Some(unseen) = unseen(object) {
        return unseen;
    }
    if let Some(progressing) = Condition::find(object, "Progressing")
        && progressing.reason() == "ProgressDeadlineExceeded"
    {
        return Health::failed(progressing.message());
    }
    let wanted = object["spec"]["replicas"].as_u64().unwrap_or(1);
    let updated = count(object, "/status/updatedReplicas");
    let total = count(object, "/status/replicas");
    let available = count(object, "/status/availableReplicas");
    if updated < wanted {
        return Health::in_progress(format!("{updated} of {wanted} new pods are made"));
    }
    if total > updated {
        return Health::in_progress(format!("{} old pods are still there", total - updated));
    }
    if available < wanted {
        return Health::in_progress(format!("{available} of {wanted} pods are available"));
    }
    Health::current()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::health::State::{Current, Failed, InProgress};
    use crate::health::health;

    #[test]
    fn it_is_ready_when_all_pods_are_new_and_available() {
        let late = json!([{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "too late"}]);
        for (spec, status, state, message) in [
            (
                json!({"replicas": 2}),
                json!({}),
                InProgress,
                "the controller has not seen the change yet",
            ),
            (
                json!({"replicas": 2}),
                json!({"observedGeneration": 2}),
                InProgress,
                "the controller has not seen the change yet",
            ),
            (
                json!({"replicas": 2}),
                json!({"observedGeneration": 3, "updatedReplicas": 1}),
                InProgress,
                "1 of 2 new pods are made",
            ),
            (
                json!({"replicas": 2}),
                json!({"observedGeneration": 3, "updatedReplicas": 2, "replicas": 3}),
                InProgress,
                "1 old pods are still there",
            ),
            (
                json!({"replicas": 2}),
                json!({"observedGeneration": 3, "updatedReplicas": 2, "replicas": 2, "availableReplicas": 1}),
                InProgress,
                "1 of 2 pods are available",
            ),
            (
                json!({"replicas": 2}),
                json!({"observedGeneration": 3, "updatedReplicas": 2, "replicas": 2, "availableReplicas": 2}),
                Current,
                "",
            ),
            (
                json!({}),
                json!({"observedGeneration": 3, "updatedReplicas": 1, "replicas": 1, "availableReplicas": 1}),
                Current,
                "",
            ),
            (
                json!({"replicas": 0}),
                json!({"observedGeneration": 3}),
                Current,
                "",
            ),
            (
                json!({"replicas": 0}),
                json!({"observedGeneration": 3, "replicas": 1}),
                InProgress,
                "1 old pods are still there",
            ),
            (
                json!({"replicas": 2}),
                json!({"observedGeneration": 3, "conditions": late}),
                Failed,
                "too late",
            ),
        ] {
            let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"generation": 3}, "spec": spec, "status": status});
            let found = health(Some(&object));
            assert_eq!(
                (found.state, found.message.as_str()),
                (state, message),
                "{status}"
            );
        }
    }
}
