//! Tests that start real labs; one binary, one file per subject.

mod ground;
mod lifecycle;
