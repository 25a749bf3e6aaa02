//! Taking over one object, and giving it back.
//!
//! Who owns what is written first, guarded by the version that was read; then the object is applied as it is, with our labels. Applying
//! takes away what is ours and not applied: of what was taken, that is what the former managers left for themselves.
//!
//! # Guarantees
//! - Before anything of an object is written, a dry run shows that nothing but its metadata changes.
//! - What is recorded as desired is made of the object as it is in the cluster, so that it holds the values of Secrets.

use http::Method;
use serde_json::{Value, json};
use steading_model::ObjectId;
use steading_model::desired::FIELD_MANAGER;
use steading_plan::takeover::{Taken, Taking, touched};
use steading_plan::{HandBack, Packed, ReleasePlan};

use super::error::ApplyError;
use super::history::id_of;
use super::hold::Hold;
use super::place::{READINGS, guarded};
use super::work::Work;
use super::write::{Force, MERGE, apply_call};
use crate::call::Call;
use crate::fault::Fault;
use crate::kind::ServedKind;

const JSON_PATCH: &str = "application/json-patch+json";

/// Returns the desired objects as they are recorded: those that are taken over as they are in the cluster.
pub(crate) fn recorded(plan: &ReleasePlan, works: &[Work]) -> Vec<Value> {
    let of_cluster = |object: &Value| {
        let id = id_of(object)?;
        let work = works.iter().find(|work| work.id == id)?;
        Some(work.takes.as_ref()?.desired(work.live()?))
    };
    let all = plan.desired.iter().map(Packed::object);
    all.map(|object| of_cluster(&object).unwrap_or(object))
        .collect()
}

/// Returns what is recorded of an object that is taken over.
pub(crate) fn taken(work: &Work) -> Option<Taken> {
    let managed_fields = work.live()?["metadata"]["managedFields"].as_array();
    Some(Taken {
        taking: work.takes.clone()?,
        managed_fields: managed_fields.cloned().unwrap_or_default(),
    })
}

/// Takes over an object, and returns it as it is then. Doing it again changes nothing.
pub(crate) async fn take_over(
    hold: &Hold<'_>,
    work: &Work,
    kind: &ServedKind,
    taking: &Taking,
) -> Result<Value, ApplyError> {
    for _ in 0..READINGS {
        let live = hold.get(kind, &work.id).await?;
        let live = live.ok_or_else(|| ApplyError::moved(&work.id, "is gone"))?;
        if live["metadata"]["uid"].as_str() != work.uid.as_deref() {
            return Err(ApplyError::moved(&work.id, "was made again"));
        }
        match taken_as_read(hold, &work.id, kind, taking, live).await {
            Err(ApplyError::Request(error)) if error.fault == Fault::Conflict => {}
            taken => return taken,
        }
    }
    Err(ApplyError::moved(
        &work.id,
        "is changed by somebody again and again",
    ))
}

/// Takes over an object in exactly the version that was read.
async fn taken_as_read(
    hold: &Hold<'_>,
    id: &ObjectId,
    kind: &ServedKind,
    taking: &Taking,
    live: Value,
) -> Result<Value, ApplyError> {
    let desired = taking.desired(&live);
    let dry = apply_call(kind, id, &desired, FIELD_MANAGER, Force::Yes).query("dryRun", "All");
    let after: Value = hold.cluster.fetch(dry).await.map_err(ApplyError::Request)?;
    if let Some(field) = touched(&live, &after) {
        return Err(ApplyError::Touches {
            object: Box::new(id.clone()),
            field,
        });
    }
    let live = match taking.managed_fields(&live) {
        Some(fields) => own(hold, id, kind, &live, &fields).await?,
        None => live,
    };
    let object = guarded(&desired, Some(&live));
    hold.apply(kind, id, &object, FIELD_MANAGER, Force::Yes)
        .await
}

/// Writes who owns which fields of an object, over exactly the version that was read, as client-go's `csaupgrade` does.
async fn own(
    hold: &Hold<'_>,
    id: &ObjectId,
    kind: &ServedKind,
    live: &Value,
    fields: &[Value],
) -> Result<Value, ApplyError> {
    // The server takes an empty list for "as it is", and a list of one empty entry for "nobody".
    let fields = if fields.is_empty() {
        json!([{}])
    } else {
        json!(fields)
    };
    let patch = json!([
        { "op": "add", "path": "/metadata/managedFields", "value": fields },
        { "op": "replace", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"] },
    ]);
    let call = Call::new(
        Method::PATCH,
        kind.path_of(id.namespace.as_deref(), &id.name),
        format!("write who owns `{id}`"),
    );
    hold.write_and_read(
        call.query("fieldManager", FIELD_MANAGER)
            .json(JSON_PATCH, &patch),
    )
    .await
}

/// Gives back an object that was taken over: labels and annotations first, then who owned what.
pub(crate) async fn hand_back(
    hold: &Hold<'_>,
    id: &ObjectId,
    kind: &ServedKind,
    back: &HandBack,
) -> Result<Option<Value>, ApplyError> {
    for _ in 0..READINGS {
        let Some(live) = hold.get(kind, id).await? else {
            return Ok(None);
        };
        match handed_back(hold, id, kind, back, live).await {
            Err(ApplyError::Request(error)) if error.fault == Fault::Conflict => {}
            done => return done.map(Some),
        }
    }
    Err(ApplyError::moved(
        id,
        "is changed by somebody again and again",
    ))
}

async fn handed_back(
    hold: &Hold<'_>,
    id: &ObjectId,
    kind: &ServedKind,
    back: &HandBack,
    mut live: Value,
) -> Result<Value, ApplyError> {
    let HandBack { taken, before } = back;
    if let Some(mut metadata) = taken.metadata_back(before, &live) {
        metadata["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
        let call = Call::new(
            Method::PATCH,
            kind.path_of(id.namespace.as_deref(), &id.name),
            format!("give back `{id}`"),
        );
        let call = call.query("fieldManager", FIELD_MANAGER);
        let patch = json!({ "metadata": metadata });
        live = hold.write_and_read(call.json(MERGE, &patch)).await?;
    }
    match taken.managed_fields_back(&live) {
        Some(fields) => own(hold, id, kind, &live, &fields).await,
        None => Ok(live),
    }
}
