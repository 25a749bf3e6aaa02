//! The fields that a declaration says.

use std::collections::BTreeSet;

use steading_model::Node;
use steading_model::shape::{RecordShape, Shape};

use super::field::{Field, Kind};

/// Adds the fields that are written in a value.
pub(super) fn walk(kind: Kind, shape: &Shape, node: &Node, found: &mut BTreeSet<Field>) {
    match shape {
        Shape::List(item) => {
            for node in node.as_list().into_iter().flatten() {
                walk(kind, item, node, found);
            }
        }
        Shape::Map { value, .. } => {
            for entry in node.entries() {
                walk(kind, value, &entry.value, found);
            }
        }
        Shape::Record(record) => fields(kind, &(record.shape)(), node, found),
        Shape::Either(shapes) => {
            let fits = shapes.iter().find(|shape| fits(shape, node));
            if let Some(shape) = fits {
                walk(kind, shape, node, found);
            }
        }
        Shape::Text { .. }
        | Shape::Literal
        | Shape::Integer { .. }
        | Shape::Boolean
        | Shape::Choice(_)
        | Shape::Anything => {}
    }
}

fn fields(kind: Kind, record: &RecordShape, node: &Node, found: &mut BTreeSet<Field>) {
    for entry in node.entries() {
        let field = record.fields.iter().find(|field| field.key == entry.key);
        let Some(field) = field else { continue };
        // `null` removes what stands elsewhere: it says nothing of its own.
        if !entry.value.is_null() {
            found.insert(Field::of(kind, record, field.key));
            walk(kind, &field.shape, &entry.value, found);
        }
    }
}

/// Says whether a value may be of a shape.
fn fits(shape: &Shape, node: &Node) -> bool {
    match shape {
        Shape::List(_) => node.as_list().is_some(),
        Shape::Map { .. } => node.as_mapping().is_some(),
        Shape::Record(record) => {
            let fields = (record.shape)().fields;
            let is_known = |key: &str| fields.iter().any(|field| field.key == key);
            node.as_mapping().is_some() && node.entries().iter().all(|entry| is_known(&entry.key))
        }
        _ => node.as_scalar().is_some(),
    }
}
