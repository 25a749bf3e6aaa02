//! A live object, opened: each part of its text is parsed when it is asked for.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use steading_model::desired::{FIELD_MANAGER, LABEL_MANAGED_BY};

use crate::observed::Live;
use crate::step::FieldOwner;

/// Parts of `metadata` that the server keeps for itself: never compared.
const KEPT_BY_SERVER: [&str; 6] = [
    "managedFields",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "selfLink",
];

/// A live object whose parts are still text.
pub(crate) struct Opened<'a> {
    fields: BTreeMap<&'a str, &'a RawValue>,
    metadata: BTreeMap<&'a str, &'a RawValue>,
    managers: Vec<Manager<'a>>,
}

/// One entry of `managedFields`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manager<'a> {
    #[serde(default)]
    manager: String,
    #[serde(default)]
    operation: Operation,
    #[serde(default)]
    subresource: Option<String>,
    #[serde(default)]
    time: Option<String>,
    #[serde(borrow, default, rename = "fieldsV1")]
    fields: Option<&'a RawValue>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
enum Operation {
    Apply,
    #[default]
    Update,
}

impl<'a> Opened<'a> {
    /// Opens a live object. Text that is no object opens as an empty one.
    pub(crate) fn new(live: &'a Live) -> Self {
        let fields: BTreeMap<&str, &RawValue> = read(live.json.get());
        let metadata: BTreeMap<&str, &RawValue> = fields
            .get("metadata")
            .map(|raw| read(raw.get()))
            .unwrap_or_default();
        let managers = metadata
            .get("managedFields")
            .map(|raw| read(raw.get()))
            .unwrap_or_default();
        Self {
            fields,
            metadata,
            managers,
        }
    }

    /// Returns the object without its status and without what the server keeps.
    pub(crate) fn value(&self) -> Value {
        let metadata = self
            .metadata
            .iter()
            .filter(|(name, _)| !KEPT_BY_SERVER.contains(name))
            .map(|(name, raw)| ((*name).to_owned(), read(raw.get())))
            .collect();
        let mut object: serde_json::Map<String, Value> = self
            .fields
            .iter()
            .filter(|(name, _)| !["status", "metadata"].contains(name))
            .map(|(name, raw)| ((*name).to_owned(), read(raw.get())))
            .collect();
        object.insert("metadata".to_owned(), Value::Object(metadata));
        Value::Object(object)
    }

    /// Returns a text of `metadata`, such as `uid`.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.metadata.get(name).map(|raw| read(raw.get()))
    }

    /// Returns the labels.
    pub(crate) fn labels(&self) -> BTreeMap<String, String> {
        self.map("labels")
    }

    /// Returns the annotations.
    pub(crate) fn annotations(&self) -> BTreeMap<String, String> {
        self.map("annotations")
    }

    fn map(&self, name: &str) -> BTreeMap<String, String> {
        self.metadata
            .get(name)
            .map(|raw| read(raw.get()))
            .unwrap_or_default()
    }

    /// Returns one top-level part, such as `status`.
    pub(crate) fn part(&self, name: &str) -> Value {
        self.fields
            .get(name)
            .map(|raw| read(raw.get()))
            .unwrap_or_default()
    }

    /// Returns the fields that we own by apply.
    pub(crate) fn owned(&self) -> Vec<Value> {
        self.managers
            .iter()
            .filter(|manager| manager.is_our_apply())
            .map(Manager::fields)
            .collect()
    }

    /// Says whether we ever applied the object.
    pub(crate) fn is_applied_by_us(&self) -> bool {
        self.managers.iter().any(Manager::is_our_apply)
    }

    /// Returns the other managers, with their fields.
    pub(crate) fn others(&self) -> Vec<(FieldOwner, Value)> {
        self.managers
            .iter()
            .filter(|manager| manager.manager != FIELD_MANAGER)
            .map(|manager| (manager.owner(), manager.fields()))
            .collect()
    }

    /// Returns who wrote the object last, apart from its status and apart from us.
    pub(crate) fn last_writer(&self) -> Option<FieldOwner> {
        self.managers
            .iter()
            .filter(|manager| manager.manager != FIELD_MANAGER && manager.subresource.is_none())
            .max_by(|one, two| one.time.cmp(&two.time))
            .map(Manager::owner)
    }

    /// Says whether the label of the manager is ours.
    pub(crate) fn is_labelled_ours(&self) -> bool {
        self.labels().get(LABEL_MANAGED_BY).map(String::as_str) == Some(FIELD_MANAGER)
    }
}

impl Manager<'_> {
    fn is_our_apply(&self) -> bool {
        self.manager == FIELD_MANAGER
            && self.operation == Operation::Apply
            && self.subresource.is_none()
    }

    fn fields(&self) -> Value {
        self.fields.map(|raw| read(raw.get())).unwrap_or_default()
    }

    fn owner(&self) -> FieldOwner {
        FieldOwner {
            manager: self.manager.clone(),
            since: self.time.clone(),
        }
    }
}

fn read<'a, T: Deserialize<'a> + Default>(text: &'a str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}

/// Removes the status and what the server keeps from an object.
pub(crate) fn without_server_fields(object: &mut Value) {
    let Some(fields) = object.as_object_mut() else {
        return;
    };
    fields.remove("status");
    if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|name, _| !KEPT_BY_SERVER.contains(&name.as_str()));
    }
}
