//! A `DaemonSet` is ready when every node that should has its new pod available.

use serde_json::Value;

use super::{Health, count, unseen};

pub(super) fn health(object: &Value) -> Health {
    if let Some(unseen) = unseen(object) {
        return unseen;
    }
    let wanted = count(object, "/status/desiredNumberScheduled");
    let updated = count(object, "/status/updatedNumberScheduled");
    let available = count(object, "/status/numberAvailable");
    let is_on_delete = object["spec"]["updateStrategy"]["type"] == "OnDelete";
    if updated < wanted && !is_on_delete {
        return Health::in_progress(format!("{updated} of {wanted} pods are new"));
    }
    if available < wanted {
        return Health::in_progress(format!("{available} of {wanted} pods are available"));
    }
    Health::current()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::health::State::{Current, InProgress};
    use crate::health::health;

    #[test]
    fn it_is_ready_when_every_node_has_its_new_pod() {
        let status = |updated: u64, available: u64| json!({"observedGeneration": 1, "desiredNumberScheduled": 3, "updatedNumberScheduled": updated, "numberAvailable": available});
        for (strategy, status, state, message) in [
            (
                "RollingUpdate",
                json!({}),
                InProgress,
                "the controller has not seen the change yet",
            ),
            (
                "RollingUpdate",
                status(2, 3),
                InProgress,
                "2 of 3 pods are new",
            ),
            (
                "RollingUpdate",
                status(3, 2),
                InProgress,
                "2 of 3 pods are available",
            ),
            ("RollingUpdate", status(3, 3), Current, ""),
            ("OnDelete", status(0, 3), Current, ""),
            (
                "RollingUpdate",
                json!({"observedGeneration": 1}),
                Current,
                "",
            ),
        ] {
            let object = json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"generation": 1},
                "spec": {"updateStrategy": {"type": strategy}}, "status": status});
            let found = health(Some(&object));
            assert_eq!(
                (found.state, found.message.as_str()),
                (state, message),
                "{status}"
            );
        }
    }
}
