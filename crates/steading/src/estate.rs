//! The estate on disk: where it is, and which of its files are read.

mod files;
mod locate;
pub(crate) mod schemas;

pub(crate) use files::{CODES, beside, read};
pub(crate) use locate::EstateDirectory;
