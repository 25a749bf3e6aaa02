//! Planning as the program uses it: through the crate's public functions.

mod example;
mod laws;
mod ownership;
mod performance;
mod revert;
mod samples;
mod steps;
mod world;
