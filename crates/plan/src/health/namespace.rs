//! A namespace is ready when it is active.

use serde_json::Value;

use super::{Health, State};

pub(super) fn health(object: &Value) -> Health {
    match object["status"]["phase"].as_str() {
        Some("Active") => Health::current(),
        Some("Terminating") => Health {
            state: State::Terminating,
            message: "it is being deleted".to_owned(),
        },
        _ => Health::in_progress("it is not active yet"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::health::State::{Current, InProgress, Terminating};
    use crate::health::health;

    #[test]
    fn it_is_ready_when_it_is_active() {
        for (status, state) in [
            (json!({}), InProgress),
            (json!({"phase": "Active"}), Current),
            (json!({"phase": "Terminating"}), Terminating),
        ] {
            let object = json!({"apiVersion": "v1", "kind": "Namespace", "status": status});
            assert_eq!(health(Some(&object)).state, state, "{status}");
        }
    }
}
