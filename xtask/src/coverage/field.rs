//! The fields of declarations.

use std::collections::BTreeSet;
use std::fmt;

use steading_model::application::{ApplicationFields, ContainerFields};
use steading_model::estate::EstateFields;
use steading_model::read::Read;
use steading_model::shape::{RecordRef, RecordShape, Shape};

/// A kind of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// One service.
    Application,
    /// Everything else.
    Estate,
}

/// A field of a record, wherever the record may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Field {
    /// The declaration that it is in.
    pub(super) kind: Kind,
    /// The record; `spec` for the fields of `spec`, and for those of containers.
    pub(super) record: &'static str,
    /// The key.
    pub(super) key: &'static str,
}

impl Field {
    /// Returns the field of a record; what all containers have is a field of `spec`.
    pub(super) fn of(kind: Kind, record: &RecordShape, key: &'static str) -> Self {
        let is_shared = kind == Kind::Application && is_of_container(record, key);
        let is_top = matches!(record.name, "Application" | "EstateFields");
        let record = if is_shared || is_top {
            "spec"
        } else {
            record.name
        };
        Self { kind, record, key }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind: _,
            record,
            key,
        } = self;
        write!(formatter, "{record}.{key}")
    }
}

/// Returns the shape of `spec`.
pub(super) fn spec(kind: Kind) -> Shape {
    fn application() -> RecordShape {
        let mut shape = ApplicationFields::record_shape();
        shape.name = "Application";
        shape.fields.extend(ContainerFields::record_shape().fields);
        shape
    }
    match kind {
        Kind::Application => Shape::Record(RecordRef {
            name: "Application",
            shape: application,
        }),
        Kind::Estate => EstateFields::shape(),
    }
}

/// Returns all fields in the order of the reference.
pub(super) fn all(kind: Kind) -> Vec<Field> {
    let (mut fields, mut seen) = (Vec::new(), BTreeSet::new());
    let mut open = spec(kind).records();
    while let Some(record) = open.pop() {
        if !seen.insert(record.name) {
            continue;
        }
        let shape = (record.shape)();
        let before = open.len();
        for field in &shape.fields {
            let one = Field::of(kind, &shape, field.key);
            if !fields.contains(&one) {
                fields.push(one);
            }
            open.extend(field.shape.records());
        }
        // What a record uses follows it, in the order of its fields.
        open[before..].reverse();
    }
    fields
}

/// Says whether a record has a field because it is a container: its own fields may have the same key, and mean something else.
fn is_of_container(record: &RecordShape, key: &str) -> bool {
    let documented = |record: &RecordShape| {
        let field = record.fields.iter().find(|field| field.key == key);
        field.map(|field| field.docs)
    };
    let docs = documented(&ContainerFields::record_shape());
    docs.is_some() && docs == documented(record)
}
