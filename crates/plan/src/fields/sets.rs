//! Sets of fields: what an object has of them, what two have in common, and what is left of it without them.

use serde_json::Value;

use super::{child, is_empty, names};

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
}
