//! What the previous release had and the new one has not.
//!
//! Deleted is only what the inventory of the previous release names, with the recorded UID and with our labels. What carries our labels
//! but is in no inventory is reported and left: an interrupted release is put right by reverting it, which knows what it made.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use steading_model::desired::{ANNOTATION_DATA, ANNOTATION_GENERATE, ANNOTATION_KEEP_UNTIL};
use steading_model::{Desired, ObjectId};

use super::draft::Draft;
use super::heritage::Heritage;
use crate::effect;
use crate::live::Opened;
use crate::observed::{InventoryItem, Observed, ReleaseKey};
use crate::ownership::is_labelled_for;
use crate::report::Reason;
use crate::step::{Action, Effect, Step, Wave};
use crate::survey::{Case, Survey};
use crate::wave::removal;

/// What becomes of an object that is no longer declared.
enum Fate {
    /// It is gone already.
    Gone,
    /// It is deleted.
    Delete,
    /// It stays, and stays in the inventory: it may be deleted another time.
    Kept(String),
    /// It stays, and in the inventory, for as long as was said when the application was retired.
    Until(String),
    /// It stays, and is no longer ours.
    Released(String),
    /// Nothing can be said.
    Held(Reason),
}

/// Adds the deletes of an application. Of `heritage`, where its name or namespace changed, it leaves what the release of the new one deletes.
pub(super) fn prune(
    survey: &Survey<'_>,
    case: &Case<'_>,
    draft: &mut Draft,
    heritage: Option<&Heritage<'_>>,
) {
    for item in case.history.iter().flat_map(|history| &history.inventory) {
        let is_desired = case.findings.iter().any(|(object, _)| object.id == item.id);
        let is_declared_by_new =
            case.successor.is_some() && survey.claimed.get(&item.id) == case.successor.as_ref();
        let ends_elsewhere = heritage.is_some_and(|heritage| heritage.ends(&item.id));
        if is_desired || is_declared_by_new || ends_elsewhere {
            continue;
        }
        match fate(survey, case, item, heritage) {
            Fate::Gone => {}
            Fate::Delete => draft.release.steps.push(match heritage {
                // What people reach is the new application by now.
                Some(_) => Step {
                    effect: Effect::None,
                    ..delete(survey, case, item)
                },
                None => delete(survey, case, item),
            }),
            Fate::Kept(why) => {
                draft.note(Some(&item.id), Reason::Kept(why));
                draft.release.kept.push(item.clone());
            }
            Fate::Until(day) => {
                let reason = if survey.options.is_over(&day) {
                    Reason::PeriodOver(day)
                } else {
                    Reason::KeptUntil(day)
                };
                draft.note(Some(&item.id), reason);
                draft.release.kept.push(item.clone());
            }
            Fate::Released(why) => draft.note(Some(&item.id), Reason::Kept(why)),
            Fate::Held(Reason::ClusterScoped) => {
                draft.note(Some(&item.id), Reason::ClusterScoped);
                draft.release.kept.push(item.clone());
            }
            Fate::Held(reason) => draft.note(Some(&item.id), reason),
        }
    }
}

/// Reports what carries an application's labels and was applied by us, but is in no inventory: it is nobody's to delete.
pub(super) fn strays(survey: &Survey<'_>, drafts: &mut [Draft]) {
    let unclaimed: Vec<_> = survey
        .observed
        .objects
        .iter()
        .filter(|(id, _)| !survey.claimed.contains_key(id))
        .collect();
    if unclaimed.is_empty() {
        return;
    }
    let histories = survey.observed.releases.values();
    let recorded: BTreeSet<&ObjectId> = histories
        .flat_map(|history| history.inventory.iter().map(|item| &item.id))
        .collect();
    for (id, live) in unclaimed
        .into_iter()
        .filter(|(id, _)| !recorded.contains(id))
    {
        let live = Opened::new(live);
        if !live.is_applied_by_us() {
            continue;
        }
        let owner = survey.cases.iter().position(|case| {
            let is_near = id
                .namespace
                .as_ref()
                .is_none_or(|namespace| *namespace == case.key.namespace);
            let is_open = case.history.is_some_and(|history| history.open.is_some());
            is_near && !is_open && is_labelled_for(&live, &case.desired.into())
        });
        if let Some(draft) = owner.and_then(|owner| drafts.get_mut(owner)) {
            let why = "it carries the labels of this application, but no release made it";
            draft.note(Some(id), Reason::Kept(why.to_owned()));
        }
    }
}

fn fate(
    survey: &Survey<'_>,
    case: &Case<'_>,
    item: &InventoryItem,
    heritage: Option<&Heritage<'_>>,
) -> Fate {
    if !survey.options.scope.covers(&item.id) {
        return Fate::Held(Reason::ClusterScoped);
    }
    if let Some(answer) = survey.unreadable(&item.id) {
        return Fate::Held(Reason::Unreadable(answer));
    }
    let Some(live) = survey.observed.objects.get(&item.id).map(Opened::new) else {
        return Fate::Gone;
    };
    if live.text("deletionTimestamp").is_some() {
        return Fate::Gone;
    }
    if let Some(other) = survey.claimed.get(&item.id) {
        let other = survey.cases[*other].desired.title();
        return Fate::Released(format!("`{other}` declares it now"));
    }
    if live.text("uid") != Some(&item.uid) {
        return Fate::Released("it was made again by someone else".to_owned());
    }
    if !is_labelled_for(&live, &case.desired.into()) {
        return Fate::Released(
            "its labels say that it is not of this application any more".to_owned(),
        );
    }
    if heritage.is_some_and(|heritage| heritage.has(&item.id)) {
        return Fate::Delete;
    }
    guard(survey, case.desired, item, &live, heritage)
}

/// Keeps what cannot be made again, unless it was accepted by name.
fn guard(
    survey: &Survey<'_>,
    desired: &Desired,
    item: &InventoryItem,
    live: &Opened<'_>,
    heritage: Option<&Heritage<'_>>,
) -> Fate {
    if let Some(why) = holds_others(survey, desired, &item.id, heritage) {
        return Fate::Kept(why);
    }
    let is_accepted = survey.options.is_accepted(&item.id);
    match guarded(survey.observed, &item.id, live) {
        Some(why) if !is_accepted => match live.annotation(ANNOTATION_KEEP_UNTIL) {
            Some(day) => Fate::Until(day.to_owned()),
            None => Fate::Kept(why),
        },
        _ => Fate::Delete,
    }
}

/// Says what is in a namespace that is not this application's to delete, or is to be kept.
fn holds_others(
    survey: &Survey<'_>,
    desired: &Desired,
    id: &ObjectId,
    heritage: Option<&Heritage<'_>>,
) -> Option<String> {
    if !id.kind.is("", "Namespace") {
        return None;
    }
    let inside = survey
        .observed
        .objects
        .iter()
        .filter(|(inside, _)| inside.namespace.as_ref() == Some(&id.name))
        .filter(|(inside, _)| !heritage.is_some_and(|heritage| heritage.takes(inside)));
    for (inside, live) in inside {
        let live = Opened::new(live);
        if !is_labelled_for(&live, &desired.into()) && live.is_labelled_ours() {
            return Some(format!("it holds `{inside}` of another application"));
        }
        if guarded(survey.observed, inside, &live).is_some() && !survey.options.is_accepted(inside)
        {
            return Some(format!("it holds `{inside}`, which is kept"));
        }
    }
    if let Some(unseen) = unseen(survey.observed, &id.name) {
        return Some(format!("it holds `{unseen}` of another application"));
    }
    let is_unnamed = |foreign: &&ObjectId| {
        foreign.namespace.as_ref() == Some(&id.name) && !survey.options.is_accepted(foreign)
    };
    let mut foreign = survey.observed.foreign.iter().filter(is_unnamed);
    let first = foreign.next()?;
    Some(match foreign.count() {
        0 => format!("it holds `{first}`, which is not ours"),
        more => format!("it holds `{first}` and {more} more that are not ours"),
    })
}

/// Returns an object in a namespace that is of an application whose objects were not looked for.
fn unseen<'o>(observed: &'o Observed, namespace: &str) -> Option<&'o ObjectId> {
    let is_unseen = |key: &ReleaseKey| !observed.looks_for(&key.application);
    let histories = observed.releases.iter().filter(|(key, _)| is_unseen(key));
    let mut items = histories.flat_map(|(_, history)| &history.inventory);
    let item = items.find(|item| item.id.namespace.as_deref() == Some(namespace));
    item.map(|item| &item.id)
}

/// Says why deleting an object loses more than the object.
fn guarded(observed: &Observed, id: &ObjectId, live: &Opened<'_>) -> Option<String> {
    if let Some(why) = live.annotation(ANNOTATION_DATA) {
        return Some(format!("it holds data: {why}"));
    }
    if live.annotation(ANNOTATION_GENERATE).is_some() {
        return Some("its values were made once and cannot be made again".to_owned());
    }
    match (id.kind.group.as_str(), id.kind.kind.as_str()) {
        ("", "PersistentVolumeClaim" | "PersistentVolume") => Some("it holds data".to_owned()),
        ("", "Namespace") => Some("everything in it would go with it".to_owned()),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            let spec = &live.value()["spec"];
            let kind = spec["names"]["kind"].as_str().unwrap_or_default();
            let group = spec["group"].as_str().unwrap_or_default();
            let count = observed
                .objects
                .keys()
                .filter(|id| id.kind.is(group, kind))
                .count();
            Some(format!(
                "all objects of its kind would go with it, {count} of them known"
            ))
        }
        _ => None,
    }
}

pub(super) fn delete(survey: &Survey<'_>, case: &Case<'_>, item: &InventoryItem) -> Step {
    let live = survey.observed.objects.get(&item.id).map(Opened::new);
    let is_guarded = live
        .as_ref()
        .is_some_and(|live| guarded(survey.observed, &item.id, live).is_some());
    Step {
        id: item.id.clone(),
        action: Action::Delete,
        wave: Wave::Prune,
        effect: effect::of_delete(survey, case, &item.id, is_guarded),
        changes: Vec::new(),
        desired: None,
        uid: Some(item.uid.clone()),
        resource_version: live.and_then(|live| live.text("resourceVersion").map(str::to_owned)),
        generate: Vec::new(),
        takes: None,
        moving: None,
    }
}

/// Orders two deletes.
pub(super) fn order(one: &Step, two: &Step) -> Ordering {
    let turns = removal(&one.id).cmp(&removal(&two.id));
    turns.then_with(|| two.id.cmp(&one.id))
}
