//! What the current releases of an estate desired: all that there is to say about drift, without Git or a registry.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use steading_model::Desired;
use steading_model::desired::LABEL_ESTATE;
use steading_plan::release::Phase;
use steading_plan::{History, Observed, ReleaseKey, Scope, rollback};

use crate::connect::Cluster;
use crate::failure::RequestError;
use crate::fault::Fault;
use crate::list::Filter;
use crate::observe::{history, namespace_of};
use crate::payload::{self, PayloadError};
use crate::record::{self, LABEL_STATE, Record};

/// How many payloads are read side by side.
const SIDE_BY_SIDE: usize = 16;

/// How long what was released may take to get ready again, in seconds; its own timeout is not recorded.
const TIMEOUT: u64 = 180;

/// What the current releases desired.
#[derive(Debug, Default)]
pub struct Released {
    /// By application.
    pub desired: BTreeMap<ReleaseKey, Desired>,
    /// The records that could not be read, with why: nothing can be said of these applications.
    pub unreadable: BTreeMap<ReleaseKey, String>,
}

/// Reads what the current releases of an estate desired: of all applications, or of those that are named by `only`.
///
/// # Errors
/// If the releases cannot be listed.
pub async fn released(
    cluster: &Cluster,
    estate: &str,
    scope: &Scope,
    only: impl Fn(&ReleaseKey) -> bool,
) -> Result<Released, RequestError> {
    let filter = Filter::within(namespace_of(scope))
        .labelled(format!("{LABEL_ESTATE}={estate},{LABEL_STATE}"));
    let records = match record::list(cluster, &filter).await {
        Err(error) if error.fault == Fault::NotFound => return Ok(Released::default()),
        records => records?,
    };
    let wanted = records.into_iter().filter(|record| only(&record.key()));
    let read = stream::iter(current(wanted))
        .map(|record| async move { Ok((record.key(), desired(cluster, &record).await?)) })
        .buffered(SIDE_BY_SIDE);
    let all: Vec<(ReleaseKey, Result<Desired, String>)> = read.try_collect().await?;
    let mut released = Released::default();
    for (key, desired) in all {
        match desired {
            Ok(desired) => drop(released.desired.insert(key, desired)),
            Err(why) => drop(released.unreadable.insert(key, why)),
        }
    }
    Ok(released)
}

/// Returns the current release of each application: the last that is complete.
fn current(records: impl Iterator<Item = Record>) -> impl Iterator<Item = Record> {
    let mut complete: Vec<Record> = records
        .filter(|record| record.phase() == Phase::Complete)
        .collect();
    complete.sort_by_key(|record| record.spec.number);
    let by_key: BTreeMap<ReleaseKey, Record> = complete
        .into_iter()
        .map(|record| (record.key(), record))
        .collect();
    by_key.into_values()
}

async fn desired(
    cluster: &Cluster,
    record: &Record,
) -> Result<Result<Desired, String>, RequestError> {
    match payload::read(cluster, record).await {
        Ok(payload) => Ok(rollback(&record.key(), &record.spec, &payload, TIMEOUT)),
        Err(PayloadError::Request(error)) if error.fault != Fault::Forbidden => Err(error),
        Err(error) => Ok(Err(error.to_string())),
    }
}

/// Reads what is known of the releases of one application now.
pub async fn history_of(
    cluster: &Cluster,
    estate: &str,
    key: &ReleaseKey,
) -> Result<Option<History>, RequestError> {
    let scope = Scope::OneNamespace(key.namespace.clone());
    let mut observed = Observed::default();
    let only = BTreeSet::from([key.application.clone()]);
    let histories = history::read(cluster, estate, &only, &scope).await?;
    history::fill(&mut observed, histories);
    Ok(observed.releases.remove(key))
}
