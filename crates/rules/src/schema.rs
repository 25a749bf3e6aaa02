//! What Kubernetes knows about its objects, without a cluster.
//!
//! The built-in kinds come from an API server's own `OpenAPI` documents, packed by [`compact`]. Custom resources that Steading emits have
//! short descriptions of our own (`kinds/`), those of the user's cluster are kept in the estate; both are [`Description`]s. The
//! [`Catalog`] knows them all: it says which kinds exist, how their lists are merged, and what is wrong with an object ([`violations`]).

mod catalog;
mod check;
mod definition;
mod definitions;
mod description;
mod metadata;
mod notation;
mod openapi;
mod structure;
mod validate;
mod violation;

pub use catalog::{Catalog, Cursor, Known, Origin};
pub use check::{check, violations};
pub use definition::{custom_definitions, from_definition};
pub use definitions::{KUBERNETES_VERSION, Scope, ServedKind, compact};
pub use description::{Column, Description, Fields, ScopeWord, own, read, write};
pub use structure::{Field, List, ListKey, ListStyle, Need, Record, Rest, Structure};
pub use violation::*;
