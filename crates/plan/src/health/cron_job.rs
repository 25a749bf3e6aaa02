//! A `CronJob` is ready once it is there: its runs come and go.

use serde_json::Value;

use super::Health;

pub(super) fn health(object: &Value) -> Health {
    let is_suspended = object["spec"]["suspend"] == true;
    Health {
        message: if is_suspended {
            "it is suspended".to_owned()
        } else {
            String::new()
        },
        ..Health::current()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::health::health;

    #[test]
    fn it_is_ready_once_it_is_there() {
        for (suspend, message) in [(false, ""), (true, "it is suspended")] {
            let object =
                json!({"apiVersion": "batch/v1", "kind": "CronJob", "spec": {"suspend": suspend}});
            let found = health(Some(&object));
            assert_eq!(
                (found.is_current(), found.message.as_str()),
                (true, message)
            );
        }
    }
}
