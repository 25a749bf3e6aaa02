//! Giving a volume from one claim to another, without touching what is in it.
//!
//! A volume is told to stay, its claim is deleted, and it is reserved for the other claim, which names it. Once that is bound, what becomes
//! of the volume with its claim is again as it was: an annotation on the volume keeps that meanwhile. Each part looks at what is there
//! first, so that all of it may be interrupted anywhere and done again, by anybody, in both directions.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};
use steading_model::ObjectId;
use steading_model::desired::{ANNOTATION_MOVING, FIELD_MANAGER};
use steading_model::quantity::Quantity;
use steading_plan::moving::{has_volume, is_claimed_by};
use steading_plan::{MovedVolume, TakeBack};

use super::error::ApplyError;
use super::hold::Hold;
use super::place::{READINGS, place};
use super::work::Work;
use super::write::{Force, MERGE};
use crate::call::Call;
use crate::fault::Fault;
use crate::kind::{ServedKind, built_in};

/// Owns what binds a claim to a volume, so that the declaration need not name it.
pub(crate) const BINDER: &str = "steading-move";
/// How long those who delete volumes may take to see that one is to stay: they look at copies.
const NOTICE: Duration = Duration::from_secs(1);
/// What stays as it is while a volume changes hands.
const KEEP: &str = "Retain";

/// Deletes the claim that has a volume, and reserves the volume for the next.
pub(crate) async fn let_go(
    hold: &Hold<'_>,
    moved: &MovedVolume,
    until: Instant,
) -> Result<(), ApplyError> {
    let MovedVolume { from, to, .. } = moved;
    let volume = &moved.volume_id();
    let live = read(hold, volume).await?;
    if is_claimed_by(&live, to) {
        return Ok(());
    }
    if !is_claimed_by(&live, from) {
        return Err(ApplyError::moved(volume, "has another claim"));
    }
    let kept = change(hold, volume, stay).await?;
    delete_claim(hold, from, &kept, until).await?;
    let reserve = |live: &Value| reserved(live, to);
    change(hold, volume, reserve).await.map(drop)
}

/// Makes a claim that gets a volume, and waits until it has it. Afterwards nobody but us owns anything of the claim that is declared.
pub(crate) async fn bind(
    hold: &Hold<'_>,
    work: &Work,
    kind: &ServedKind,
    (moved, object): (&MovedVolume, Value),
    until: Instant,
) -> Result<Value, ApplyError> {
    claim(hold, moved, kind, &object, until).await?;
    place(hold, work, kind, object).await?;
    own_binding(hold, moved, kind).await
}

/// Gives a volume back to the claim that had it.
pub(crate) async fn take_back(
    hold: &Hold<'_>,
    back: &TakeBack,
    until: Instant,
) -> Result<Value, ApplyError> {
    let TakeBack { moved, object } = back;
    let reverse = MovedVolume {
        volume: moved.volume.clone(),
        from: moved.to.clone(),
        to: moved.from.clone(),
    };
    let_go(hold, &reverse, until).await?;
    let kind = hold.kind_of(&reverse.to, Some(object)).await?;
    claim(hold, &reverse, &kind, object, until).await?;
    hold.apply(&kind, &reverse.to, object, FIELD_MANAGER, Force::Yes)
        .await?;
    own_binding(hold, &reverse, &kind).await
}

/// Makes the claim, with the volume's name and no more than its size, and waits until both are bound to each other.
async fn claim(
    hold: &Hold<'_>,
    moved: &MovedVolume,
    kind: &ServedKind,
    object: &Value,
    until: Instant,
) -> Result<(), ApplyError> {
    let (id, volume) = (&moved.to, &moved.volume_id());
    let mut live = read(hold, volume).await?;
    if !is_claimed_by(&live, id) {
        return Err(ApplyError::moved(volume, "has another claim"));
    }
    let there = staying(hold, id, kind, until).await?;
    if there.is_none() {
        change(hold, volume, stay).await?;
        live = change(hold, volume, |live| reserved(live, id)).await?;
    }
    if !there.is_some_and(|claim| has_volume(&claim, &moved.volume)) {
        let object = bound(object, &live);
        hold.apply(kind, id, &object, BINDER, Force::Yes).await?;
        wait(hold, moved, kind, until).await?;
    }
    change(hold, volume, as_before).await.map(drop)
}

/// Returns a claim, if it is there and stays. One that is on its way out, as a run that died left it, is waited for.
async fn staying(
    hold: &Hold<'_>,
    id: &ObjectId,
    kind: &ServedKind,
    until: Instant,
) -> Result<Option<Value>, ApplyError> {
    let Some(live) = hold.get(kind, id).await? else {
        return Ok(None);
    };
    if live["metadata"]["deletionTimestamp"].is_null() {
        return Ok(Some(live));
    }
    let uid = live["metadata"]["uid"].as_str().unwrap_or_default();
    hold.gone(kind, id, uid, until).await?.or_stays(id)?;
    Ok(None)
}

/// Returns a claim that names its volume. One that grows at the same time grows once it is bound.
fn bound(object: &Value, volume: &Value) -> Value {
    let mut object = object.clone();
    object["spec"]["volumeName"] = volume["metadata"]["name"].clone();
    let has = &volume["spec"]["capacity"]["storage"];
    let wants = &object["spec"]["resources"]["requests"]["storage"];
    let size = |value: &Value| Quantity::parse(value.as_str()?).ok();
    if size(wants) > size(has) {
        object["spec"]["resources"]["requests"]["storage"] = has.clone();
    }
    object
}

async fn wait(
    hold: &Hold<'_>,
    moved: &MovedVolume,
    kind: &ServedKind,
    until: Instant,
) -> Result<(), ApplyError> {
    let MovedVolume { volume, to: id, .. } = moved;
    let begun = Instant::now();
    let mut pause = Duration::from_millis(20);
    loop {
        let live = hold.get(kind, id).await?;
        if live.as_ref().is_some_and(|live| has_volume(live, volume)) {
            return Ok(());
        }
        if hold.is_cancelled() {
            return Err(ApplyError::Cancelled);
        }
        if Instant::now() >= until {
            return Err(ApplyError::NotReady {
                object: Box::new(id.clone()),
                why: format!("it is not bound to `PersistentVolume {volume}` yet"),
                seconds: begun.elapsed().as_secs(),
            });
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

/// Leaves to the declaration what it declares, and keeps the name of the volume.
async fn own_binding(
    hold: &Hold<'_>,
    moved: &MovedVolume,
    kind: &ServedKind,
) -> Result<Value, ApplyError> {
    let MovedVolume { volume, to: id, .. } = moved;
    let only = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": { "name": id.name, "namespace": id.namespace },
        "spec": { "volumeName": volume },
    });
    hold.apply(kind, id, &only, BINDER, Force::No).await
}

/// Deletes the claim that has a volume, and waits until it and all pods that use it are gone.
async fn delete_claim(
    hold: &Hold<'_>,
    id: &ObjectId,
    volume: &Value,
    until: Instant,
) -> Result<(), ApplyError> {
    let kind = built_in("", "PersistentVolumeClaim");
    let Some(live) = hold.get(&kind, id).await? else {
        return Ok(());
    };
    if live["spec"]["volumeName"] != volume["metadata"]["name"] {
        return Err(ApplyError::moved(id, "has another volume"));
    }
    if volume["metadata"]["annotations"]
        .get(ANNOTATION_MOVING)
        .is_some()
    {
        tokio::time::sleep(NOTICE).await;
    }
    let uid = live["metadata"]["uid"].as_str().unwrap_or_default();
    hold.delete(&kind, id, uid, until).await?.or_stays(id)
}

/// Tells a volume to stay without its claim, and notes what would have become of it.
fn stay(live: &Value) -> Option<Value> {
    let policy = &live["spec"]["persistentVolumeReclaimPolicy"];
    (policy != KEEP).then(|| {
        json!({
            "metadata": { "annotations": { ANNOTATION_MOVING: policy } },
            "spec": { "persistentVolumeReclaimPolicy": KEEP },
        })
    })
}

/// Reserves a volume for a claim that is to be made: one with the same name that is gone had another UID.
fn reserved(live: &Value, claim: &ObjectId) -> Option<Value> {
    let is_reserved = is_claimed_by(live, claim) && live["spec"]["claimRef"]["uid"].is_null();
    (!is_reserved).then(|| {
        json!({ "spec": { "claimRef": {
            "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "namespace": claim.namespace, "name": claim.name, "uid": null, "resourceVersion": null,
        } } })
    })
}

/// Undoes [`stay`].
fn as_before(live: &Value) -> Option<Value> {
    let policy = live["metadata"]["annotations"].get(ANNOTATION_MOVING)?;
    Some(json!({
        "metadata": { "annotations": { ANNOTATION_MOVING: null } },
        "spec": { "persistentVolumeReclaimPolicy": policy },
    }))
}

async fn read(hold: &Hold<'_>, volume: &ObjectId) -> Result<Value, ApplyError> {
    let live = hold.get(&built_in("", "PersistentVolume"), volume).await?;
    live.ok_or_else(|| ApplyError::moved(volume, "is gone"))
}

/// Changes a volume over exactly the version that was read, if anything is to change; returns it as it is then.
async fn change(
    hold: &Hold<'_>,
    volume: &ObjectId,
    changes: impl Fn(&Value) -> Option<Value>,
) -> Result<Value, ApplyError> {
    let place = built_in("", "PersistentVolume").path_of(None, &volume.name);
    for _ in 0..READINGS {
        let live = read(hold, volume).await?;
        let Some(mut patch) = changes(&live) else {
            return Ok(live);
        };
        patch["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
        let call = Call::new(Method::PATCH, place.clone(), format!("move `{volume}`"));
        let call = call.query("fieldManager", BINDER).json(MERGE, &patch);
        match hold.write_and_read(call).await {
            Err(ApplyError::Request(error)) if error.fault == Fault::Conflict => {}
            written => return written,
        }
    }
    Err(ApplyError::moved(
        volume,
        "is changed by somebody again and again",
    ))
}
