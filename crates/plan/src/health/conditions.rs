//! Reading `status.conditions`.

use serde_json::Value;

/// A condition of an object.
#[derive(Clone, Copy)]
pub(crate) struct Condition<'a>(&'a Value);

impl<'a> Condition<'a> {
    /// Returns the condition of a type.
    pub(crate) fn find(object: &'a Value, name: &str) -> Option<Self> {
        Self::find_in(&object["status"]["conditions"], name)
    }

    /// Returns the condition of a type from a list of them.
    pub(crate) fn find_in(conditions: &'a Value, name: &str) -> Option<Self> {
        let mut conditions = conditions.as_array()?.iter();
        conditions
            .find(|condition| condition["type"] == name)
            .map(Self)
    }

    /// Says whether it is true.
    pub(crate) fn is_true(self) -> bool {
        self.0["status"] == "True"
    }

    /// Says whether it is false, as opposed to unknown.
    pub(crate) fn is_false(self) -> bool {
        self.0["status"] == "False"
    }

    /// Returns the reason.
    pub(crate) fn reason(self) -> &'a str {
        self.0["reason"].as_str().unwrap_or_default()
    }

    /// Returns the message, or the reason where there is none.
    pub(crate) fn message(self) -> &'a str {
        self.0["message"]
            .as_str()
            .filter(|message| !message.is_empty())
            .unwrap_or_else(|| self.reason())
    }

    /// Says whether it speaks of the object as it is now.
    pub(crate) fn is_recent(self, object: &Value) -> bool {
        match (
            self.0["observedGeneration"].as_u64(),
            object["metadata"]["generation"].as_u64(),
        ) {
            (Some(observed), Some(generation)) => observed >= generation,
            _ => true,
        }
    }
}
