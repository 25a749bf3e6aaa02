//! Releases are transactions over the objects of an application, or of a group of applications that change together and need each other.
//!
//! ```text
//! lease ─▶ record: Preparing ─▶ Running ─▶ wave by wave ─▶ Complete
//!                                  │ a step fails, nothing gets ready, or the run is cancelled
//!                                  └───▶ Reverting ─▶ everything back ─▶ Reverted
//!
//! a group: all leases ─▶ all records, Waiting ─▶ each, after those that it needs: Working ─▶ Done ─▶ when all are: Complete
//!                                                  └───▶ if one fails: all Reverting ─▶ all back ─▶ all Reverted
//! ```
//!
//! # Guarantees
//! - Before the first write to an object, the record says what will be done and its payload holds what was there before. That both are there
//!   says that it runs; its status is written where that lasts, and at the end.
//! - A run that dies leaves a record that anybody's next run resumes or reverts ([`recover`]); until then nobody else releases the
//!   application.
//! - Before each write the run proves that it still holds the namespace's Lease.
//! - A group ends complete or put back as a whole: nothing of it is put back once one is complete, and nothing is finished once one is
//!   marked as being put back.
//! - An object is written only if it is the one that was planned for (by UID), and only if what is ours of it is as it was planned.

mod again;
mod allow;
mod answer;
mod apply;
mod begin;
mod end;
mod error;
mod execute;
mod generate;
mod history;
mod hold;
mod journal;
mod leases;
mod member;
mod moving;
mod outcome;
mod place;
mod put_back;
mod recover;
mod restore;
mod stages;
mod stop;
mod takeover;
mod transaction;
mod wait;
mod work;
mod write;

pub use allow::{Allowed, allow};
pub use apply::apply;
pub use error::ApplyError;
pub use history::history;
pub use hold::Run;
pub use outcome::{Ended, Outcome};
pub use recover::{recover, resume, revert};

pub(crate) use history::id_of;
pub(crate) use write::{Force, apply_call};
