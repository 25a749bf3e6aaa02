//! An `InfisicalSecret` is ready when its operator wrote the Secret.

use serde_json::Value;

use super::Health;
use super::conditions::Condition;

const READY: &str = "secrets.infisical.com/ReadyToSyncSecrets";
const TOKEN: &str = "secrets.infisical.com/LoadedInfisicalToken";

pub(super) fn health(object: &Value) -> Health {
    if let Some(token) = Condition::find(object, TOKEN)
        && token.is_false()
    {
        return Health::in_progress(token.message());
    }
    match Condition::find(object, READY) {
        Some(ready) if ready.is_true() => Health::current(),
        Some(ready) => Health::in_progress(ready.message()),
        None => Health::in_progress("the operator has not synced it yet"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{READY, TOKEN};
    use crate::health::State::{Current, InProgress};
    use crate::health::health;

    #[test]
    fn it_is_ready_when_it_was_synced() {
        let condition = |name: &str, status: &str| json!({"type": name, "status": status, "message": "no such path"});
        for (conditions, state, message) in [
            (json!([]), InProgress, "the operator has not synced it yet"),
            (
                json!([condition(READY, "False")]),
                InProgress,
                "no such path",
            ),
            (json!([condition(READY, "True")]), Current, ""),
            (
                json!([condition(READY, "True"), condition(TOKEN, "False")]),
                InProgress,
                "no such path",
            ),
        ] {
            let object = json!({"apiVersion": "secrets.infisical.com/v1alpha1", "kind": "InfisicalSecret", "status": {"conditions": conditions}});
            let found = health(Some(&object));
            assert_eq!(
                (found.state, found.message.as_str()),
                (state, message),
                "{conditions}"
            );
        }
    }
}
