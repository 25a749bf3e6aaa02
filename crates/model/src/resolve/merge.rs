//! Merging trees.

use crate::node::{Entry, Mapping, Node, Value};

/// Merges `over` over `base`: mappings key by key, everything else replaces, null removes.
pub(crate) fn merge(base: Node, over: &Node) -> Node {
    let (Value::Mapping(lower), Value::Mapping(upper)) = (base.value, &over.value) else {
        return without_nulls(over);
    };
    let mut entries = lower.into_entries();
    for change in upper.entries() {
        let at = entries.iter().position(|entry| entry.key == change.key);
        match at {
            Some(at) if change.value.is_null() => drop(entries.remove(at)),
            Some(at) => {
                let entry = &mut entries[at];
                let lower =
                    std::mem::replace(&mut entry.value, Node::new(Value::Null, change.key_span));
                entry.value = merge(lower, &change.value);
                entry.key_span = change.key_span;
            }
            None if change.value.is_null() => {}
            None => entries.push(entry(change)),
        }
    }
    Node::new(Value::Mapping(Mapping::from_distinct(entries)), over.span)
}

/// Returns the node without null entries of mappings; lists are values, they stay as they are.
fn without_nulls(node: &Node) -> Node {
    let Value::Mapping(mapping) = &node.value else {
        return node.clone();
    };
    let entries = mapping
        .entries()
        .iter()
        .filter(|entry| !entry.value.is_null())
        .map(entry)
        .collect();
    Node::new(Value::Mapping(Mapping::from_distinct(entries)), node.span)
}

fn entry(entry: &Entry) -> Entry {
    Entry {
        key: entry.key.clone(),
        key_span: entry.key_span,
        value: without_nulls(&entry.value),
    }
}
