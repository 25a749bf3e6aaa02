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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn entry(manager: &str, operation: &str, fields: &Value) -> Value {
        json!({ "manager": manager, "operation": operation, "apiVersion": "v1", "fieldsV1": fields })
    }

    fn config(labels: &Value, entries: &[Value]) -> Value {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "data": { "a": "1", "b": "2" },
            "metadata": { "name": "x", "labels": labels, "annotations": { "left": "over" }, "managedFields": entries },
        })
    }

    fn before() -> Value {
        let fields = json!({
            "f:data": { ".": {}, "f:a": {}, "f:b": {} },
            "f:metadata": { "f:labels": { "f:by": {} }, "f:annotations": { "f:left": {} } },
        });
        let theirs = json!({ "f:metadata": { "f:labels": { "f:other": {} } } });
        let entries = [
            entry("helm", "Update", &fields),
            entry("else", "Update", &theirs),
        ];
        config(&json!({ "by": "helm", "other": "x" }), &entries)
    }

    fn taken() -> Taken {
        let before = before();
        let taking = Taking {
            managers: BTreeSet::from(["helm".to_owned()]),
            fields: json!({ "f:data": { ".": {}, "f:a": {} }, "f:metadata": { "f:labels": { "f:by": {} } } }),
            leftovers: BTreeSet::from(["left".to_owned()]),
            labels: BTreeMap::from([("by".to_owned(), "steading".to_owned())]),
        };
        let managed_fields = entries(&before).to_vec();
        Taken {
            taking,
            managed_fields,
        }
    }

    #[test]
    fn what_is_taken_is_applied_as_it_is() {
        let Taken { taking, .. } = taken();
        let desired = taking.desired(&before());
        let expected = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "data": { "a": "1" },
            "metadata": { "name": "x", "labels": { "by": "steading" } },
        });
        assert_eq!(desired, expected);
        let managed = taking.managed_fields(&before()).unwrap();
        let names: Vec<&str> = managed.iter().filter_map(manager).collect();
        assert_eq!(names, ["else", "steading"]);
        // What goes is ours too, so that applying takes it away; what was a default is nobody's.
        let ours = &managed[1]["fieldsV1"];
        assert!(ours["f:metadata"]["f:annotations"]["f:left"].is_object());
        assert!(ours["f:data"].get("f:b").is_none());
        let mut half = before();
        half["metadata"]["managedFields"] = json!(managed);
        assert_eq!(
            taking.managed_fields(&half),
            None,
            "doing it again changes nothing"
        );
    }

    #[test]
    fn all_is_given_back_and_what_others_did_meanwhile_stays() {
        let taken = taken();
        assert_eq!(taken.metadata_back(&before(), &before()), None);
        assert_eq!(taken.managed_fields_back(&before()), None);
        let ours = json!({ "f:data": { "f:a": {} } });
        let late = json!({ "f:data": { "f:b": {} } });
        let written = [
            entry("late", "Update", &late),
            entry("steading", "Apply", &ours),
        ];
        let mut live = config(&json!({ "by": "steading" }), &written);
        live["metadata"]["annotations"] = json!(null);
        let patch = json!({ "labels": { "by": "helm" }, "annotations": { "left": "over" } });
        assert_eq!(taken.metadata_back(&before(), &live), Some(patch));
        live["metadata"]["labels"] = json!({ "by": "helm" });
        live["metadata"]["annotations"] = json!({ "left": "over" });
        let back = taken.managed_fields_back(&live).unwrap();
        let names: Vec<&str> = back.iter().filter_map(manager).collect();
        assert_eq!(names, ["late", "helm"]);
        assert_eq!(back[1]["fieldsV1"], entries(&before())[0]["fieldsV1"]);
    }

    #[test]
    fn a_change_outside_of_the_metadata_is_found() {
        let (one, mut other) = (before(), before());
        other["metadata"]["labels"]["by"] = json!("steading");
        assert_eq!(super::super::touched(&one, &other), None);
        other["data"]["b"] = json!("3");
        assert_eq!(
            super::super::touched(&one, &other).as_deref(),
            Some("data.b")
        );
    }
}
