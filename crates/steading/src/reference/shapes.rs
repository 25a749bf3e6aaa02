//! What the two kinds of declarations look like as a whole.

use steading_model::application::{ApplicationFields, ContainerFields, Metadata};
use steading_model::estate::EstateFields;
use steading_model::name::LabelName;
use steading_model::read::Read;
use steading_model::shape::{FieldShape, Presence, RecordRef, RecordShape, Shape};

/// Returns the shape of an application's `metadata`.
pub(super) fn application_metadata() -> Shape {
    Metadata::shape()
}

/// Returns the shape of an estate's `metadata`.
pub(super) fn estate_metadata() -> Shape {
    fn shape() -> RecordShape {
        let name = FieldShape {
            key: "name",
            docs: "The name: it is in the label `steading.dev/estate` of every object.",
            presence: Presence::Required,
            shape: LabelName::shape(),
            accepts: |node, reader| LabelName::read(node, reader).is_some(),
        };
        RecordShape {
            name: "EstateMetadata",
            docs: "What the estate is called.",
            fields: vec![name],
        }
    }
    Shape::Record(RecordRef {
        name: "EstateMetadata",
        shape,
    })
}

/// Returns the shape of an application's `spec`: the fields of the whole and those of its one component share a mapping.
pub(super) fn application_spec() -> Shape {
    fn shape() -> RecordShape {
        let application = ApplicationFields::record_shape();
        let container = ContainerFields::record_shape();
        let (first, rest) = split_description(application.fields);
        RecordShape {
            name: "Application",
            docs: "The fields of `spec`.",
            fields: first
                .into_iter()
                .chain(container.fields)
                .chain(rest)
                .collect(),
        }
    }
    Shape::Record(RecordRef {
        name: "Application",
        shape,
    })
}

/// Returns the shape of an estate's `spec`.
pub(super) fn estate_spec() -> Shape {
    EstateFields::shape()
}

/// What describes an application is read before its container, the rest after it.
fn split_description(fields: Vec<FieldShape>) -> (Vec<FieldShape>, Vec<FieldShape>) {
    const FIRST: [&str; 4] = ["description", "group", "icon", "tier"];
    fields
        .into_iter()
        .partition(|field| FIRST.contains(&field.key))
}
