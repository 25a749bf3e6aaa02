//! What we own of the live object and no longer desire.

use serde_json::{Map, Value};

use super::path::Segment;
use super::walk::Difference;
use std::borrow::Cow;
use std::rc::Rc;

use super::path::{KeyField, Keys};

/// Adds every field that `owned` (the fields that we applied) has and `desired` has not.
pub(super) fn removals<'a>(
    owned: &'a Value,
    desired: &'a Value,
    live: &'a Value,
    found: &mut Vec<Difference<'a>>,
) {
    let mut walk = Removals {
        path: Vec::with_capacity(16),
        found,
    };
    if let Some(owned) = owned.as_object() {
        walk.fields(owned, Some(desired), live);
    }
}

struct Removals<'a, 'f> {
    path: Vec<Segment<'a>>,
    found: &'f mut Vec<Difference<'a>>,
}

impl<'a> Removals<'a, '_> {
    fn fields(
        &mut self,
        owned: &'a Map<String, Value>,
        desired: Option<&'a Value>,
        live: &'a Value,
    ) {
        for (name, below) in owned {
            let Some((segment, there, wanted)) = enter(name, live, desired) else {
                continue;
            };
            let below = below.as_object();
            let is_owned_itself =
                below.is_none_or(|below| below.is_empty() || below.contains_key("."));
            self.path.push(segment);
            if wanted.is_none() && is_owned_itself {
                self.found.push(Difference {
                    path: self.path.clone(),
                    before: Some(there.clone()),
                    after: None,
                });
            } else if let Some(below) = below {
                self.fields(below, wanted, there);
            }
            self.path.pop();
        }
    }
}

/// Follows one name of the managed fields: the live value there, and the desired one. `None` where the live object has nothing.
fn enter<'a>(
    name: &'a str,
    live: &'a Value,
    desired: Option<&'a Value>,
) -> Option<(Segment<'a>, &'a Value, Option<&'a Value>)> {
    if let Some(field) = name.strip_prefix("f:") {
        let there = live.get(field)?;
        let wanted = desired
            .and_then(|desired| desired.get(field))
            .filter(|value| !value.is_null());
        return Some((Segment::Field(field), there, wanted));
    }
    if let Some(member) = name.strip_prefix("v:") {
        let member: Value = serde_json::from_str(member).ok()?;
        let there = live.as_array()?.iter().find(|live| **live == member)?;
        let wanted = desired
            .and_then(Value::as_array)
            .and_then(|items| items.iter().find(|item| **item == member));
        return Some((Segment::Member(there), there, wanted));
    }
    let key: Map<String, Value> = serde_json::from_str(name.strip_prefix("k:")?).ok()?;
    let there = find(live, &key)?;
    let wanted = desired.and_then(|desired| find(desired, &key));
    Some((Segment::Item(keys(key), there), there, wanted))
}

fn find<'v>(list: &'v Value, key: &Map<String, Value>) -> Option<&'v Value> {
    list.as_array()?.iter().find(|item| {
        key.iter().all(|(name, value)| match item.get(name) {
            Some(there) => there == value,
            // The one key field that the server fills in.
            None => name == "protocol" && value == "TCP",
        })
    })
}

fn keys(key: Map<String, Value>) -> Keys {
    let fields: Rc<[KeyField]> = key
        .into_iter()
        .map(|(name, _)| KeyField {
            name: Cow::Owned(name),
            default: None,
        })
        .collect();
    Keys::Derived(fields)
}
