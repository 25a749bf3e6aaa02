//! The desired object against the live one, leaf by leaf.

use serde_json::{Map, Value};
use steading_model::GroupKind;

use super::lists::{self, List};
use super::path::{Keys, Segment, plain};
use super::scalar;

/// A field that is not as it should be.
#[derive(Clone, Debug)]
pub(super) struct Difference<'a> {
    /// Where.
    pub(super) path: Vec<Segment<'a>>,
    /// What is there.
    pub(super) before: Option<Value>,
    /// What should be there.
    pub(super) after: Option<Value>,
}

struct Walk<'a> {
    kind: &'a GroupKind,
    path: Vec<Segment<'a>>,
    name: String,
    found: Vec<Difference<'a>>,
}

/// The managed fields of ours at one place; none where we own nothing.
type Owned<'a> = Option<&'a Map<String, Value>>;

/// Returns every leaf of `desired` that `live` does not have.
pub(super) fn differences<'a>(
    kind: &'a GroupKind,
    desired: &'a Value,
    live: &'a Value,
    owned: &'a [Value],
) -> Vec<Difference<'a>> {
    let mut walk = Walk {
        kind,
        path: Vec::with_capacity(16),
        name: String::new(),
        found: Vec::new(),
    };
    let owned = owned.first().and_then(Value::as_object);
    for (field, value) in desired.as_object().into_iter().flatten() {
        match field.as_str() {
            "apiVersion" | "kind" | "status" => {}
            "metadata" => walk.metadata(value, &live["metadata"], owned),
            _ => walk.step(Segment::Field(field), value, live.get(field), owned),
        }
    }
    walk.found
}

impl<'a> Walk<'a> {
    fn metadata(&mut self, desired: &'a Value, live: &'a Value, owned: Owned<'a>) {
        let owned = self.child(owned, &Segment::Field("metadata"));
        self.path.push(Segment::Field("metadata"));
        for (field, value) in desired.as_object().into_iter().flatten() {
            if !["name", "namespace", "creationTimestamp"].contains(&field.as_str()) {
                self.step(Segment::Field(field), value, live.get(field), owned);
            }
        }
        self.path.pop();
    }

    fn step(
        &mut self,
        segment: Segment<'a>,
        desired: &'a Value,
        live: Option<&'a Value>,
        owned: Owned<'a>,
    ) {
        let owned = self.child(owned, &segment);
        self.path.push(segment);
        self.compare(desired, live.filter(|live| !live.is_null()), owned);
        self.path.pop();
    }

    fn child(&mut self, owned: Owned<'a>, segment: &Segment<'_>) -> Owned<'a> {
        let owned = owned.filter(|owned| !owned.is_empty())?;
        segment.managed(&mut self.name);
        owned.get(&self.name)?.as_object()
    }

    fn compare(&mut self, desired: &'a Value, live: Option<&'a Value>, owned: Owned<'a>) {
        match (desired, live) {
            (Value::Null, _) => {}
            (Value::Array(items), None) if items.is_empty() => {}
            (Value::Object(fields), None) if fields.is_empty() && self.is_dropped(owned) => {}
            (Value::Object(fields), Some(Value::Object(there))) => {
                self.map(desired, (fields, there), live, owned);
            }
            (Value::Array(items), Some(Value::Array(there))) => {
                self.list((items, there), (desired, live), owned);
            }
            (_, Some(there)) if scalar::same(&self.path, &[], desired, there) => {}
            _ => self.differs(live, Some(desired)),
        }
    }

    /// Says whether the server drops an empty map here: where we own it though it is not there, and in metadata.
    fn is_dropped(&self, owned: Owned<'_>) -> bool {
        owned.is_some()
            || self.path.len() == 2 && matches!(self.path[0], Segment::Field("metadata"))
    }

    fn map(
        &mut self,
        desired: &'a Value,
        (fields, there): (&'a Map<String, Value>, &'a Map<String, Value>),
        live: Option<&'a Value>,
        owned: Owned<'a>,
    ) {
        let is_leaf = owned.is_some_and(Map::is_empty) && !fields.is_empty();
        if is_leaf || lists::is_atomic_map(self.kind, &self.path) {
            if !live.is_some_and(|live| self.same_whole(desired, live, &mut Vec::new())) {
                self.differs(live, Some(desired));
            }
            return;
        }
        for (field, value) in fields {
            self.step(Segment::Field(field), value, there.get(field), owned);
        }
    }

    fn list(
        &mut self,
        (items, there): (&'a [Value], &'a [Value]),
        (desired, live): (&'a Value, Option<&'a Value>),
        owned: Owned<'a>,
    ) {
        let kind = lists::known(self.kind, &self.path)
            .or_else(|| owned.and_then(lists::derived))
            .unwrap_or(List::Atomic);
        match kind {
            List::Keyed(keys) => self.keyed(&keys, items, there, owned),
            List::Set => {
                for item in items.iter().filter(|item| !there.contains(item)) {
                    self.path.push(Segment::Member(item));
                    self.differs(None, Some(item));
                    self.path.pop();
                }
            }
            List::Atomic => {
                if !live.is_some_and(|live| self.same_whole(desired, live, &mut Vec::new())) {
                    self.differs(live, Some(desired));
                }
            }
        }
    }

    fn keyed(&mut self, keys: &Keys, items: &'a [Value], there: &'a [Value], owned: Owned<'a>) {
        let mut last = 0;
        let mut is_ordered = true;
        for (index, item) in items.iter().enumerate() {
            let at = place(keys, item, index, there);
            self.step(
                Segment::Item(keys.clone(), item),
                item,
                at.and_then(|at| there.get(at)),
                owned,
            );
            is_ordered &= at.is_none_or(|at| at >= last);
            last = at.unwrap_or(last);
        }
        if !is_ordered {
            let before: Vec<&Value> = there
                .iter()
                .filter(|live| items.iter().any(|item| keys.same(item, live)))
                .collect();
            let after: Vec<&Value> = items.iter().collect();
            self.found.push(Difference {
                path: self.path.clone(),
                before: Some(order(keys, &before)),
                after: Some(order(keys, &after)),
            });
        }
    }

    /// Compares what is matched as a whole: nothing may be missing, and nothing may be more, save what the server fills in.
    fn same_whole(&self, desired: &'a Value, live: &'a Value, inner: &mut Vec<&'a str>) -> bool {
        match (desired, live) {
            (Value::Object(fields), Value::Object(there)) => {
                let more = there.iter().filter(|(name, _)| !fields.contains_key(*name));
                for (name, value) in more {
                    if !lists::is_defaulted(self.kind, name, value) {
                        return false;
                    }
                }
                fields.iter().all(|(name, value)| {
                    let Some(live) = there.get(name) else {
                        return lists::is_empty(value);
                    };
                    inner.push(name);
                    let same = self.same_whole(value, live, inner);
                    inner.pop();
                    same
                })
            }
            (Value::Array(items), Value::Array(there)) => {
                items.len() == there.len()
                    && items
                        .iter()
                        .zip(there)
                        .all(|(item, live)| self.same_whole(item, live, inner))
            }
            _ => scalar::same(&self.path, inner, desired, live),
        }
    }

    fn differs(&mut self, before: Option<&Value>, after: Option<&Value>) {
        self.found.push(Difference {
            path: self.path.clone(),
            before: before.cloned(),
            after: after.cloned(),
        });
    }
}

/// Finds an item: mostly it is where it was.
fn place(keys: &Keys, item: &Value, index: usize, there: &[Value]) -> Option<usize> {
    if there.get(index).is_some_and(|live| keys.same(item, live)) {
        return Some(index);
    }
    there.iter().position(|live| keys.same(item, live))
}

fn order(keys: &Keys, items: &[&Value]) -> Value {
    items
        .iter()
        .map(|item| {
            let key: Vec<String> = keys
                .fields()
                .iter()
                .filter_map(|field| field.of(item))
                .map(|value| plain(&value))
                .collect();
            Value::from(key.join("/"))
        })
        .collect()
}
