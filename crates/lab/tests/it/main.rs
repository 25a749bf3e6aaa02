//! Tests that start real labs; one binary, one file per subject.

mod faults;
mod ground;
mod killed;
mod lifecycle;
mod rights;
mod storage;
mod workloads;
