//! Putting back what a release changed.
//!
//! An object is put back by applying, once more, what our field managers owned of it before: what others own is theirs and stays. A
//! field that the release took over gets its earlier value, and one that it added goes.
//!
//! # Caveats
//! - The namespace that holds the record stays, also if the release made it: it holds the history, and is empty otherwise.
//! - A migration is never run again: a `Job` of a release that was deleted or replaced does not come back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use steading_model::ObjectId;
use steading_model::desired::{ANNOTATION_PHASE, FIELD_MANAGER};
use steading_plan::release::JournalEntry;
use steading_plan::{Action, Wave};

use super::end::namespace_kind;
use super::error::ApplyError;
use super::execute::is_labelled;
use super::generate;
use super::hold::Hold;
use super::write::{Force, Gone};
use crate::fault::Fault;
use crate::fields::{extract, owned_by, union};
use crate::kind::ServedKind;

/// How many objects are put back side by side.
const SIDE_BY_SIDE: usize = 8;

/// What was put back.
#[derive(Default)]
pub(crate) struct Restored {
    /// The objects that are there again, as they are now.
    pub(crate) live: BTreeMap<ObjectId, Value>,
    /// What could not be put back, and why.
    pub(crate) notes: Vec<String>,
}

/// Puts back every object of a journal: first what was there, in the order of a release, then what was made goes, in reverse.
pub(crate) async fn restore(
    hold: &Hold<'_>,
    journal: &[JournalEntry],
    until: Instant,
) -> Result<Restored, ApplyError> {
    let mut restored = Restored::default();
    let waves: BTreeSet<Wave> = journal.iter().map(|entry| entry.wave).collect();
    for wave in &waves {
        let entries = journal
            .iter()
            .filter(|entry| entry.wave == *wave && entry.action != Action::Create);
        side_by_side(hold, entries, until, &mut restored).await?;
    }
    for wave in waves.iter().rev() {
        let entries = journal
            .iter()
            .filter(|entry| entry.wave == *wave && entry.action == Action::Create);
        side_by_side(hold, entries, until, &mut restored).await?;
    }
    Ok(restored)
}

async fn side_by_side(
    hold: &Hold<'_>,
    entries: impl Iterator<Item = &JournalEntry>,
    until: Instant,
    restored: &mut Restored,
) -> Result<(), ApplyError> {
    let entries: Vec<&JournalEntry> = entries.collect();
    let steps =
        stream::iter(&entries).map(|entry| async { (*entry, one(hold, entry, until).await) });
    for (entry, result) in steps
        .buffer_unordered(SIDE_BY_SIDE)
        .collect::<Vec<_>>()
        .await
    {
        match result {
            Ok(live) => restored
                .live
                .extend(live.map(|live| (entry.id.clone(), live))),
            // Trying again would not help, and the other objects must not wait for it.
            Err(ApplyError::Request(error))
                if matches!(
                    error.fault,
                    Fault::Invalid | Fault::Forbidden | Fault::OverQuota
                ) =>
            {
                restored.notes.push(format!(
                    "`{}` could not be put back: {}",
                    entry.id, error.answer
                ));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn one(
    hold: &Hold<'_>,
    entry: &JournalEntry,
    until: Instant,
) -> Result<Option<Value>, ApplyError> {
    let kind = match hold.kind_of(&entry.id, entry.before.as_ref()).await {
        // Its definition was made by the release and never came to be, so neither did it.
        Err(ApplyError::Unserved { .. }) => return Ok(None),
        kind => kind?,
    };
    let live = hold.get(&kind, &entry.id).await?;
    let Some(before) = &entry.before else {
        return remove(hold, &kind, entry, live, until).await;
    };
    let is_same_one = live
        .as_ref()
        .is_some_and(|live| live["metadata"]["uid"].as_str() == entry.uid.as_deref());
    match (live, entry.action) {
        (Some(live), Action::Update) if is_same_one => {
            back(hold, &kind, &entry.id, before, &live).await.map(Some)
        }
        (Some(live), _) if is_same_one && !is_going(&live) => Ok(Some(live)),
        (Some(live), _) if !is_same_one && !is_labelled(hold, &live) => Err(ApplyError::Moved {
            what: format!("`{}` was made by somebody else", entry.id),
        }),
        (live, _) => again(hold, &kind, entry, live, until).await,
    }
}

fn is_going(live: &Value) -> bool {
    live["metadata"].get("deletionTimestamp").is_some()
}

/// Removes an object that the release made, unless it is not ours after all.
async fn remove(
    hold: &Hold<'_>,
    kind: &ServedKind,
    entry: &JournalEntry,
    live: Option<Value>,
    until: Instant,
) -> Result<Option<Value>, ApplyError> {
    let is_home = entry.id.kind == namespace_kind() && entry.id.name == hold.key.namespace;
    let Some(live) =
        live.filter(|live| entry.action == Action::Create && !is_home && is_labelled(hold, live))
    else {
        return Ok(None);
    };
    let uid = live["metadata"]["uid"].as_str().unwrap_or_default();
    hold.delete(kind, &entry.id, uid, until).await.map(|_| None)
}

/// Gives the fields that the release changed their earlier values.
async fn back(
    hold: &Hold<'_>,
    kind: &ServedKind,
    id: &ObjectId,
    before: &Value,
    live: &Value,
) -> Result<Value, ApplyError> {
    let mut now = live.clone();
    for manager in [FIELD_MANAGER, generate::MANAGER] {
        let of = |object: &Value| owned_by(object, |name| name == manager);
        let fields = union(of(before), &of(live));
        if fields.as_object().is_some_and(|fields| !fields.is_empty()) {
            let mut object = extract(before, &fields);
            object["metadata"]["uid"] = live["metadata"]["uid"].clone();
            now = hold.apply(kind, id, &object, manager, Force::Yes).await?;
        }
    }
    Ok(now)
}

/// Makes an object again that the release deleted or replaced.
async fn again(
    hold: &Hold<'_>,
    kind: &ServedKind,
    entry: &JournalEntry,
    live: Option<Value>,
    until: Instant,
) -> Result<Option<Value>, ApplyError> {
    if let Some(uid) = live
        .as_ref()
        .and_then(|live| live["metadata"]["uid"].as_str())
        && hold.delete(kind, &entry.id, uid, until).await? == Gone::NotYet
    {
        let why = "it must go before it is made again, and is still there".to_owned();
        return Err(ApplyError::NotReady {
            object: entry.id.clone(),
            why,
            seconds: 0,
        });
    }
    let Some(before) = entry.before.as_ref().filter(|before| {
        before["metadata"]["annotations"]
            .get(ANNOTATION_PHASE)
            .is_none()
    }) else {
        return Ok(None);
    };
    let generated = owned_by(before, |name| name == generate::MANAGER);
    let rest = owned_by(before, |name| {
        name != generate::MANAGER && !is_controller(name)
    });
    let mut now = hold
        .apply(
            kind,
            &entry.id,
            &extract(before, &rest),
            FIELD_MANAGER,
            Force::Yes,
        )
        .await?;
    if generated
        .as_object()
        .is_some_and(|fields| !fields.is_empty())
    {
        now = hold
            .apply(
                kind,
                &entry.id,
                &extract(before, &generated),
                generate::MANAGER,
                Force::Yes,
            )
            .await?;
    }
    Ok(Some(now))
}

/// Says whether a field manager writes its fields again by itself.
fn is_controller(manager: &str) -> bool {
    matches!(
        manager,
        "kube-controller-manager" | "kube-scheduler" | "kubelet" | "cloud-controller-manager"
    )
}
