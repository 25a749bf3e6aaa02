//! Objects of a plan, kept as text until they are needed: as a tree each would take five times the memory.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// An object as text.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Packed(Box<RawValue>);

impl Packed {
    /// Packs an object.
    pub fn new(object: &Value) -> Self {
        Self(to_raw_value(object).unwrap_or_default())
    }

    /// Returns the object.
    pub fn object(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_default()
    }

    /// Returns the object as text.
    pub fn text(&self) -> &str {
        self.0.get()
    }
}

impl fmt::Debug for Packed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}
