//! The estate on disk: where it is, and which of its files are read.

mod locate;

pub(crate) use locate::EstateDirectory;
