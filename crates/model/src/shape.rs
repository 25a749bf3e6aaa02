//! What a type looks like from outside: the one source of the JSON Schema, the reference pages and completion.

use crate::node::Node;
use crate::read::Reader;

/// The shape of a value that can be written in a declaration.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Text, with the name of its format (`quantity`, `host`, …), its pattern as documentation, and an example.
    Text {
        /// The name of the format; `text` where any text will do.
        format: &'static str,
        /// What it may be, in words.
        about: &'static str,
        /// One valid example.
        example: &'static str,
    },
    /// Text, a number or a boolean, taken literally as written.
    Literal,
    /// A whole number between two bounds.
    Integer {
        /// The least.
        least: i64,
        /// The greatest.
        greatest: i64,
    },
    /// `true` or `false`.
    Boolean,
    /// One of several words, each with its documentation.
    Choice(&'static [(&'static str, &'static str)]),
    /// A list.
    List(Box<Shape>),
    /// A mapping with keys chosen by the user.
    Map {
        /// The shape of the keys.
        key: Box<Shape>,
        /// The shape of the values.
        value: Box<Shape>,
    },
    /// A mapping with known keys.
    Record(RecordRef),
    /// One of several shapes.
    Either(Vec<Shape>),
    /// Anything at all (Kubernetes objects verbatim).
    Anything,
}

impl Shape {
    /// Returns the records that a value of this shape may be made of, not those within them.
    pub fn records(&self) -> Vec<RecordRef> {
        match self {
            Self::Record(record) => vec![*record],
            Self::List(item) => item.records(),
            Self::Map { value, .. } => value.records(),
            Self::Either(shapes) => shapes.iter().flat_map(Self::records).collect(),
            _ => Vec::new(),
        }
    }
}

/// A record by name; a function, so that records may contain themselves.
#[derive(Clone, Copy, Debug)]
pub struct RecordRef {
    /// The name of the record.
    pub name: &'static str,
    /// Its shape.
    pub shape: fn() -> RecordShape,
}

/// The shape of a mapping with known keys.
#[derive(Clone, Debug)]
pub struct RecordShape {
    /// The name, such as `Health`.
    pub name: &'static str,
    /// The documentation: what users read.
    pub docs: &'static str,
    /// The fields in the order in which they are documented.
    pub fields: Vec<FieldShape>,
}

/// One field of a record.
#[derive(Clone, Debug)]
pub struct FieldShape {
    /// The key as written.
    pub key: &'static str,
    /// The documentation: the meaning, and sentences that begin with `Default:`, `Unit:`, `Example:` and `Derives:`.
    pub docs: &'static str,
    /// Whether it must be there.
    pub presence: Presence,
    /// What it may be.
    pub shape: Shape,
    /// Says whether a value would be read; what is wrong with it goes to the reader.
    pub accepts: fn(&Node, &mut Reader<'_>) -> bool,
}

/// Whether a field must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It must.
    Required,
    /// It may be left out.
    Optional,
}
