//! Applications of environments that the estate has no more: nothing plans them, and nobody would see them again.

use steading_model::desired::{ANNOTATION_KEEP_UNTIL, SHARED_ENVIRONMENT};

use crate::live::Opened;
use crate::observed::{History, InventoryItem, ReleaseKey};
use crate::report::{NotDone, PlanReport, Reason};
use crate::survey::Survey;

/// Says which applications are in the cluster of environments that are not in the estate. They are left as they are: an environment that
/// is missing in a file is not "delete all of it". Of those that were retired, only data whose period is over is of interest.
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
    for (key, history) in stranded {
        if history.is_retired {
            report.not_done.extend(over(survey, key, history));
        } else {
            report.not_done.push(NotDone {
                key: key.clone(),
                object: None,
                reason: Reason::NoEnvironment(history.inventory.len()),
            });
        }
    }
}

/// Returns the data of a retired application whose period is over.
fn over(survey: &Survey<'_>, key: &ReleaseKey, history: &History) -> Vec<NotDone> {
    let until = |item: &InventoryItem| {
        let live = survey.observed.objects.get(&item.id).map(Opened::new)?;
        let day = live.annotation(ANNOTATION_KEEP_UNTIL)?.to_owned();
        survey.options.is_over(&day).then_some(day)
    };
    let items = history.inventory.iter();
    items
        .filter_map(|item| {
            Some(NotDone {
                key: key.clone(),
                object: Some(item.id.clone()),
                reason: Reason::PeriodOver(until(item)?),
            })
        })
        .collect()
}
