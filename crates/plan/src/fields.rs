//! Managed fields: which part of an object a field manager owns, and that part of it.

mod paths;
mod sets;

use serde_json::{Map, Value};

pub use paths::leaves;
pub use sets::{minus, present, same, undeclared, without};

/// Returns the fields that managers own, of those that `wanted` names; parts of an object that belong to a subresource aside.
pub fn owned_by(object: &Value, wanted: impl Fn(&str) -> bool) -> Value {
    let entries = object["metadata"]["managedFields"]
        .as_array()
        .into_iter()
        .flatten();
    let entries = entries.filter(|entry| {
        entry.get("subresource").is_none() && entry["manager"].as_str().is_some_and(&wanted)
    });
    entries.fold(Value::Object(Map::new()), |fields, entry| {
        union(fields, &entry["fieldsV1"])
    })
}

/// Returns all fields that are in one or the other.
pub fn union(one: Value, other: &Value) -> Value {
    let (mut one, other) = match (one, other) {
        (Value::Object(one), Value::Object(other)) => (one, other),
        (one, _) => return one,
    };
    for (name, below) in other {
        let merged = match one.remove(name) {
            // An empty set of fields means the field as a whole, so it holds whatever the other one names in it.
            Some(Value::Object(fields)) if fields.is_empty() || is_empty(below) => {
                Value::Object(Map::new())
            }
            Some(fields) => union(fields, below),
            None => below.clone(),
        };
        one.insert(name.clone(), merged);
    }
    Value::Object(one)
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}

/// Returns the part of an object that consists of these fields, with what the object is called: something that can be applied.
pub fn extract(object: &Value, fields: &Value) -> Value {
    let mut part = extracted(object, fields).unwrap_or_else(|| Value::Object(Map::new()));
    for name in ["apiVersion", "kind"] {
        part[name] = object[name].clone();
    }
    for name in ["name", "namespace"] {
        if let Some(value) = object["metadata"].get(name) {
            part["metadata"][name] = value.clone();
        }
    }
    part
}

fn extracted(value: &Value, fields: &Value) -> Option<Value> {
    let fields = fields.as_object()?;
    if fields.is_empty() {
        return Some(value.clone());
    }
    match value {
        Value::Object(map) => Some(Value::Object(members(map, fields))),
        Value::Array(items) => Some(Value::Array(
            items
                .iter()
                .enumerate()
                .filter_map(|(at, item)| item_of(at, item, fields))
                .collect(),
        )),
        other => Some(other.clone()),
    }
}

fn members(map: &Map<String, Value>, fields: &Map<String, Value>) -> Map<String, Value> {
    let named = fields.iter().filter_map(|(name, below)| {
        let name = name.strip_prefix("f:")?;
        Some((name.to_owned(), extracted(map.get(name)?, below)?))
    });
    named.collect()
}

/// Returns the part of a list's item that belongs to the fields: found by its keys, its value, or its place. An item that is told
/// apart by keys has them, whoever owns them: without them it is none.
fn item_of(at: usize, item: &Value, fields: &Map<String, Value>) -> Option<Value> {
    fields.iter().find_map(|(name, below)| {
        if !names(name, at, item) {
            return None;
        }
        let mut part = extracted(item, below)?;
        for (key, value) in keys(name).into_iter().flatten() {
            if !is_filled_in(&key, &value) {
                part[key] = value;
            }
        }
        Some(part)
    })
}

/// Says whether a name in managed fields means an item of a list.
fn names(name: &str, at: usize, item: &Value) -> bool {
    match name.split_once(':') {
        Some(("k", _)) => keys(name).is_some_and(|keys| has_keys(item, &keys)),
        Some(("v", value)) => {
            serde_json::from_str::<Value>(value).is_ok_and(|value| value == *item)
        }
        Some(("i", place)) => place.parse() == Ok(at),
        _ => false,
    }
}

fn keys(name: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(name.strip_prefix("k:")?).ok()
}

/// Returns what a name in managed fields means within a value.
fn child<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    if let Some(field) = name.strip_prefix("f:") {
        return value.get(field);
    }
    let mut items = value.as_array()?.iter().enumerate();
    items
        .find(|(at, item)| names(name, *at, item))
        .map(|(_, item)| item)
}

fn has_keys(item: &Value, keys: &Map<String, Value>) -> bool {
    keys.iter().all(|(name, value)| match item.get(name) {
        Some(there) => there == value,
        None => is_filled_in(name, value),
    })
}

/// Says whether the server fills in a key of an item where it is not written: there is one such field.
fn is_filled_in(name: &str, value: &Value) -> bool {
    name == "protocol" && value == "TCP"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment() -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {
                "name": "web", "namespace": "shop", "uid": "1", "labels": {"app": "web", "team": "a"},
                "managedFields": [
                    {"manager": "steading", "operation": "Apply", "fieldsV1": {
                        "f:metadata": {"f:labels": {".": {}, "f:app": {}}},
                        "f:spec": {"f:template": {"f:spec": {"f:containers": {r#"k:{"name":"web"}"#: {".": {}, "f:name": {}, "f:image": {}}}}}},
                    }},
                    {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:metadata": {"f:labels": {"f:team": {}}}}},
                    {"manager": "steading", "operation": "Update", "subresource": "scale", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
                ],
            },
            "spec": {"replicas": 3, "template": {"spec": {"containers": [
                {"name": "sidecar", "image": "s:1"}, {"name": "web", "image": "w:1", "imagePullPolicy": "Always"},
            ]}}},
        })
    }

    #[test]
    fn what_a_manager_owns_can_be_applied_again() {
        let object = deployment();
        let part = extract(&object, &owned_by(&object, |manager| manager == "steading"));
        let expected = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
            "spec": {"template": {"spec": {"containers": [{"name": "web", "image": "w:1"}]}}},
        });
        assert_eq!(part, expected);
    }

    #[test]
    fn several_managers_own_the_union() {
        let object = deployment();
        let part = extract(&object, &owned_by(&object, |_| true));
        assert_eq!(
            part["metadata"]["labels"],
            json!({"app": "web", "team": "a"})
        );
        assert!(part["spec"].get("replicas").is_none());
    }

    #[test]
    fn a_whole_field_holds_its_parts() {
        let whole = json!({"f:spec": {}});
        let part = json!({"f:spec": {"f:replicas": {}}, "f:data": {}});
        assert_eq!(
            union(whole.clone(), &part),
            json!({"f:spec": {}, "f:data": {}})
        );
        assert_eq!(union(part, &whole), json!({"f:spec": {}, "f:data": {}}));
    }

    #[test]
    fn an_item_has_its_keys_whoever_owns_them() {
        let fields = json!({"f:spec": {"f:template": {"f:spec": {"f:containers": {r#"k:{"name":"web"}"#: {"f:image": {}}}}}}});
        let part = extract(&deployment(), &fields);
        assert_eq!(
            part["spec"]["template"]["spec"]["containers"],
            json!([{"name": "web", "image": "w:1"}])
        );
    }

    #[test]
    fn members_of_sets_are_found_by_value() {
        let object = json!({"apiVersion": "v1", "kind": "X", "metadata": {"name": "x", "finalizers": ["a", "b"]}});
        let part = extract(
            &object,
            &json!({"f:metadata": {"f:finalizers": {r#"v:"b""#: {}}}}),
        );
        assert_eq!(part["metadata"]["finalizers"], json!(["b"]));
    }
}
