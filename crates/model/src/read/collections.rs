//! Optional values, lists and mappings.

use std::collections::BTreeMap;

use super::{Read, Reader};
use crate::node::Node;
use crate::shape::Shape;

impl<T: Read> Read for Option<T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if node.is_null() {
            Some(None)
        } else {
            T::read(node, reader).map(Some)
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn shape() -> Shape {
        T::shape()
    }
}

impl<T: Read> Read for Box<T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        T::read(node, reader).map(Box::new)
    }

    fn absent() -> Option<Self> {
        T::absent().map(Box::new)
    }

    fn shape() -> Shape {
        T::shape()
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(items) = node.as_list() else {
            reader.wrong_type(node, "a list");
            return None;
        };
        let read: Vec<Option<T>> = items
            .iter()
            .enumerate()
            .map(|(index, item)| reader.within_index(index, |reader| T::read(item, reader)))
            .collect();
        read.into_iter().collect()
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

impl<K: Key, T: Read> Read for BTreeMap<K, T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            reader.wrong_type(node, "a mapping");
            return None;
        };
        let mut read = Some(Self::new());
        for entry in mapping.entries() {
            let key = reader.within(&entry.key, |reader| {
                K::parse_key(&entry.key).map_err(|problem| {
                    reader.invalid(&Node::text(entry.key.as_str(), entry.key_span), &problem);
                })
            });
            let value = reader.within(&entry.key, |reader| T::read(&entry.value, reader));
            match (key, value, &mut read) {
                (Ok(key), Some(value), Some(map)) => drop(map.insert(key, value)),
                _ => read = None,
            }
        }
        read
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn shape() -> Shape {
        Shape::Map {
            key: Box::new(K::key_shape()),
            value: Box::new(T::shape()),
        }
    }
}

/// A type that can be a key of a mapping.
pub trait Key: Ord + Sized {
    /// Reads a key; the error is a phrase such as "must be lower case".
    fn parse_key(text: &str) -> Result<Self, String>;

    /// Returns what it looks like from outside.
    fn key_shape() -> Shape;
}

impl Key for String {
    fn parse_key(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn key_shape() -> Shape {
        String::shape()
    }
}
