//! The estate's own rules: expressions over declarations and over the objects that they compile to.
//!
//! ```text
//! policies/*.yaml ─load→ OwnRule ─compile→ Policies ─┬─ find ──→ findings of `check`
//!                                                    └─ export → ValidatingAdmissionPolicy
//! ```
//!
//! The promise is that what is refused here is refused there, with the same message. So what the API server would not evaluate alike is
//! refused when a rule is read, the evaluation follows the API server (see `evaluate.rs`), and tests on the lab compare the two.
//!
//! The types to know:
//! - [`Policies`]: the rules of an estate, read and checked; [`Described`] is one in a few words.
//! - [`Exported`]: what becomes of a rule in a cluster, made with [`Grounds`].

mod call;
mod codes;
mod compile;
mod describe;
mod evaluate;
mod export;
mod expression;
mod failure;
mod fields;
mod find;
mod functions;
mod matching;
mod names;
mod operator;
mod subject;
mod types;
mod validations;
mod value;
mod walk;

pub use codes::*;
pub use compile::Policies;
pub use describe::Described;
pub use export::{Exported, Grounds};
pub(crate) use find::Found;
pub use functions::functions;
