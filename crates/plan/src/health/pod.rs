//! A pod is ready when it says so; one that ran to its end is, too.

use serde_json::Value;

use super::Health;
use super::conditions::Condition;

pub(super) fn health(object: &Value) -> Health {
    match object["status"]["phase"].as_str() {
        Some("Succeeded") => Health::current(),
        Some("Failed") => {
            Health::failed(object["status"]["message"].as_str().unwrap_or("it failed"))
        }
        Some("Unknown") => Health::unknown("its node does not answer"),
        _ => match Condition::find(object, "Ready") {
            Some(ready) if ready.is_true() => Health::current(),
            Some(ready) => Health::in_progress(ready.message()),
            None => Health::in_progress("it has not started"),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::health::State::{Current, Failed, InProgress, Unknown};
    use crate::health::health;

    #[test]
    fn it_is_ready_when_it_says_so() {
        let ready = |status: &str| json!({"phase": "Running", "conditions": [{"type": "Ready", "status": status, "reason": "ContainersNotReady"}]});
        for (status, state, message) in [
            (
                json!({"phase": "Pending"}),
                InProgress,
                "it has not started",
            ),
            (ready("False"), InProgress, "ContainersNotReady"),
            (ready("True"), Current, ""),
            (json!({"phase": "Succeeded"}), Current, ""),
            (
                json!({"phase": "Failed", "message": "evicted"}),
                Failed,
                "evicted",
            ),
            (
                json!({"phase": "Unknown"}),
                Unknown,
                "its node does not answer",
            ),
        ] {
            let object = json!({"apiVersion": "v1", "kind": "Pod", "status": status});
            let found = health(Some(&object));
            let message = if state == Current { "" } else { message };
            assert_eq!(
                (found.state, found.message.as_str()),
                (state, message),
                "{status}"
            );
        }
    }
}
