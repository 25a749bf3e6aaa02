//! One mapping while it is read: duplicate keys, merge keys, the order of entries.

use std::collections::HashMap;

use super::MOST_KEYS;
use super::codes::{DUPLICATE_KEY, MERGE_KEY, TOO_MANY_KEYS};
use crate::diagnostic::Diagnostic;
use crate::node::{Entry, Mapping, Node, Value};
use crate::source::Span;

/// A mapping that is not closed yet.
#[derive(Default)]
pub(super) struct OpenMapping {
    entries: Vec<Entry>,
    places: HashMap<String, Place>,
    merge: Option<Span>,
    full: bool,
    pub(super) key: PendingKey,
}

#[derive(Clone, Copy)]
struct Place {
    index: usize,
    merged: bool,
}

/// The key that waits for its value.
#[derive(Default)]
pub(super) enum PendingKey {
    /// The next node is a key.
    #[default]
    None,
    /// The next node is the value of this key.
    Text(String, Span),
    /// The next node is merged.
    Merge(Span),
    /// The next node belongs to a key that was refused.
    Refused,
}

impl OpenMapping {
    /// Adds an entry that was written in this mapping.
    pub(super) fn insert(
        &mut self,
        key: String,
        key_span: Span,
        value: Node,
        report: &mut impl FnMut(Diagnostic),
    ) {
        match self.places.get(&key).copied() {
            Some(place) if place.merged => {
                self.places.insert(
                    key.clone(),
                    Place {
                        merged: false,
                        ..place
                    },
                );
                self.entries[place.index] = Entry {
                    key,
                    key_span,
                    value,
                };
            }
            Some(place) => report(
                Diagnostic::error(DUPLICATE_KEY, format!("the key `{key}` is there twice"))
                    .at(key_span)
                    .label(self.entries[place.index].key_span, "first here")
                    .help("remove one of the two"),
            ),
            None => self.add(
                Entry {
                    key,
                    key_span,
                    value,
                },
                Origin::Written,
                report,
            ),
        }
    }

    fn add(&mut self, entry: Entry, origin: Origin, report: &mut impl FnMut(Diagnostic)) {
        if self.entries.len() >= MOST_KEYS {
            if !self.full {
                report(
                    Diagnostic::error(
                        TOO_MANY_KEYS,
                        format!("more than {MOST_KEYS} keys in one mapping"),
                    )
                    .at(entry.key_span),
                );
            }
            self.full = true;
            return;
        }
        let place = Place {
            index: self.entries.len(),
            merged: origin == Origin::Merged,
        };
        self.places.insert(entry.key.clone(), place);
        self.entries.push(entry);
    }

    /// Merges the value of a `<<` key; what was written wins, of several sources the earlier.
    pub(super) fn merge(
        &mut self,
        key_span: Span,
        value: Node,
        report: &mut impl FnMut(Diagnostic),
    ) {
        if let Some(first) = self.merge.replace(key_span) {
            report(
                Diagnostic::error(MERGE_KEY, "the merge key `<<` is there twice")
                    .at(key_span)
                    .label(first, "first here")
                    .help("name several sources as a list: `<<: [*a, *b]`"),
            );
            return;
        }
        let span = value.span;
        let sources = match value.value {
            Value::List(items) => items,
            other => vec![Node::new(other, span)],
        };
        for source in sources {
            match source.value {
                Value::Mapping(mapping) => self.merge_one(key_span, mapping, report),
                _ => report(
                    Diagnostic::error(MERGE_KEY, "only mappings can be merged with `<<`")
                        .at(source.span),
                ),
            }
        }
    }

    fn merge_one(&mut self, key_span: Span, mapping: Mapping, report: &mut impl FnMut(Diagnostic)) {
        for entry in mapping.into_entries() {
            match self.places.get(&entry.key).copied() {
                None => self.add(entry, Origin::Merged, report),
                Some(place) if place.merged => {}
                Some(place) => report(
                    Diagnostic::error(
                        MERGE_KEY,
                        format!(
                            "`<<` comes after the key `{}`, which it brings too",
                            entry.key
                        ),
                    )
                    .at(key_span)
                    .label(
                        self.entries[place.index].key_span,
                        "kubectl would drop this one",
                    )
                    .help("put `<<` first in the mapping"),
                ),
            }
        }
    }

    /// Returns where the last entry ends.
    pub(super) fn end(&self) -> Option<u32> {
        self.entries
            .iter()
            .map(|entry| entry.value.span.end.max(entry.key_span.end))
            .max()
    }

    /// Closes it.
    pub(super) fn close(self) -> Mapping {
        Mapping::from_distinct(self.entries)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Origin {
    Written,
    Merged,
}
