//! A live object, opened in one pass over its text.
//!
//! A thousand applications are compared at every plan, so nothing is parsed that comparing does not need: the status and the managed
//! fields of others stay text until they are asked for.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use steading_model::desired::{FIELD_MANAGER, LABEL_MANAGED_BY};

use crate::observed::Live;
use crate::step::FieldOwner;

/// Parts of `metadata` that the server keeps for itself: never compared.
const KEPT_BY_SERVER: [&str; 7] = [
    "managedFields",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "selfLink",
];

/// A live object.
#[derive(Default)]
pub(crate) struct Opened<'a> {
    /// The object without its status and without what the server keeps.
    object: Value,
    /// What the server keeps, without the managed fields.
    kept: Map<String, Value>,
    status: Option<&'a RawValue>,
    managers: Vec<Manager<'a>>,
}

/// One entry of `managedFields`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manager<'a> {
    #[serde(default, rename = "manager")]
    name: String,
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
        serde_json::from_str(live.json.get()).unwrap_or_default()
    }

    /// Returns the object without its status and without what the server keeps.
    pub(crate) fn value(&self) -> &Value {
        &self.object
    }

    /// Returns a text that the server keeps in `metadata`, such as `uid`.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.kept.get(name)?.as_str()
    }

    /// Returns a label.
    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        self.object["metadata"]["labels"].get(name)?.as_str()
    }

    /// Returns an annotation.
    pub(crate) fn annotation(&self, name: &str) -> Option<&str> {
        self.object["metadata"]["annotations"].get(name)?.as_str()
    }

    /// Returns the status.
    pub(crate) fn status(&self) -> Value {
        self.status.map(|raw| read(raw.get())).unwrap_or_default()
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
            .filter(|manager| manager.name != FIELD_MANAGER)
            .map(|manager| (manager.owner(), manager.fields()))
            .collect()
    }

    /// Returns who wrote the object last, apart from its status and apart from us.
    pub(crate) fn last_writer(&self) -> Option<FieldOwner> {
        self.managers
            .iter()
            .filter(|manager| manager.name != FIELD_MANAGER && manager.subresource.is_none())
            .max_by(|one, two| one.time.cmp(&two.time))
            .map(Manager::owner)
    }

    /// Says whether the label of the manager is ours.
    pub(crate) fn is_labelled_ours(&self) -> bool {
        self.label(LABEL_MANAGED_BY) == Some(FIELD_MANAGER)
    }
}

impl<'de> Deserialize<'de> for Opened<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Opened<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a Kubernetes object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut opened = Opened::default();
        let mut object = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "status" => opened.status = Some(map.next_value()?),
                "metadata" => {
                    let metadata = map.next_value_seed(Metadata(&mut opened))?;
                    object.insert(name, Value::Object(metadata));
                }
                _ => {
                    object.insert(name, map.next_value()?);
                }
            }
        }
        opened.object = Value::Object(object);
        Ok(opened)
    }
}

/// Reads `metadata`: what the server keeps goes into the opened object, the rest is returned.
struct Metadata<'o, 'de>(&'o mut Opened<'de>);

impl<'de> DeserializeSeed<'de> for Metadata<'_, 'de> {
    type Value = Map<String, Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Metadata<'_, 'de> {
    type Value = Map<String, Value>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the metadata of a Kubernetes object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut metadata = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == "managedFields" {
                self.0.managers = map.next_value()?;
            } else if KEPT_BY_SERVER.contains(&name.as_str()) {
                self.0.kept.insert(name, map.next_value()?);
            } else {
                metadata.insert(name, map.next_value()?);
            }
        }
        Ok(metadata)
    }
}

impl Manager<'_> {
    fn is_our_apply(&self) -> bool {
        self.name == FIELD_MANAGER
            && self.operation == Operation::Apply
            && self.subresource.is_none()
    }

    fn fields(&self) -> Value {
        self.fields.map(|raw| read(raw.get())).unwrap_or_default()
    }

    fn owner(&self) -> FieldOwner {
        FieldOwner {
            manager: self.name.clone(),
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
