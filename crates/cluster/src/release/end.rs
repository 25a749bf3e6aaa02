//! The ends of a release: complete, or everything put back.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use serde_json::Value;
use steading_model::{GroupKind, ObjectId};
use steading_plan::release::{Phase, ReleaseStatus};
use steading_plan::{Action, InventoryItem, ReleaseKind};

use super::error::ApplyError;
use super::hold::Hold;
use super::journal::{Journal, Which};
use super::work::Work;
use crate::list::Age;
use crate::progress::Event;
use crate::record::Record;

/// How many releases of an application are kept.
const KEPT: usize = 10;

/// Ends a release well. From the first request on it counts as complete; what comes after only tidies up.
pub(crate) async fn complete(
    hold: &Hold<'_>,
    journal: &mut Journal,
    notes: &[String],
    inventory: Vec<InventoryItem>,
) -> Result<(), ApplyError> {
    let message = (!notes.is_empty()).then(|| notes.join("; "));
    hold.note(journal, |status| {
        status.phase = Phase::Complete;
        status.part = None;
        status.message = message;
        status.inventory = inventory;
    })
    .await?;
    settle_earlier(hold, journal).await?;
    hold.report(&Event::Complete);
    Ok(())
}

/// Takes the labels off the records that no longer matter; a rolled back version goes into quarantine; the oldest are dropped.
async fn settle_earlier(hold: &Hold<'_>, journal: &Journal) -> Result<(), ApplyError> {
    let this = &journal.record;
    if hold.home.is_new() {
        return Ok(());
    }
    let which = if this.spec.number > KEPT as u64 {
        Which::All
    } else {
        Which::Mattering
    };
    // What an older list leaves out is left for next time; but a rollback must not miss what it puts into quarantine.
    let age = if is_rollback(this) {
        Age::Now
    } else {
        Age::Any
    };
    let mut records = hold.records(which, age).await?;
    records.retain(|record| {
        record.metadata.uid != this.metadata.uid && record.spec.number < this.spec.number
    });
    records.sort_by_key(|record| std::cmp::Reverse(record.spec.number));
    let settled = records.iter().enumerate().map(|(at, record)| async move {
        if at + 1 >= KEPT {
            hold.forget(record).await
        } else if record.matters() {
            settle(hold, this, record).await
        } else {
            Ok(())
        }
    });
    try_join_all(settled).await.map(drop)
}

fn is_rollback(record: &Record) -> bool {
    matches!(record.spec.kind, ReleaseKind::Rollback(_))
}

async fn settle(hold: &Hold<'_>, this: &Record, record: &Record) -> Result<(), ApplyError> {
    if !is_rollback(this) {
        return hold.unlabel(record).await;
    }
    let was_rolled_back =
        this.spec.parent == Some(record.spec.number) && record.phase() == Phase::Complete;
    if let Some(status) = record.status.as_ref().filter(|_| was_rolled_back) {
        let why = format!(
            "rolled back by `{}` in release {}",
            this.spec.actor, this.spec.number
        );
        let status = ReleaseStatus {
            quarantined: Some(why),
            ..status.clone()
        };
        hold.patch_status(record, &status).await?;
    }
    Ok(())
}

/// Notes that everything was put back, and whether the version goes into quarantine.
pub(crate) async fn reverted(
    hold: &Hold<'_>,
    journal: &mut Journal,
    why: &ApplyError,
    notes: &[String],
) -> Result<(), ApplyError> {
    let text = why.to_string();
    let message = std::iter::once(text.clone())
        .chain(notes.iter().cloned())
        .collect::<Vec<_>>()
        .join("; ");
    let quarantined = why.condemns_version().then_some(text);
    hold.note(journal, |status| {
        status.phase = Phase::Reverted;
        status.message = Some(message);
        status.quarantined = quarantined;
    })
    .await?;
    hold.report(&Event::Reverted);
    Ok(())
}

/// Returns the inventory: what stays as it was, and what was applied.
pub(crate) fn inventory(
    kept: &[InventoryItem],
    works: &[Work],
    live: &BTreeMap<ObjectId, Value>,
) -> Vec<InventoryItem> {
    let applied = works
        .iter()
        .filter(|work| work.action != Action::Delete)
        .filter_map(|work| {
            let uid = live.get(&work.id)?["metadata"]["uid"].as_str()?.to_owned();
            Some(InventoryItem {
                id: work.id.clone(),
                uid,
            })
        });
    let mut items: Vec<InventoryItem> = kept.iter().cloned().chain(applied).collect();
    items.sort();
    items
}

/// Returns the kind of namespaces.
pub(crate) fn namespace_kind() -> GroupKind {
    GroupKind::new("", "Namespace")
}
