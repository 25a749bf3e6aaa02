//! Why an expression has no value.
//!
//! The texts never hold values of objects: those may be secret.

use std::fmt;

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// A field or key is not there.
    Missing(String),
    /// A list is shorter.
    Beyond(String),
    /// An operator or function does not take what it was given.
    Types(String),
    /// A function refuses a value.
    Refused(String),
    /// A name is not known; the check of names finds it first.
    Unknown(String),
    /// It takes more steps than it may.
    Steps,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(formatter, "there is no `{name}`"),
            Self::Beyond(index) => write!(formatter, "the list has no place {index}"),
            Self::Types(what) => write!(formatter, "{what}"),
            Self::Refused(function) => write!(formatter, "`{function}` does not take the value"),
            Self::Unknown(name) => write!(formatter, "`{name}` is not known"),
            Self::Steps => write!(formatter, "it takes too many steps"),
        }
    }
}
