//! A volume is ready when it can be bound or is.

use serde_json::Value;

use super::Health;

pub(super) fn health(object: &Value) -> Health {
    match object["status"]["phase"].as_str() {
        Some("Available" | "Bound") => Health::current(),
        Some("Released") => Health::failed("its claim is gone, and it is not offered again"),
        Some("Failed") => {
            Health::failed(object["status"]["message"].as_str().unwrap_or("it failed"))
        }
        _ => Health::in_progress("it is not available yet"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::health::State::{Current, Failed, InProgress};
    use crate::health::health;

    #[test]
    fn it_is_ready_when_it_can_be_bound() {
        for (phase, state) in [
            ("Pending", InProgress),
            ("Available", Current),
            ("Bound", Current),
            ("Released", Failed),
            ("Failed", Failed),
        ] {
            let object =
                json!({"apiVersion": "v1", "kind": "PersistentVolume", "status": {"phase": phase}});
            assert_eq!(health(Some(&object)).state, state, "{phase}");
        }
    }
}
