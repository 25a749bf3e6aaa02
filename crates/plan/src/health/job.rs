//! A Job is ready when it is done; one that is suspended rests.

use serde_json::Value;

use super::conditions::Condition;
use super::{Health, count};

pub(super) fn health(object: &Value) -> Health {
    let is = |name: &str| Condition::find(object, name).filter(|condition| condition.is_true());
    if let Some(failed) = is("Failed") {
        return Health::failed(failed.message());
    }
    if is("Complete").is_some() {
        return Health::current();
    }
    if object["spec"]["suspend"] == true {
        return Health {
            message: "it is suspended".to_owned(),
            ..Health::current()
        };
    }
    let wanted = object["spec"]["completions"].as_u64().unwrap_or(1);
    let done = count(object, "/status/succeeded");
    let failed = count(object, "/status/failed");
    let attempts = if failed > 0 {
        format!(", {failed} attempts failed")
    } else {
        String::new()
    };
    Health::in_progress(format!("{done} of {wanted} runs are done{attempts}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::health::State::{Current, Failed, InProgress};
    use crate::health::health;

    #[test]
    fn it_is_ready_when_it_is_done() {
        let condition = |name: &str, status: &str| json!({"conditions": [{"type": name, "status": status, "message": "why"}]});
        for (spec, status, state, message) in [
            (json!({}), json!({}), InProgress, "0 of 1 runs are done"),
            (
                json!({"completions": 3}),
                json!({"succeeded": 2, "failed": 1}),
                InProgress,
                "2 of 3 runs are done, 1 attempts failed",
            ),
            (json!({}), condition("Complete", "True"), Current, ""),
            (
                json!({}),
                condition("Complete", "False"),
                InProgress,
                "0 of 1 runs are done",
            ),
            (json!({}), condition("Failed", "True"), Failed, "why"),
            (
                json!({"suspend": true}),
                json!({}),
                Current,
                "it is suspended",
            ),
        ] {
            let object =
                json!({"apiVersion": "batch/v1", "kind": "Job", "spec": spec, "status": status});
            let found = health(Some(&object));
            assert_eq!(
                (found.state, found.message.as_str()),
                (state, message),
                "{status}"
            );
        }
    }
}
