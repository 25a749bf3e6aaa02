//! Parts of an object: those that another one has too.

use serde_json::{Map, Value};
use steading_model::GroupKind;

use super::lists::{self, List};
use super::path::Segment;

/// Returns the part of `whole` whose fields `shape` has; none where they have nothing in common.
///
/// Lists and maps that are matched as a whole come as a whole.
pub(crate) fn project(kind: &GroupKind, whole: &Value, shape: &Value) -> Option<Value> {
    Projection { kind }.part(whole, shape, &mut Vec::new())
}

/// Puts the fields of `part` into `whole`; what `whole` has besides stays.
pub(crate) fn merge(kind: &GroupKind, whole: &Value, part: &Value) -> Value {
    Projection { kind }.merged(whole, part, &mut Vec::new())
}

struct Projection<'k> {
    kind: &'k GroupKind,
}

impl Projection<'_> {
    fn part<'v>(
        &self,
        whole: &'v Value,
        shape: &'v Value,
        path: &mut Vec<Segment<'v>>,
    ) -> Option<Value> {
        match (whole, shape) {
            (_, Value::Null) => None,
            (Value::Object(whole_fields), Value::Object(fields)) => {
                if lists::is_atomic_map(self.kind, path) {
                    return Some(whole.clone());
                }
                Some(Value::Object(self.fields(whole_fields, fields, path)))
            }
            (Value::Array(items), Value::Array(shapes)) => match lists::known(self.kind, path) {
                Some(List::Keyed(keys)) => {
                    let mut found = Vec::new();
                    for shape in shapes {
                        let item = items.iter().find(|item| keys.same(item, shape));
                        path.push(Segment::Item(keys.clone(), shape));
                        found.extend(item.and_then(|item| self.part(item, shape, path)));
                        path.pop();
                    }
                    Some(Value::Array(found))
                }
                Some(List::Set) => {
                    let shared = items.iter().filter(|item| shapes.contains(item));
                    Some(shared.cloned().collect())
                }
                Some(List::Atomic) | None => Some(whole.clone()),
            },
            _ => Some(whole.clone()),
        }
    }

    fn fields<'v>(
        &self,
        whole: &'v Map<String, Value>,
        shape: &'v Map<String, Value>,
        path: &mut Vec<Segment<'v>>,
    ) -> Map<String, Value> {
        let mut found = Map::new();
        for (name, shape) in shape {
            let Some(value) = whole.get(name) else {
                continue;
            };
            path.push(Segment::Field(name));
            if let Some(part) = self.part(value, shape, path) {
                found.insert(name.clone(), part);
            }
            path.pop();
        }
        found
    }

    fn merged<'v>(&self, whole: &'v Value, part: &'v Value, path: &mut Vec<Segment<'v>>) -> Value {
        match (whole, part) {
            (Value::Object(fields), Value::Object(parts))
                if !lists::is_atomic_map(self.kind, path) =>
            {
                let mut merged = fields.clone();
                for (name, part) in parts {
                    path.push(Segment::Field(name));
                    let value = fields
                        .get(name)
                        .map_or_else(|| part.clone(), |whole| self.merged(whole, part, path));
                    merged.insert(name.clone(), value);
                    path.pop();
                }
                Value::Object(merged)
            }
            (Value::Array(items), Value::Array(parts)) => match lists::known(self.kind, path) {
                Some(List::Keyed(keys)) => {
                    let mut merged: Vec<Value> = Vec::new();
                    for item in items {
                        let part = parts.iter().find(|part| keys.same(part, item));
                        path.push(Segment::Item(keys.clone(), item));
                        merged.push(
                            part.map_or_else(|| item.clone(), |part| self.merged(item, part, path)),
                        );
                        path.pop();
                    }
                    let new = parts
                        .iter()
                        .filter(|part| !items.iter().any(|item| keys.same(part, item)));
                    merged.extend(new.cloned());
                    Value::Array(merged)
                }
                Some(List::Set) => {
                    let new = parts.iter().filter(|part| !items.contains(part));
                    items.iter().chain(new).cloned().collect()
                }
                Some(List::Atomic) | None => part.clone(),
            },
            _ => part.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_has_the_values_of_one_and_the_fields_of_the_other() {
        let kind = GroupKind::new("apps", "Deployment");
        let pod = |containers: Value| json!({"spec": {"replicas": 3, "template": {"spec": {"containers": containers}}}});
        let whole = pod(
            json!([{"name": "a", "image": "a:1", "args": ["x"], "tty": true}, {"name": "b", "image": "b:1"}]),
        );
        let shape = json!({"spec": {"paused": true, "template": {"spec": {"containers": [{"name": "a", "image": "a:2", "args": ["y"]}]}}}});
        let part = json!({"spec": {"template": {"spec": {"containers": [{"name": "a", "image": "a:1", "args": ["x"]}]}}}});
        assert_eq!(project(&kind, &whole, &shape), Some(part.clone()));
        let other = pod(
            json!([{"name": "a", "image": "a:2", "args": ["y", "z"], "tty": false}, {"name": "c"}]),
        );
        let merged =
            pod(json!([{"name": "a", "image": "a:1", "args": ["x"], "tty": false}, {"name": "c"}]));
        assert_eq!(merge(&kind, &other, &part), merged);
    }

    #[test]
    fn what_is_matched_as_a_whole_stays_whole() {
        let kind = GroupKind::new("", "Service");
        let whole = json!({"spec": {"selector": {"a": "1", "b": "2"}}});
        let shape = json!({"spec": {"selector": {"a": "1"}}});
        assert_eq!(project(&kind, &whole, &shape), Some(whole.clone()));
        assert_eq!(merge(&kind, &shape, &whole), whole);
        assert_eq!(merge(&kind, &whole, &shape), shape);
    }
}
