//! Who owns which fields of an object.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steading_model::desired::FIELD_MANAGER;

use crate::fields::leaves;
use crate::step::FieldOwner;

/// A field manager with what it owns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Owner {
    /// Its name, and since when.
    pub owner: FieldOwner,
    /// `Apply` or `Update`.
    pub operation: String,
    /// Each field, as the path of what it is in and its name.
    pub fields: Vec<(String, String)>,
}

impl Owner {
    pub(super) fn new(live: &Value, entry: &Value) -> Self {
        let text = |name: &str| entry[name].as_str().map(str::to_owned);
        Self {
            owner: FieldOwner {
                manager: text("manager").unwrap_or_default(),
                since: text("time"),
            },
            operation: text("operation").unwrap_or_default(),
            fields: leaves(live, &entry["fieldsV1"]),
        }
    }
}

/// Returns the entries of the managed fields.
pub(super) fn entries(object: &Value) -> &[Value] {
    let entries = object["metadata"]["managedFields"].as_array();
    entries.map_or(&[], Vec::as_slice)
}

/// Returns the manager of an entry, unless it is about a subresource such as `status` or `scale`: those are of the cluster's own parts.
pub(super) fn manager(entry: &Value) -> Option<&str> {
    entry["manager"]
        .as_str()
        .filter(|_| entry.get("subresource").is_none())
}

pub(super) fn is_ours(entry: &Value) -> bool {
    manager(entry) == Some(FIELD_MANAGER)
}
