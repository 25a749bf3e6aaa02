//! What must hold: rules, and the schemas of Kubernetes, both without a cluster.
//!
//! [`check`] takes what was declared and what it compiles to, and says everything that is wrong with it. It is pure: the day on
//! which waivers end comes in as a value, and nothing is read from anywhere.
//!
//! ```text
//! Estate, Applications ─┐                     ┌─ Report: what stands
//! Desired objects ──────┼─ rules + schemas ───┤
//! Catalog of kinds ─────┘                     └─ Waived: what a waiver lets pass
//! ```
//!
//! The types to know:
//! - [`Rule`]: one file under `rules/` with its code, its page and its check; [`RULES`] are all of them.
//! - [`Outcome`]: what [`check`] returns.
//! - [`schema::Catalog`]: every kind of object that is known, with its fields and how its lists are merged.
//! - [`schema::Description`]: a custom resource in a few lines, ours or the user's.
//!
//! A new rule: write `rules/<name>.rs` after the pattern of the others, name it in `registry.rs`, and add `tests/fixtures/<name>/` with
//! `fail` and `pass`. A test says what is missing; `STEADING_BLESS=1 cargo test -p steading-rules` writes the expected findings.

mod capacity;
mod check;
mod containers;
mod credential;
mod cycle;
mod known;
mod own_alerts;
mod pages;
pub mod policy;
mod registry;
mod rule;
mod rules;
mod schedule;
pub mod schema;

pub use check::{Outcome, Waived, check};
pub use pages::pages;
pub use registry::{RULES, find};
pub use rule::Rule;
