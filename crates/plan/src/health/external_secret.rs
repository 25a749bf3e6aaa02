//! An `ExternalSecret` is ready when its operator wrote the Secret.
//!
//! One without a status was not looked at yet: pods that started now would miss the Secret, and restart once it is there. The operator says
//! which generation it wrote in front of `syncedResourceVersion`.

use serde_json::Value;

use super::Health;
use super::conditions::Condition;

pub(super) fn health(object: &Value) -> Health {
    let Some(ready) = Condition::find(object, "Ready") else {
        return Health::in_progress("the operator has not synced it yet");
    };
    if !ready.is_true() {
        return Health::in_progress(ready.message());
    }
    let synced = object["status"]["syncedResourceVersion"].as_str();
    let synced = synced.and_then(|version| version.split_once('-'));
    let generation = object["metadata"]["generation"].to_string();
    match synced {
        Some((synced, _)) if synced != generation => {
            Health::in_progress("the operator has not seen the change yet")
        }
        _ => Health::current(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::health::State::{Current, InProgress};
    use crate::health::health;

    #[test]
    fn it_is_ready_when_it_was_synced() {
        let ready =
            |status: &str| json!([{"type": "Ready", "status": status, "message": "no such key"}]);
        let none = "the operator has not synced it yet";
        let old = "the operator has not seen the change yet";
        for (status, state, message) in [
            (Value::Null, InProgress, none),
            (
                json!({"conditions": ready("False")}),
                InProgress,
                "no such key",
            ),
            (
                json!({"conditions": ready("True"), "syncedResourceVersion": "1-5f"}),
                InProgress,
                old,
            ),
            (
                json!({"conditions": ready("True"), "syncedResourceVersion": "2-5f"}),
                Current,
                "",
            ),
            (json!({"conditions": ready("True")}), Current, ""),
        ] {
            let object = json!({"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"generation": 2}, "status": status});
            let found = health(Some(&object));
            assert_eq!(
                (found.state, found.message.as_str()),
                (state, message),
                "{status}"
            );
        }
    }
}
