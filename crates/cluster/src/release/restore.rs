//! Putting back what a release changed, as [`steading_plan::revert`] plans it from the journal and what is there.
//!
//! # Caveats
//! - A namespace that the release made stays: the one of the application holds the record, and nobody knows what others put into it.
//! - A migration is never run again: a `Job` of a release that was deleted or replaced does not come back.

use std::collections::BTreeMap;
use std::time::Instant;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::Method;
use serde_json::Value;
use serde_json::value::RawValue;
use steading_model::ObjectId;
use steading_model::desired::FIELD_MANAGER;
use steading_plan::release::Payload;
use steading_plan::{Live, ReleaseKey, RevertAction, RevertStep, Reverted, revert};

use super::again;
use super::error::ApplyError;
use super::hold::Hold;
use super::journal::{Journal, numbered};
use super::moving;
use super::place::guarded;
use super::write::{Force, Gone};
use crate::call::Call;
use crate::failure::RequestError;
use crate::fault::Fault;
use crate::payload::{self, PayloadError};

/// How many objects are read side by side.
const SIDE_BY_SIDE: usize = 8;

/// How often what is left to put back is looked at anew: what somebody changes in between is put back too.
const ROUNDS: usize = 5;

/// What was put back.
#[derive(Default)]
pub(crate) struct Restored {
    /// The objects that got their earlier form, as they are now.
    pub(crate) live: BTreeMap<ObjectId, Value>,
    /// What could not be put back, and why.
    pub(crate) notes: BTreeMap<ObjectId, String>,
}

/// Puts back every object of a release.
pub(crate) async fn restore(
    hold: &Hold<'_>,
    journal: &Journal,
    until: Instant,
) -> Result<Restored, ApplyError> {
    let payload = payload::read(&hold.cluster, &journal.record)
        .await
        .map_err(ApplyError::Payload)?;
    let parent = parent(hold, journal).await?;
    let spec = &journal.record.spec;
    let release = Reverted {
        estate: &spec.estate,
        application: &spec.application,
        former: spec
            .former
            .as_ref()
            .map(|former| former.key.application.as_str()),
        environment: &spec.environment,
        payload: &payload,
        parent: parent.as_deref(),
    };
    let mut restored = Restored::default();
    let mut moved = None;
    for _ in 0..ROUNDS {
        let live = read_all(hold, &payload).await?;
        let steps: Vec<RevertStep> = revert(&release, &live)
            .into_iter()
            .filter(|step| !leaves(step, &mut restored))
            .collect();
        if steps.is_empty() {
            again::renew(hold, &journal.record, &live).await?;
            return Ok(restored);
        }
        moved = round(hold, &steps, until, &mut restored).await?;
    }
    if let Some(error) = moved {
        return Err(ApplyError::Request(error));
    }
    again::renew(hold, &journal.record, &read_all(hold, &payload).await?).await?;
    Ok(restored)
}

/// Reads what the release before desired, and what the application desired that it was before. Where a record is gone, objects are given
/// back as they were.
async fn parent(hold: &Hold<'_>, journal: &Journal) -> Result<Option<Vec<Value>>, ApplyError> {
    let mut desired = None;
    for (key, number) in again::before(hold, &journal.record) {
        if let Some(objects) = desired_by(hold, key, number).await? {
            desired.get_or_insert_with(Vec::new).extend(objects);
        }
    }
    Ok(desired)
}

/// Reads what a release desired; nothing if that is not known any more.
async fn desired_by(
    hold: &Hold<'_>,
    key: &ReleaseKey,
    number: u64,
) -> Result<Option<Vec<Value>>, ApplyError> {
    let Some(record) = numbered(&hold.cluster, key, number).await? else {
        return Ok(None);
    };
    match payload::read(&hold.cluster, &record).await {
        Ok(payload) => Ok(Some(payload.desired)),
        Err(PayloadError::Request(error)) => Err(ApplyError::Request(error)),
        Err(PayloadError::Incomplete { .. } | PayloadError::Broken { .. }) => Ok(None),
    }
}

async fn read_all(
    hold: &Hold<'_>,
    payload: &Payload,
) -> Result<BTreeMap<ObjectId, Live>, ApplyError> {
    let touched = payload
        .journal
        .iter()
        .map(|entry| (entry.id.clone(), entry.before.as_ref()));
    let moved = payload
        .journal
        .iter()
        .filter_map(|entry| entry.moving.as_ref()?.volume());
    let touched = touched.chain(moved.map(|moved| (moved.volume_id(), None)));
    let read = stream::iter(touched).map(|(id, before)| async move {
        let kind = match hold.kind_of(&id, before).await {
            // Its definition was to be made by the release and never was, so neither was it.
            Err(ApplyError::Unserved { .. }) => return Ok(None),
            kind => kind?,
        };
        let object = hold.get(&kind, &id).await?;
        // What is going away is as good as gone.
        let object = object.filter(|object| object["metadata"].get("deletionTimestamp").is_none());
        let json = object.and_then(|object| RawValue::from_string(object.to_string()).ok());
        Ok::<_, ApplyError>(json.map(|json| (id, Live { json })))
    });
    Ok(read
        .buffered(SIDE_BY_SIDE)
        .try_collect::<Vec<_>>()
        .await?
        .into_iter()
        .flatten()
        .collect())
}

/// Notes why an object stays as it is; says whether it does.
fn leaves(step: &RevertStep, restored: &mut Restored) -> bool {
    match &step.action {
        RevertAction::Leave(why) => {
            restored
                .notes
                .insert(step.id.clone(), format!("`{}` stays: {why}", step.id));
            true
        }
        RevertAction::Remove(_) => step.id.kind.is("", "Namespace"),
        // What the server refused once it will refuse again.
        _ => restored.notes.contains_key(&step.id),
    }
}

/// Takes each step once. Returns the refusal of what somebody, such as a controller that counts pods, changed between reading and
/// writing: that is looked at anew.
async fn round(
    hold: &Hold<'_>,
    steps: &[RevertStep],
    until: Instant,
    restored: &mut Restored,
) -> Result<Option<RequestError>, ApplyError> {
    let mut moved = None;
    let mut going: Vec<(&ObjectId, &str)> = Vec::new();
    for step in steps {
        match put_back(hold, step, until).await {
            Ok(live) => restored
                .live
                .extend(live.map(|live| (step.id.clone(), live))),
            Err(ApplyError::Request(RequestError {
                fault: Fault::Invalid | Fault::Forbidden | Fault::OverQuota,
                answer,
                ..
            })) => {
                restored.notes.insert(
                    step.id.clone(),
                    format!("`{}` could not be put back: {answer}", step.id),
                );
            }
            Err(ApplyError::Request(error)) if error.fault == Fault::Conflict => {
                moved = Some(error);
            }
            Err(error) => return Err(error),
        }
        if let RevertAction::Remove(uid) = &step.action {
            going.push((&step.id, uid));
        }
    }
    for (id, uid) in going {
        let kind = hold.kind_of(id, None).await?;
        if hold.gone(&kind, id, uid, until).await? == Gone::NotYet {
            restored
                .notes
                .insert(id.clone(), format!("`{id}` is deleted, but not gone yet"));
        }
    }
    Ok(moved)
}

async fn put_back(
    hold: &Hold<'_>,
    step: &RevertStep,
    until: Instant,
) -> Result<Option<Value>, ApplyError> {
    let id = &step.id;
    match &step.action {
        RevertAction::Leave(_) => Ok(None),
        RevertAction::Remove(uid) => {
            let kind = hold.kind_of(id, None).await?;
            hold.delete(&kind, id, uid, Instant::now())
                .await
                .map(|_| None)
        }
        RevertAction::Remake(uid, object) => {
            let kind = hold.kind_of(id, Some(object)).await?;
            hold.delete(&kind, id, uid, until).await?.or_stays(id)?;
            hold.apply(&kind, id, object, FIELD_MANAGER, Force::Yes)
                .await
                .map(Some)
        }
        RevertAction::Recreate(object) => {
            let kind = hold.kind_of(id, Some(object)).await?;
            wait_for_deletion(hold, step, until).await?;
            hold.apply(&kind, id, object, FIELD_MANAGER, Force::Yes)
                .await
                .map(Some)
        }
        RevertAction::Restore(restore) => {
            let kind = hold.kind_of(id, Some(&restore.apply)).await?;
            let live = hold
                .apply(&kind, id, &restore.apply, FIELD_MANAGER, Force::Yes)
                .await?;
            if restore.is_done(&live) {
                return Ok(Some(live));
            }
            overwrite(hold, id, &restore.merged(&live), &live)
                .await
                .map(Some)
        }
        RevertAction::HandBack(back) => {
            let kind = hold.kind_of(id, Some(&back.before)).await?;
            super::takeover::hand_back(hold, id, &kind, back).await
        }
        RevertAction::TakeBack(back) => moving::take_back(hold, back, until).await.map(Some),
        RevertAction::GiveBack(object) => {
            let kind = hold.kind_of(id, Some(object)).await?;
            match hold.get(&kind, id).await? {
                Some(live) => overwrite(hold, id, object, &live).await.map(Some),
                None => Ok(None),
            }
        }
    }
}

/// Waits for an object of this name that is still going away.
async fn wait_for_deletion(
    hold: &Hold<'_>,
    step: &RevertStep,
    until: Instant,
) -> Result<(), ApplyError> {
    let kind = hold.kind_of(&step.id, None).await?;
    let live = hold.get(&kind, &step.id).await?;
    let Some(uid) = live
        .as_ref()
        .and_then(|live| live["metadata"]["uid"].as_str())
    else {
        return Ok(());
    };
    let gone = hold.gone(&kind, &step.id, uid, until).await?;
    gone.or_stays(&step.id)
}

/// Writes an object as a whole, over exactly the version that was read.
async fn overwrite(
    hold: &Hold<'_>,
    id: &ObjectId,
    object: &Value,
    live: &Value,
) -> Result<Value, ApplyError> {
    let kind = hold.kind_of(id, Some(object)).await?;
    let object = guarded(object, Some(live));
    let call = Call::new(
        Method::PUT,
        kind.path_of(id.namespace.as_deref(), &id.name),
        format!("put back `{id}`"),
    );
    hold.write_and_read(
        call.query("fieldManager", FIELD_MANAGER)
            .json("application/json", &object),
    )
    .await
}
