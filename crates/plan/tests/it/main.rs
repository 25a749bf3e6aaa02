//! Planning as the program uses it: through the crate's public functions.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod drift;
mod example;
mod gateway;
mod groups;
mod laws;
mod ownership;
mod performance;
mod retire;
mod revert;
mod routes;
mod samples;
mod steps;
mod world;
