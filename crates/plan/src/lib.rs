//! Desired and observed go in, a plan and a report of what does not happen come out.
//!
//! Pure: the same input gives the same plan, so a plan can be saved, replayed and tested from files. What talks to the cluster is in
//! `steading-cluster`; it fills [`Observed`] and executes a [`Plan`] without choices of its own.
//!
//! ```text
//! Desired ─┐
//!          ├─ differing → ids ─(details of those, by the cluster crate)─┐
//! Observed ┘                                                            ├─ plan → (Plan, PlanReport)
//!                                                    Desired, Observed ─┘
//! ```
//! Both begin with the same [`Survey`]; where nothing differs, one is enough.
//!
//! The types to know: [`Observed`] and [`Live`]; [`Options`]; [`Plan`], [`ReleasePlan`], [`Step`] and [`Effect`]; [`PlanReport`], why
//! something does not happen; [`Drift`]; [`mod@takeover`], how what others made becomes ours; [`release`], what is recorded of a release, with [`mod@revert`] and [`rollback`] to get back; [`mod@health`]
//! and [`mod@blockers`], whether an object is ready and what is in its way; [`mask`], [`view`] and [`Saved`], what may leave the program.
//!
//! # Guarantees
//! - What was applied needs nothing: a plan of an applied plan is empty, and [`differing`] of it too.
//! - Nothing is deleted that the inventory of the previous release does not name with its UID, or that does not carry our labels.
//! - A kind that could not be read holds its applications back; it is never taken for "nothing is there".
//! - No secret value is in a masked plan, a masked report, a line of [`view`] or a [`Saved`] plan.

pub mod backup;
pub mod blockers;
mod budget;
mod compare;
mod differing;
pub mod drift;
mod effect;
mod expected;
pub mod fields;
mod fit;
mod grown;
pub mod health;
mod hosts;
mod live;
pub mod mask;
pub mod moving;
pub mod observed;
mod options;
mod ownership;
mod packed;
mod plan;
pub mod release;
pub mod report;
pub mod revert;
mod rollback;
pub mod saved;
mod settle;
pub mod step;
mod survey;
pub mod takeover;
mod updated;
mod version;
pub mod view;
mod wave;

pub use blockers::{Blocker, blockers, hopeless};
pub use budget::{Budget, OverBudget};
pub use differing::{Differing, Presence, differing};
pub use drift::{Departure, Drift, Drifted, drift};
pub use expected::{KNOWN_AFTER, fill_secret_digest, used_secrets};
pub use health::{Health, State, health};
pub use hosts::hosts;
pub use moving::{MovedVolume, Moving};
pub use observed::{
    Details, DryRun, History, InventoryItem, Live, Observed, OpenRelease, ReleaseKey, Unreadable,
};
pub use options::{ACCEPT_DOWNGRADE, ACCEPT_RETURN, Options, Quarantine, Scope, spelled};
pub use packed::Packed;
pub use plan::{Retirement, plan, retire, retired};
pub use report::{NotDone, PlanReport, Reason};
pub use revert::{HandBack, Restore, RevertAction, RevertStep, Reverted, TakeBack, revert};
pub use rollback::rollback;
pub use saved::{ReplayError, Saved};
pub use settle::{Found, Settlement, Wish, settlement};
pub use step::{
    Action, Effect, FieldChange, FieldOwner, Plan, ReleaseKind, ReleasePlan, Standing, Step, Wave,
};
pub use survey::{Survey, is_former, release_key};
pub use version::version;
pub use wave::{removal, turn, wave};
