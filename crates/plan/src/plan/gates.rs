//! What holds a whole release back.

use steading_model::{GroupKind, ObjectId};

use super::downgrade;
use super::draft::Draft;
use crate::options::{ACCEPT_DOWNGRADE, Quarantine, Scope};
use crate::report::Reason;
use crate::step::ReleaseKind;
use crate::survey::{Case, Survey};

/// Adds what is found about each release as a whole.
pub(super) fn check(survey: &Survey<'_>, drafts: &mut [Draft]) {
    for (case, draft) in survey.cases.iter().zip(drafts) {
        if let Some(open) = case.history.and_then(|history| history.open.as_ref()) {
            draft.note(None, Reason::Open(open.number));
        }
        if !draft.release.steps.is_empty()
            && let Some(answer) = unread(survey, case)
        {
            draft.note(None, Reason::Unreadable(answer));
        }
        if !draft.release.steps.is_empty() && survey.options.kind == ReleaseKind::Apply {
            retired(survey, case, draft);
            quarantine(survey, case, draft);
            moves_here(survey, case, draft);
            downgrades(survey, case, draft);
        }
    }
}

/// Returns the server's answer where releases could not be listed: then nobody knows what was released, and nothing is "the first".
fn unread(survey: &Survey<'_>, case: &Case<'_>) -> Option<String> {
    survey.unreadable(&ObjectId {
        kind: GroupKind::new("steading.dev", "Release"),
        namespace: Some(case.key.namespace.clone()),
        name: case.key.to_string(),
    })
}

/// What someone took away does not come back because a file is still there.
fn retired(survey: &Survey<'_>, case: &Case<'_>, draft: &mut Draft) {
    let is_retired = case.history.is_some_and(|history| history.is_retired);
    let returns = !case.desired.objects.is_empty();
    let application = &case.key.application;
    if is_retired && returns && !survey.options.is_brought_back(application) {
        draft.note(None, Reason::Retired);
    }
}

/// What an application was before is seen by nobody who may only see one namespace.
fn moves_here(survey: &Survey<'_>, case: &Case<'_>, draft: &mut Draft) {
    let is_narrow = matches!(survey.options.scope, Scope::OneNamespace(_));
    if !case.is_there() && is_narrow && !case.desired.previous_names.is_empty() {
        draft.note(None, Reason::MovesHere);
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
