//! Tests that start real labs; one binary, one file per subject.
#![expect(
    clippy::unwrap_used,
    reason = "these are tests, also where a helper is shared by several"
)]

mod faults;
mod ground;
mod killed;
mod lifecycle;
mod rights;
mod storage;
mod workloads;
