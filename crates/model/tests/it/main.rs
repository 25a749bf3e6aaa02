//! The crate from outside.

mod emit;
mod yaml;
