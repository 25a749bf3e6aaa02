//! A `ReplicaSet` is ready when all its pods are available.

use serde_json::Value;

use super::{Health, count, unseen};

pub(super) fn health(object: &Value) -> Health {
    if let Some(unseen) = unseen(object) {
        return unseen;
    }
    let wanted = object["spec"]["replicas"].as_u64().unwrap_or(1);
    let available = count(object, "/status/availableReplicas");
    let total = count(object, "/status/replicas");
    if available < wanted {
        return Health::in_progress(format!("{available} of {wanted} pods are available"));
    }
    if total > wanted {
        return Health::in_progress(format!("{} pods too many are still there", total - wanted));
    }
    Health::current()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::health::State::{Current, InProgress};
    use crate::health::health;

    #[test]
    fn it_is_ready_when_all_pods_are_available() {
        for (status, state) in [
            (json!({}), InProgress),
            (
                json!({"observedGeneration": 1, "replicas": 2, "availableReplicas": 1}),
                InProgress,
            ),
            (
                json!({"observedGeneration": 1, "replicas": 2, "availableReplicas": 2}),
                Current,
            ),
            (
                json!({"observedGeneration": 1, "replicas": 3, "availableReplicas": 3}),
                InProgress,
            ),
        ] {
            let object = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"generation": 1}, "spec": {"replicas": 2}, "status": status});
            assert_eq!(health(Some(&object)).state, state, "{status}");
        }
    }
}
