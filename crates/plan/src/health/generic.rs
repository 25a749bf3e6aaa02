//! Any other object, by the conventions of custom resources: `Stalled`, `Reconciling`, `Ready`, and the observed generation.
//!
//! An object without a status is ready once it is there; that is all there is to know of it.

use serde_json::Value;

use super::conditions::Condition;
use super::{Health, unseen};

pub(super) fn health(object: &Value) -> Health {
    if object["status"].get("observedGeneration").is_some()
        && let Some(unseen) = unseen(object)
    {
        return unseen;
    }
    let recent =
        |name: &str| Condition::find(object, name).filter(|condition| condition.is_recent(object));
    if let Some(stalled) = recent("Stalled").filter(|condition| condition.is_true()) {
        return Health::failed(stalled.message());
    }
    if let Some(reconciling) = recent("Reconciling").filter(|condition| condition.is_true()) {
        return Health::in_progress(reconciling.message());
    }
    match Condition::find(object, "Ready") {
        Some(ready) if !ready.is_recent(object) => {
            Health::in_progress("the controller has not seen the change yet")
        }
        Some(ready) if !ready.is_true() => Health::in_progress(ready.message()),
        _ => Health::current(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::health::State::{Current, Failed, InProgress, NotFound, Terminating, Unknown};
    use crate::health::health;

    #[test]
    fn conditions_of_any_kind_are_understood() {
        let condition = |name: &str, status: &str| json!({"conditions": [{"type": name, "status": status, "message": "why"}]});
        for (status, state) in [
            (json!(null), Current),
            (json!({}), Current),
            (json!({"observedGeneration": 1}), InProgress),
            (json!({"observedGeneration": 2}), Current),
            (condition("Ready", "True"), Current),
            (condition("Ready", "False"), InProgress),
            (condition("Ready", "Unknown"), InProgress),
            (condition("Stalled", "True"), Failed),
            (condition("Stalled", "False"), Current),
            (condition("Reconciling", "True"), InProgress),
            (
                json!({"conditions": [{"type": "Ready", "status": "True", "observedGeneration": 1}]}),
                InProgress,
            ),
        ] {
            let object = json!({"apiVersion": "example.org/v1", "kind": "Widget", "metadata": {"generation": 2}, "status": status});
            assert_eq!(health(Some(&object)).state, state, "{status}");
        }
    }

    #[test]
    fn what_is_absent_leaving_or_nameless_has_a_state_too() {
        let leaving = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"deletionTimestamp": "2026-11-21T08:00:00Z"}});
        assert_eq!(health(None).state, NotFound);
        assert_eq!(health(Some(&leaving)).state, Terminating);
        assert_eq!(health(Some(&json!({}))).state, Unknown);
    }
}
