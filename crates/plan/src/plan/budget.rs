//! One budget for all that a run deletes.

use std::collections::BTreeSet;

use steading_model::ObjectId;

use super::draft::Draft;
use crate::budget::OverBudget;
use crate::live::Opened;
use crate::report::PlanReport;
use crate::step::{Action, Plan, ReleaseKind, Step};
use crate::survey::Survey;
use crate::wave::phase;

/// Says whether the run would delete more than it may. Who rolls back or retires has said what goes.
pub(super) fn check(survey: &Survey<'_>, drafts: &[Draft]) -> Option<OverBudget> {
    if survey.options.kind != ReleaseKind::Apply {
        return None;
    }
    let environments: BTreeSet<&str> = survey
        .cases
        .iter()
        .map(|case| case.key.environment.as_str())
        .collect();
    let histories = survey.observed.releases.iter();
    let managed = histories
        .filter(|(key, _)| environments.contains(key.environment.as_str()))
        .map(|(_, history)| history.inventory.len())
        .sum();
    let deletes = drafts
        .iter()
        .zip(&survey.cases)
        // What has another name or namespace now does not go.
        .filter(|(_, case)| case.former.or(case.successor).is_none())
        .map(|(draft, _)| (draft.release.key.clone(), deletions(survey, draft)))
        .filter(|(_, count)| *count > 0);
    let over = OverBudget {
        budget: survey.options.budget,
        managed,
        environments: environments.into_iter().map(str::to_owned).collect(),
        deletes: deletes.collect(),
    };
    (over.total() > over.budget.allows(managed)).then_some(over)
}

/// Takes back all that was planned: a run that deletes too much is wrong as a whole.
pub(super) fn refuse(plan: &mut Plan, report: &mut PlanReport, over: OverBudget) {
    report.held_back.splice(0..0, plan.releases.drain(..));
    report.over_budget = Some(over);
}

/// Counts what goes for good. What is replaced comes again, and Jobs of a release go with every new version.
fn deletions(survey: &Survey<'_>, draft: &Draft) -> usize {
    let steps = draft.release.steps.iter();
    let goes = |step: &&Step| step.action == Action::Delete && !is_due(survey, &step.id);
    steps.filter(goes).count()
}

fn is_due(survey: &Survey<'_>, id: &ObjectId) -> bool {
    let live = survey.observed.objects.get(id);
    id.kind.is("batch", "Job")
        && live.is_some_and(|live| phase(&id.kind, Opened::new(live).value()).is_some())
}
