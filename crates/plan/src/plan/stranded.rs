//! Applications of environments that the estate has no more: nothing plans them, and nobody would see them again.

use crate::report::{NotDone, PlanReport, Reason};
use crate::survey::Survey;

use steading_model::desired::SHARED_ENVIRONMENT;

/// Says which applications are in the cluster of environments that are not in the estate. They are left as they are: an environment that
/// is missing in a file is not "delete all of it".
pub(super) fn note(survey: &Survey<'_>, report: &mut PlanReport) {
    let known = &survey.options.environments;
    if known.is_empty() {
        return;
    }
    let histories = survey.observed.releases.iter();
    let stranded = histories.filter(|(key, history)| {
        let is_known = known.contains(&key.environment) || key.environment == SHARED_ENVIRONMENT;
        !is_known && !history.inventory.is_empty()
    });
    report
        .not_done
        .extend(stranded.map(|(key, history)| NotDone {
            key: key.clone(),
            object: None,
            reason: Reason::NoEnvironment(history.inventory.len()),
        }));
}
