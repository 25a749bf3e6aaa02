//! A `StatefulSet` is ready when all its pods are of the new revision and ready; with `OnDelete` nobody replaces pods.

use serde_json::Value;

use super::{Health, count, unseen};

pub(super) fn health(object: &Value) -> Health {
    if let Some(unseen) = unseen(object) {
        return unseen;
    }
    let wanted = object["spec"]["replicas"].as_u64().unwrap_or(1);
    let ready = count(object, "/status/readyReplicas");
    if ready < wanted {
        return Health::in_progress(format!("{ready} of {wanted} pods are ready"));
    }
    let total = count(object, "/status/replicas");
    if total > wanted {
        return Health::in_progress(format!("{} pods too many are still there", total - wanted));
    }
    if object["spec"]["updateStrategy"]["type"] == "OnDelete" {
        return Health::current();
    }
    let kept = count(object, "/spec/updateStrategy/rollingUpdate/partition").min(wanted);
    let updated = count(object, "/status/updatedReplicas");
    let revisions = (
        &object["status"]["currentRevision"],
        &object["status"]["updateRevision"],
    );
    if revisions.0 != revisions.1 && updated < wanted - kept {
        return Health::in_progress(format!("{updated} of {} pods are new", wanted - kept));
    }
    Health::current()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::health::State::{Current, InProgress};
    use crate::health::health;

    #[test]
    fn it_is_ready_when_all_pods_are_of_the_new_revision() {
        let part = json!({"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 2}}});
        let status = |ready: u64, updated: u64, update: &str| {
            json!({"observedGeneration": 1, "replicas": 3, "readyReplicas": ready, "updatedReplicas": updated,
                "currentRevision": "a", "updateRevision": update})
        };
        for (spec, status, state, message) in [
            (
                json!({"replicas": 3}),
                json!({}),
                InProgress,
                "the controller has not seen the change yet",
            ),
            (
                json!({"replicas": 3}),
                status(2, 3, "b"),
                InProgress,
                "2 of 3 pods are ready",
            ),
            (
                json!({"replicas": 3}),
                status(3, 1, "b"),
                InProgress,
                "1 of 3 pods are new",
            ),
            (json!({"replicas": 3}), status(3, 3, "b"), Current, ""),
            (json!({"replicas": 3}), status(3, 0, "a"), Current, ""),
            (
                json!({"replicas": 2}),
                status(3, 3, "b"),
                InProgress,
                "1 pods too many are still there",
            ),
            (part.clone(), status(3, 1, "b"), Current, ""),
            (part, status(3, 0, "b"), InProgress, "0 of 1 pods are new"),
            (
                json!({"replicas": 3, "updateStrategy": {"type": "OnDelete"}}),
                status(3, 0, "b"),
                Current,
                "",
            ),
        ] {
            let object = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"generation": 1}, "spec": spec, "status": status});
            let found = health(Some(&object));
            assert_eq!(
                (found.state, found.message.as_str()),
                (state, message),
                "{spec} {status}"
            );
        }
    }
}
