//! What was released before.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_model::{Object, ObjectId};
use steading_plan::release::Payload;
use steading_plan::{InventoryItem, ReleaseKey};

use super::error::ApplyError;
use super::hold::Hold;
use super::journal::selector;
use crate::connect::Cluster;
use crate::failure::RequestError;
use crate::list::Filter;
use crate::record::{self, Record, ReleaseSummary};

/// Returns the releases of an application that are kept, the newest first.
pub async fn history(
    cluster: &Cluster,
    key: &ReleaseKey,
) -> Result<Vec<ReleaseSummary>, RequestError> {
    let filter = Filter::within(Some(&key.namespace)).labelled(selector(key));
    let records = record::list(cluster, &filter).await?;
    let mut releases: Vec<ReleaseSummary> = records
        .into_iter()
        .map(|record| ReleaseSummary {
            spec: record.spec,
            status: record.status,
        })
        .collect();
    releases.sort_by_key(|release| std::cmp::Reverse(release.spec.number));
    Ok(releases)
}

/// Returns what an object is called.
pub(crate) fn id_of(object: &Value) -> Option<ObjectId> {
    Object::from_json(object.clone(), None).map(|object| object.id)
}

/// Returns the objects that an interrupted release does not touch and that are in its inventory nevertheless.
pub(crate) async fn kept(
    hold: &Hold<'_>,
    record: &Record,
    payload: &Payload,
) -> Result<Vec<InventoryItem>, ApplyError> {
    let touched: BTreeSet<&ObjectId> = payload.journal.iter().map(|entry| &entry.id).collect();
    let parent = match record.spec.parent {
        Some(number) => hold.numbered(number).await?,
        None => None,
    };
    let before = parent
        .and_then(|parent| parent.status)
        .map(|status| status.inventory)
        .unwrap_or_default();
    let mut kept: Vec<InventoryItem> = before
        .into_iter()
        .filter(|item| !touched.contains(&item.id))
        .collect();
    for object in &payload.desired {
        let Some(id) = id_of(object)
            .filter(|id| !touched.contains(id) && !kept.iter().any(|item| item.id == *id))
        else {
            continue;
        };
        let kind = hold.kind_of(&id, Some(object)).await?;
        let live = hold.get(&kind, &id).await?;
        let uid = live.and_then(|live| live["metadata"]["uid"].as_str().map(str::to_owned));
        kept.extend(uid.map(|uid| InventoryItem { id, uid }));
    }
    Ok(kept)
}
