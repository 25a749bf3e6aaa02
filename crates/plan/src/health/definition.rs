//! A custom resource definition is ready when its kind is served.

use serde_json::Value;

use super::Health;
use super::conditions::Condition;

pub(super) fn health(object: &Value) -> Health {
    if let Some(accepted) = Condition::find(object, "NamesAccepted")
        && accepted.is_false()
    {
        return Health::failed(accepted.message());
    }
    match Condition::find(object, "Established") {
        Some(established) if established.is_true() => Health::current(),
        _ => Health::in_progress("it is not established yet"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::health::State::{Current, Failed, InProgress};
    use crate::health::health;

    #[test]
    fn it_is_ready_when_it_is_established() {
        let condition = |name: &str, status: &str| json!({"type": name, "status": status, "message": "name is taken"});
        for (conditions, state) in [
            (json!([]), InProgress),
            (
                json!([
                    condition("NamesAccepted", "True"),
                    condition("Established", "False")
                ]),
                InProgress,
            ),
            (
                json!([
                    condition("NamesAccepted", "True"),
                    condition("Established", "True")
                ]),
                Current,
            ),
            (json!([condition("NamesAccepted", "False")]), Failed),
        ] {
            let object = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "status": {"conditions": conditions}});
            assert_eq!(health(Some(&object)).state, state, "{conditions}");
        }
    }
}
