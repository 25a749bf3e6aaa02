//! Desired and observed become steps.
//!
//! Each application is drafted for itself ([`draft`]), what stands in its way is collected ([`gates`]), and the releases are put in an
//! order that respects what depends on what ([`order`]).

mod budget;
mod downgrade;
mod draft;
mod gates;
mod groups;
mod heritage;
mod immutable;
mod order;
mod prune;
mod retire;
mod retired;
mod stranded;

use steading_model::Desired;

use crate::fit;
use crate::observed::Observed;
use crate::options::Options;
use crate::report::PlanReport;
use crate::step::Plan;
use crate::survey::Survey;

pub(crate) use draft::Draft;
pub use retire::{Retirement, retire};
pub use retired::retired;

/// Plans the way from what is observed to what is desired.
///
/// An application is released whole or not at all. `observed.details` should hold what [`differing`](crate::differing) names; without it
/// the plan still holds, but fields that others changed since our last release show as conflicts.
pub fn plan(desired: &[Desired], observed: &Observed, options: &Options) -> (Plan, PlanReport) {
    Survey::new(desired, observed, options).plan()
}

impl Survey<'_> {
    /// Plans the way from what is observed to what is desired, as [`plan`] does.
    pub fn plan(&self) -> (Plan, PlanReport) {
        let mut drafts = draft::drafts(self);
        prune::strays(self, &mut drafts);
        gates::check(self, &mut drafts);
        fit::check(self, &mut drafts);
        let over = budget::check(self, &drafts);
        let (mut plan, mut report) = order::order(self, drafts);
        if let Some(over) = over {
            budget::refuse(&mut plan, &mut report, over);
        }
        stranded::note(self, &mut report);
        (plan, report)
    }
}
