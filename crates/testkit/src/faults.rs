//! Faults between client and server: a layer that numbers every request, records it, and does to it what the test says.
//!
//! ```text
//! client ─▶ Faulty ─▶ API server        within a test: `Faults` is a tower layer
//! program ─▶ Proxy ─▶ Faulty ─▶ …       for the built program: see `Proxy`
//! ```
//!
//! A rule sees a request before it is sent, and says what happens to it. Rules by chance ([`Faults::seeded`]) look at what is asked
//! and how often it was asked before, not at the number of the request: side by side, requests come in another order each time.

mod answer;
mod earlier;
mod fault;
mod layer;
mod seeded;

pub use fault::{Fault, Seen};
pub use layer::{Faults, Faulty};
