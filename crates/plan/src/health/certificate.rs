//! A Certificate is ready when the one that was asked for is issued.

use serde_json::Value;

use super::Health;
use super::conditions::Condition;

pub(super) fn health(object: &Value) -> Health {
    let ready = Condition::find(object, "Ready").filter(|ready| ready.is_recent(object));
    if ready.is_some_and(Condition::is_true) {
        return Health::current();
    }
    // The last attempt failed; the next one comes after an hour or more.
    if let Some(issuing) = Condition::find(object, "Issuing")
        && issuing.is_false()
        && issuing.reason() == "Failed"
    {
        return Health::failed(issuing.message());
    }
    Health::in_progress(ready.map_or("it is not issued yet", Condition::message))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::health::State::{Current, Failed, InProgress};
    use crate::health::health;

    #[test]
    fn it_is_ready_when_it_is_issued() {
        let ready = |status: &str, generation: u64| json!({"type": "Ready", "status": status, "observedGeneration": generation, "message": "not yet"});
        let failed = json!({"type": "Issuing", "status": "False", "reason": "Failed", "message": "DNS problem"});
        for (conditions, state, message) in [
            (json!([]), InProgress, "it is not issued yet"),
            (json!([ready("False", 2)]), InProgress, "not yet"),
            (json!([ready("True", 2)]), Current, ""),
            (
                json!([ready("True", 1)]),
                InProgress,
                "it is not issued yet",
            ),
            (json!([ready("False", 2), failed]), Failed, "DNS problem"),
        ] {
            let object = json!({"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": {"generation": 2}, "status": {"conditions": conditions}});
            let found = health(Some(&object));
            assert_eq!(
                (found.state, found.message.as_str()),
                (state, message),
                "{conditions}"
            );
        }
    }
}
