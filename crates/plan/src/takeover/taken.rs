//! What is recorded of an object that is taken over, and how it is given back.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::owner::{entries, is_ours, manager};
use super::taking::Taking;
use crate::fields::{present, union};

/// What was taken over of an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// What was to be taken.
    pub taking: Taking,
    /// The managed fields that the object had.
    pub managed_fields: Vec<Value>,
}

impl Taken {
    /// Returns the labels and annotations to write over an object so that they are as before; nothing where they are.
    #[must_use]
    pub fn metadata_back(&self, before: &Value, live: &Value) -> Option<Value> {
        let mut patch = json!({});
        for (part, names) in [
            ("labels", self.taking.labels.keys().collect::<Vec<_>>()),
            ("annotations", self.taking.leftovers.iter().collect()),
        ] {
            for name in names {
                let (was, is) = (
                    &before["metadata"][part][name],
                    &live["metadata"][part][name],
                );
                if was != is {
                    patch[part][name] = was.clone();
                }
            }
        }
        (patch != json!({})).then_some(patch)
    }

    /// Returns the managed fields with all that was taken given back; nothing where it was. What others did meanwhile stays.
    #[must_use]
    pub fn managed_fields_back(&self, live: &Value) -> Option<Vec<Value>> {
        let there = entries(live);
        let mut back: Vec<Value> = there
            .iter()
            .filter(|entry| !is_ours(entry))
            .cloned()
            .collect();
        let taken = self.managed_fields.iter().filter(|entry| {
            manager(entry).is_some_and(|manager| self.taking.managers.contains(manager))
        });
        for entry in taken {
            let fields = present(live, &entry["fieldsV1"]);
            match back.iter_mut().find(|other| is_same(entry, other)) {
                Some(other) => {
                    let now = other["fieldsV1"].take();
                    other["fieldsV1"] = union(now, &fields);
                }
                None if fields.as_object().is_some_and(Map::is_empty) => {}
                None => {
                    let mut entry = entry.clone();
                    entry["fieldsV1"] = fields;
                    back.push(entry);
                }
            }
        }
        let is_back = back.len() == there.len() && back.iter().all(|entry| there.contains(entry));
        (!is_back).then_some(back)
    }
}

/// Says whether two entries are of one manager: what the server tells them apart by.
fn is_same(one: &Value, other: &Value) -> bool {
    ["manager", "operation", "apiVersion", "subresource"]
        .iter()
        .all(|name| one.get(name) == other.get(name))
}
