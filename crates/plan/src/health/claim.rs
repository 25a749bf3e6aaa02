//! A claim is ready when it is bound.

use serde_json::Value;

use super::Health;
use super::conditions::Condition;

pub(super) fn health(object: &Value) -> Health {
    match object["status"]["phase"].as_str() {
        Some("Bound") => {
            match Condition::find(object, "Resizing").filter(|condition| condition.is_true()) {
                Some(_) => Health::in_progress("it grows"),
                None => Health::current(),
            }
        }
        Some("Lost") => Health::failed("its volume is gone"),
        _ => Health::in_progress("it waits for a volume"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::health::State::{Current, Failed, InProgress};
    use crate::health::health;

    #[test]
    fn it_is_ready_when_it_is_bound() {
        for (status, state) in [
            (json!({}), InProgress),
            (json!({"phase": "Pending"}), InProgress),
            (json!({"phase": "Bound"}), Current),
            (
                json!({"phase": "Bound", "conditions": [{"type": "Resizing", "status": "True"}]}),
                InProgress,
            ),
            (json!({"phase": "Lost"}), Failed),
        ] {
            let object =
                json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": status});
            assert_eq!(health(Some(&object)).state, state, "{status}");
        }
    }
}
