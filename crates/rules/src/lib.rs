//! What must hold.

pub mod schema;
