//! What a value of a Kubernetes object may be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a value may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Structure {
    /// Anything at all.
    Anything,
    /// Text.
    Text,
    /// Text that is base64.
    Base64,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// A whole number or text, such as a port by number or by name.
    IntegerOrText,
    /// An amount such as `500m` or `2Gi`, as text or as a number.
    Quantity,
    /// One of several words.
    Choice(Vec<String>),
    /// A list.
    List(Box<List>),
    /// A mapping whose keys are free.
    Map(Box<Structure>),
    /// A mapping with known keys.
    Record(Record),
    /// A type of the built-in definitions, by its place there.
    Named(usize),
}

/// What a list holds, and how two owners share it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct List {
    /// What each item is.
    pub item: Structure,
    /// How it is merged.
    #[serde(default, skip_serializing_if = "ListStyle::is_atomic")]
    pub style: ListStyle,
}

/// How server-side apply merges a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum ListStyle {
    /// As a whole: it has one owner.
    #[default]
    Atomic,
    /// Item by item; each item is its own key.
    Set,
    /// Item by item; these fields of an item are its key.
    Keyed(Vec<ListKey>),
}

/// A field that is part of the key of a list's items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListKey {
    /// The name of the field.
    pub name: String,
    /// Its value where an item does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}

/// A mapping with known keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The fields by key.
    pub fields: BTreeMap<String, Field>,
    /// Whether other keys may stand beside them.
    #[serde(default, skip_serializing_if = "Rest::is_closed")]
    pub rest: Rest,
    /// What it is, for the reference; empty where nobody said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// Whether a record may hold keys that are not among its fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rest {
    /// It may not.
    #[default]
    Closed,
    /// It may.
    Open,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// What its value may be.
    pub structure: Structure,
    /// Whether it must be there.
    #[serde(default, skip_serializing_if = "Need::is_optional")]
    pub need: Need,
    /// What it means, for the reference; empty where nobody said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// Whether a field must be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Need {
    /// It may be left out.
    #[default]
    Optional,
    /// It must be there.
    Required,
}

impl ListStyle {
    fn is_atomic(&self) -> bool {
        *self == Self::Atomic
    }
}

impl Rest {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    fn is_closed(&self) -> bool {
        *self == Self::Closed
    }
}

impl Need {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    fn is_optional(&self) -> bool {
        *self == Self::Optional
    }
}

impl Field {
    /// Makes a field that may be left out.
    pub fn optional(structure: Structure) -> Self {
        Self {
            structure,
            need: Need::Optional,
            about: String::new(),
        }
    }
}
