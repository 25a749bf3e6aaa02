//! What holds a whole release back.

use super::downgrade;
use super::draft::Draft;
use crate::options::{ACCEPT_DOWNGRADE, Quarantine};
use crate::report::Reason;
use crate::step::{Action, ReleaseKind};
use crate::survey::{Case, Survey};

/// Adds what is found about each release as a whole.
pub(super) fn check(survey: &Survey<'_>, drafts: &mut [Draft]) {
    prune_limit(survey, drafts);
    for (case, draft) in survey.cases.iter().zip(drafts) {
        if let Some(open) = case.history.and_then(|history| history.open.as_ref()) {
            draft.note(None, Reason::Open(open.number));
        }
        if !draft.release.steps.is_empty() && survey.options.kind == ReleaseKind::Apply {
            quarantine(survey, case, draft);
            downgrades(survey, case, draft);
        }
    }
}

/// One budget for the whole run: where it is exceeded, no application deletes anything.
fn prune_limit(survey: &Survey<'_>, drafts: &mut [Draft]) {
    let deletes = |draft: &Draft| {
        let steps = draft.release.steps.iter();
        steps.filter(|step| step.action == Action::Delete).count()
    };
    let total: usize = drafts.iter().map(deletes).sum();
    if total <= survey.options.prune_limit {
        return;
    }
    for draft in drafts.iter_mut().filter(|draft| deletes(draft) > 0) {
        draft.note(None, Reason::PruneLimit(total));
    }
}

fn quarantine(survey: &Survey<'_>, case: &Case<'_>, draft: &mut Draft) {
    let why = case
        .history
        .and_then(|history| history.quarantined.get(&draft.release.digest));
    if let Some(why) = why
        && survey.options.quarantine == Quarantine::Respect
    {
        draft.note(None, Reason::Quarantined(why.clone()));
    }
}

fn downgrades(survey: &Survey<'_>, case: &Case<'_>, draft: &mut Draft) {
    if survey.options.accept.contains(ACCEPT_DOWNGRADE) {
        return;
    }
    let current = case
        .history
        .and_then(|history| history.current_image.as_deref());
    let mut found: Vec<(String, String)> = current
        .zip(case.desired.image.as_deref())
        .filter(|(before, after)| downgrade::is_downgrade(before, after))
        .map(|(before, after)| (before.to_owned(), after.to_owned()))
        .into_iter()
        .collect();
    let changes = draft.release.steps.iter().flat_map(|step| &step.changes);
    for change in changes.filter(|change| change.path.ends_with("].image")) {
        let before = change.before.as_ref().and_then(|value| value.as_str());
        let after = change.after.as_ref().and_then(|value| value.as_str());
        if let Some((before, after)) = before.zip(after)
            && downgrade::is_downgrade(before, after)
        {
            found.push((before.to_owned(), after.to_owned()));
        }
    }
    found.sort();
    found.dedup();
    for (before, after) in found {
        draft.note(None, Reason::Downgrade(before, after));
    }
}
