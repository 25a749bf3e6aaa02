//! What is asked only for objects that differ: a dry run of the apply, and what the current release desired.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;
use steading_model::ObjectId;
use steading_model::desired::FIELD_MANAGER;
use steading_plan::mask::mask_secret;
use steading_plan::{Details, Differing, DryRun, Presence, ReleaseKey};

use crate::connect::Cluster;
use crate::failure::RequestError;
use crate::fault::Fault;
use crate::observe::Observation;
use crate::payload::{PayloadError, payload};
use crate::release::{Force, apply_call, id_of};

/// How many requests are under way side by side.
const SIDE_BY_SIDE: usize = 16;

/// Asks the server about the objects that differ: how each would be after an apply, and what was desired of it before.
pub async fn details(
    cluster: &Cluster,
    observation: &Observation,
    differing: &[Differing],
) -> Result<Details, RequestError> {
    let answers = stream::iter(differing)
        .map(|one| dry_run(cluster, observation, one))
        .buffered(SIDE_BY_SIDE);
    let answers = answers.try_collect::<Vec<Option<(ObjectId, DryRun)>>>();
    let (answers, previous) = tokio::try_join!(answers, previous(cluster, observation, differing))?;
    Ok(Details {
        dry_runs: answers.into_iter().flatten().collect(),
        previous,
    })
}

async fn dry_run(
    cluster: &Cluster,
    observation: &Observation,
    one: &Differing,
) -> Result<Option<(ObjectId, DryRun)>, RequestError> {
    let Some(kind) = cluster
        .kind_of(
            &one.id,
            one.object["apiVersion"].as_str().unwrap_or_default(),
        )
        .await?
    else {
        return Ok(None);
    };
    let call =
        apply_call(&kind, &one.id, &one.object, FIELD_MANAGER, Force::Yes).query("dryRun", "All");
    let answer = match cluster.fetch::<Value>(call).await {
        Ok(mut object) => {
            mask_secret(&observation.key, &mut object);
            DryRun::Accepted(object)
        }
        Err(error) => match error.fault {
            // Its namespace is not there yet.
            Fault::NotFound => return Ok(None),
            Fault::Invalid if is_immutable(&error.answer) => DryRun::Immutable(error.answer),
            // The server also answers "broken" to an object that it cannot convert, and for an admission webhook that is down.
            Fault::Invalid
            | Fault::Forbidden
            | Fault::OverQuota
            | Fault::Conflict
            | Fault::Busy
            | Fault::Other => DryRun::Refused(error.answer),
            _ => return Err(error),
        },
    };
    Ok(Some((one.id.clone(), answer)))
}

/// Says whether a refusal means that the object has to be made again.
fn is_immutable(answer: &str) -> bool {
    let words = [
        "field is immutable",
        "is immutable after creation",
        "may not change once set",
        "cannot change roleRef",
        "updates to statefulset spec for fields other than",
        "updates to parameters are forbidden",
        "updates to provisioner are forbidden",
        "updates to reclaimPolicy are forbidden",
        "updates to volumeBindingMode are forbidden",
        "may not be changed in an update",
        "Value is immutable",
    ];
    words.iter().any(|word| answer.contains(word))
}

async fn previous(
    cluster: &Cluster,
    observation: &Observation,
    differing: &[Differing],
) -> Result<BTreeMap<ObjectId, Value>, RequestError> {
    let mut wanted: BTreeMap<&ReleaseKey, BTreeSet<&ObjectId>> = BTreeMap::new();
    for one in differing
        .iter()
        .filter(|one| one.presence == Presence::Present)
    {
        wanted.entry(&one.key).or_default().insert(&one.id);
    }
    let current = wanted.into_iter().filter_map(|(key, ids)| {
        Some((key, observation.observed.releases.get(key)?.current?, ids))
    });
    let current: Vec<_> = current.collect();
    let found = stream::iter(current)
        .map(|(key, number, ids)| desired_then(cluster, key, number, ids))
        .buffered(SIDE_BY_SIDE);
    let mut previous: BTreeMap<ObjectId, Value> = found
        .try_collect::<Vec<_>>()
        .await?
        .into_iter()
        .flatten()
        .collect();
    for object in previous.values_mut() {
        mask_secret(&observation.key, object);
    }
    Ok(previous)
}

async fn desired_then(
    cluster: &Cluster,
    key: &ReleaseKey,
    number: u64,
    ids: BTreeSet<&ObjectId>,
) -> Result<Vec<(ObjectId, Value)>, RequestError> {
    let payload = match payload(cluster, key, number).await {
        Ok(payload) => payload,
        Err(PayloadError::Request(error)) if error.fault != Fault::NotFound => return Err(error),
        // Then nothing is known to have been ours, and what others changed needs a decision.
        Err(_) => return Ok(Vec::new()),
    };
    let objects = payload
        .desired
        .into_iter()
        .filter_map(|object| Some((id_of(&object)?, object)));
    Ok(objects.filter(|(id, _)| ids.contains(id)).collect())
}
