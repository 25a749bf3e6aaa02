//! Managed fields: which part of an object a field manager owns, and that part of it.

use serde_json::{Map, Value};

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

/// Returns those of the fields that an object has.
#[must_use]
pub fn present(value: &Value, fields: &Value) -> Value {
    let fields = fields.as_object().into_iter().flatten();
    let found = fields.filter_map(|(name, below)| match name.as_str() {
        "." => Some((name.clone(), below.clone())),
        name => Some((name.to_owned(), present(child(value, name)?, below))),
    });
    Value::Object(found.collect())
}

/// Returns the fields that are not in `less`. A map of which nothing is left goes with what was in it; an item of a list stays.
#[must_use]
pub fn minus(fields: &Value, less: &Value) -> Value {
    let fields = fields.as_object().into_iter().flatten();
    let left = fields.filter_map(|(name, below)| {
        let Some(less) = less.get(name) else {
            return Some((name.clone(), below.clone()));
        };
        if is_empty(less) {
            return None;
        }
        let rest = minus(below, less);
        let is_item = name.starts_with("k:");
        let has_any = rest
            .as_object()
            .is_some_and(|rest| rest.keys().any(|name| name != "."));
        (is_item || has_any).then(|| (name.clone(), rest))
    });
    Value::Object(left.collect())
}

/// Returns the object without these fields.
#[must_use]
pub fn without(object: &Value, fields: &Value) -> Value {
    let mut rest = object.clone();
    let Some(fields) = fields.as_object() else {
        return rest;
    };
    match &mut rest {
        Value::Object(map) => map.retain(|name, value| {
            let Some(below) = fields.get(&format!("f:{name}")) else {
                return true;
            };
            *value = without(value, below);
            !is_empty(below)
        }),
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                let below = fields.iter().find(|(name, _)| names(name, at, item));
                if let Some((_, below)) = below {
                    *item = without(item, below);
                }
            }
        }
        _ => {}
    }
    rest
}

/// Returns those of the fields that have the same value in two objects.
#[must_use]
pub fn same(one: &Value, other: &Value, fields: &Value) -> Value {
    let fields = fields.as_object().into_iter().flatten();
    let found = fields.filter_map(|(name, below)| {
        let (one, other) = (child(one, name)?, child(other, name)?);
        if is_empty(below) {
            return (one == other).then(|| (name.clone(), below.clone()));
        }
        let below = same(one, other, below);
        (!is_empty(&below)).then(|| (name.clone(), below))
    });
    Value::Object(found.collect())
}

/// Returns those of the fields that `desired` does not have, leaving out whole items of lists: what may be a default of the server.
#[must_use]
pub fn undeclared(object: &Value, fields: &Value, desired: Option<&Value>) -> Value {
    let fields = fields.as_object().into_iter().flatten();
    let found = fields.filter_map(|(name, below)| {
        let there = child(object, name)?;
        let wanted = desired.and_then(|desired| child(desired, name));
        if name.starts_with("f:") && is_empty(below) {
            return wanted.is_none().then(|| (name.clone(), below.clone()));
        }
        if !name.starts_with("f:") && wanted.is_none() {
            return None;
        }
        let below = undeclared(there, below, wanted);
        (!is_empty(&below)).then(|| (name.clone(), below))
    });
    Value::Object(found.collect())
}

/// Returns the fields of an object that have no others of these fields in them, each as the path of what it is in, and its name.
#[must_use]
pub fn leaves(object: &Value, fields: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(object, fields, "", &mut found);
    found
}

fn walk(value: &Value, fields: &Value, path: &str, found: &mut Vec<(String, String)>) {
    for (name, below) in fields.as_object().into_iter().flatten() {
        let Some(value) = child(value, name) else {
            continue;
        };
        let shown = shown(name);
        let has_more = below
            .as_object()
            .is_some_and(|below| below.keys().any(|name| name != "."));
        if has_more {
            walk(value, below, &joined(path, &shown), found);
        } else {
            found.push((path.to_owned(), shown));
        }
    }
}

/// Returns a name in managed fields as people read it.
fn shown(name: &str) -> String {
    let plain = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    match (name.split_once(':'), keys(name)) {
        (_, Some(keys)) => {
            let values: Vec<String> = keys.values().map(plain).collect();
            format!("[{}]", values.join("/"))
        }
        (Some(("f", field)), _) if field.contains(['.', '/', ' ']) => format!("[{field}]"),
        (Some(("f", field)), _) => field.to_owned(),
        (Some((_, value)), _) => format!("[{}]", value.trim_matches('"')),
        (None, _) => name.to_owned(),
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() || name.starts_with('[') {
        format!("{path}{name}")
    } else {
        format!("{path}.{name}")
    }
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
    fn fields_that_are_gone_are_left_out_and_others_read_as_paths() {
        let fields = json!({
            "f:metadata": {"f:labels": {".": {}, "f:app": {}, "f:gone": {}}, "f:annotations": {"f:a.b/c": {}}},
            "f:spec": {"f:replicas": {}, "f:template": {"f:spec": {"f:containers": {
                r#"k:{"name":"web"}"#: {".": {}, "f:image": {}}, r#"k:{"name":"old"}"#: {".": {}},
            }}}},
        });
        let there = present(&deployment(), &fields);
        assert_eq!(
            there["f:metadata"],
            json!({"f:labels": {".": {}, "f:app": {}}})
        );
        let paths: Vec<String> = leaves(&deployment(), &there)
            .iter()
            .map(|(path, name)| joined(path, name))
            .collect();
        assert_eq!(
            paths,
            [
                "metadata.labels.app",
                "spec.replicas",
                "spec.template.spec.containers[web].image"
            ]
        );
        assert_eq!(
            joined("metadata.annotations", &shown("f:a.b/c")),
            "metadata.annotations[a.b/c]"
        );
    }

    #[test]
    fn what_is_not_declared_is_tried_without_whole_items() {
        let object = json!({"spec": {"a": 1, "b": 2, "strategy": {"type": "x", "more": 1}, "ports": [
            {"port": 1, "protocol": "TCP", "c": 1}, {"port": 2, "protocol": "TCP", "c": 1},
        ]}});
        let fields = json!({"f:spec": {"f:a": {}, "f:b": {}, "f:strategy": {".": {}, "f:type": {}, "f:more": {}}, "f:ports": {
            r#"k:{"port":1,"protocol":"TCP"}"#: {".": {}, "f:c": {}}, r#"k:{"port":2,"protocol":"TCP"}"#: {".": {}, "f:c": {}},
        }}});
        let desired = json!({"spec": {"a": 7, "ports": [{"port": 1}]}});
        let tried = undeclared(&object, &fields, Some(&desired));
        let expected = json!({"f:spec": {"f:b": {}, "f:strategy": {"f:type": {}, "f:more": {}}, "f:ports": {
            r#"k:{"port":1,"protocol":"TCP"}"#: {"f:c": {}},
        }}});
        assert_eq!(tried, expected);
        let rest = without(&object, &tried);
        let bare = json!({"spec": {"a": 1, "strategy": {}, "ports": [
            {"port": 1, "protocol": "TCP"}, {"port": 2, "protocol": "TCP", "c": 1},
        ]}});
        assert_eq!(rest, bare);
        let answer = json!({"spec": {"a": 1, "b": 2, "strategy": {"type": "x", "more": 2}, "ports": [{"port": 1, "protocol": "TCP", "c": 1}]}});
        let defaults = same(&object, &answer, &tried);
        let left = json!({"f:spec": {"f:a": {}, "f:strategy": {".": {}, "f:more": {}}, "f:ports": {
            r#"k:{"port":1,"protocol":"TCP"}"#: {".": {}}, r#"k:{"port":2,"protocol":"TCP"}"#: {".": {}, "f:c": {}},
        }}});
        assert_eq!(minus(&fields, &defaults), left);
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
