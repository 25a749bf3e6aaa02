//! Planning as the program uses it: through the crate's public functions.

mod example;
mod performance;
mod samples;
mod steps;
mod world;
