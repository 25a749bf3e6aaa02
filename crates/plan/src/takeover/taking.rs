//! What of one object is taken over, and how the object is then.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use steading_model::desired::FIELD_MANAGER;

use super::owner::{entries, is_ours, manager};
use crate::fields::{extract, present, union};

/// What of one object is taken over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taking {
    /// The field managers whose fields become ours.
    pub managers: BTreeSet<String>,
    /// The fields that become ours, in the form of managed fields.
    pub fields: Value,
    /// The annotations that go.
    pub leftovers: BTreeSet<String>,
    /// The labels that come.
    pub labels: BTreeMap<String, String>,
}

impl Taking {
    /// Returns the managed fields with all that is taken under our name; nothing where that is so already.
    ///
    /// What goes is among them, because applying takes away only what is ours.
    #[must_use]
    pub fn managed_fields(&self, live: &Value) -> Option<Vec<Value>> {
        let is_theirs = |entry: &&Value| self.is_from(entry);
        if !entries(live).iter().any(|entry| is_theirs(&entry)) && self.is_applied(live) {
            return None;
        }
        let gone = self.annotations();
        Some(self.with_ours(live, &union(self.fields.clone(), &gone)))
    }

    /// Returns what is ours of an object, as it is there, with our labels and without what goes: to apply, and to record.
    #[must_use]
    pub fn desired(&self, live: &Value) -> Value {
        // No fields at all would mean the object as a whole.
        let name = json!({ "f:metadata": { "f:name": {} } });
        let mut object = extract(live, &union(present(live, &self.fields), &name));
        self.relabel(&mut object);
        object
    }

    /// Returns how the object will be.
    pub(super) fn after(&self, live: &Value) -> Value {
        let labels = self
            .labels
            .keys()
            .map(|name| (format!("f:{name}"), json!({})));
        let labels: Map<String, Value> = labels.collect();
        let labels = json!({ "f:metadata": { "f:labels": labels } });
        let mut after = live.clone();
        self.relabel(&mut after);
        let fields = union(self.fields.clone(), &labels);
        after["metadata"]["managedFields"] = Value::Array(self.with_ours(&after, &fields));
        after
    }

    fn is_from(&self, entry: &Value) -> bool {
        manager(entry).is_some_and(|manager| self.managers.contains(manager))
    }

    /// Says whether all fields that are taken are ours: so it is where an interrupted run came this far.
    fn is_applied(&self, live: &Value) -> bool {
        present(live, &self.fields) == json!({}) || entries(live).iter().any(is_ours)
    }

    fn annotations(&self) -> Value {
        if self.leftovers.is_empty() {
            return json!({});
        }
        let names = self.leftovers.iter();
        let names: Map<String, Value> =
            names.map(|name| (format!("f:{name}"), json!({}))).collect();
        json!({ "f:metadata": { "f:annotations": names } })
    }

    /// Returns the entries of all others, with one of ours that has these fields and those that are ours already.
    fn with_ours(&self, live: &Value, fields: &Value) -> Vec<Value> {
        let (taken, mut others): (Vec<Value>, Vec<Value>) = entries(live)
            .iter()
            .cloned()
            .partition(|entry| self.is_from(entry) || is_ours(entry));
        let ours = taken.iter().filter(|entry| is_ours(entry));
        let fields = ours.fold(fields.clone(), |all, entry| union(all, &entry["fieldsV1"]));
        let since = taken
            .iter()
            .filter_map(|entry| entry["time"].as_str())
            .max();
        let mut entry = json!({
            "manager": FIELD_MANAGER, "operation": "Apply", "apiVersion": live["apiVersion"],
            "fieldsType": "FieldsV1", "fieldsV1": present(live, &fields),
        });
        if let Some(since) = since {
            entry["time"] = json!(since);
        }
        others.push(entry);
        others
    }

    fn relabel(&self, object: &mut Value) {
        let metadata = &mut object["metadata"];
        if let Some(annotations) = metadata
            .get_mut("annotations")
            .and_then(Value::as_object_mut)
        {
            annotations.retain(|name, _| !self.leftovers.contains(name));
            if annotations.is_empty()
                && let Some(metadata) = metadata.as_object_mut()
            {
                metadata.remove("annotations");
            }
        }
        for (name, value) in &self.labels {
            metadata["labels"][name] = json!(value);
        }
    }
}

/// Returns the first field outside of the metadata that differs between two forms of an object: what a takeover must not change.
#[must_use]
pub fn touched(before: &Value, after: &Value) -> Option<String> {
    let names = |object: &Value| -> BTreeSet<String> {
        object
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .cloned()
            .collect()
    };
    let all = &names(before) | &names(after);
    let mut looked_at = all
        .iter()
        .filter(|name| !["apiVersion", "kind", "metadata", "status"].contains(&name.as_str()));
    looked_at.find_map(|name| difference(name, &before[name], &after[name]))
}

fn difference(path: &str, before: &Value, after: &Value) -> Option<String> {
    match (before, after) {
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            names
                .into_iter()
                .find_map(|name| difference(&format!("{path}.{name}"), &before[name], &after[name]))
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let mut pairs = one.iter().zip(other).enumerate();
            pairs.find_map(|(at, (one, other))| difference(&format!("{path}[{at}]"), one, other))
        }
        _ => (before != after).then(|| path.to_owned()),
    }
}
