//! What users write, and what we call things.
//!
//! This crate turns text into typed declarations and never touches the world: files come in as
//! values ([`Sources`]), everything that is wrong goes out as a [`Report`], and the same input
//! gives the same bytes on every machine. It may not depend on an async runtime, a Kubernetes
//! client, the clock, the environment or the file system.
//!
//! ```text
//! files ─load→ Declarations ─resolve→ Application (one environment) ─→ compiling
//!          │                     │
//!        yaml, legacy        merge, read, fill, validate
//! ```
//!
//! The types to know:
//! - [`Node`]: a YAML value that remembers where each part of it was written.
//! - [`Read`](read::Read): how a Rust type is read from a node. [`record!`] writes it for a struct, and from the same
//!   doc comments come the JSON Schema and the reference pages.
//! - [`Declarations`](load::Declarations): all that was loaded; [`resolve`](resolve::resolve) makes an application of it for one
//!   environment, and [`explain`](explain::explain) says where each of its values was written.
//! - [`Application`](application::Application), [`Estate`](estate::Estate) and [`OwnRule`](policy::OwnRule): the declarations.
//! - [`Object`]: a Kubernetes object, and [`ObjectId`], what we call it.
//! - [`Diagnostic`] and [`Report`]: everything that is wrong with a user's files, all at once.

pub mod application;
pub mod desired;
pub mod diagnostic;
pub mod emit;
pub mod estate;
pub mod explain;
pub mod graph;
pub mod legacy;
pub mod load;
pub mod name;
pub mod node;
pub mod object;
pub mod policy;
pub mod quantity;
pub mod read;
pub mod referrer;
pub mod resolve;
pub mod shape;
pub mod source;
pub mod yaml;

pub use desired::Desired;
pub use diagnostic::{Code, Diagnostic, Label, Report, Severity};
pub use node::{Entry, FieldPath, Mapping, Node, Scalar, ScalarKind, Segment, Value};
pub use object::{GroupKind, Object, ObjectId};
pub use source::{FileId, Position, SourceFile, Sources, Span};
