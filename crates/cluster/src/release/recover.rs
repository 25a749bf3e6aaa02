//! Finishing, or putting back, what a run that died left behind.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use steading_plan::release::Phase;
use steading_plan::{Observed, ReleaseKey};

use super::error::ApplyError;
use super::hold::{Hold, Home, Run};
use super::journal::Which;
use super::outcome::{Ended, Outcome};
use super::transaction;
use crate::record::Record;

/// What is done with an open release.
#[derive(Clone, Copy, Debug)]
enum Wish<'a> {
    /// It is finished if it is what is desired now, else put back.
    Settle(Option<&'a str>),
    /// It is finished.
    Resume,
    /// It is put back.
    Revert,
}

/// Settles every release that was observed to be open and that nobody holds any more: one whose digest is that of what is desired now
/// is finished, every other one is put back. If anything was done, observe and plan again.
///
/// `digests` are those of what is desired, by application, as [`steading_plan::version`] gives them.
pub async fn recover(
    run: &Run<'_>,
    observed: &Observed,
    digests: &BTreeMap<ReleaseKey, String>,
) -> Vec<Outcome> {
    let open = observed
        .releases
        .iter()
        .filter(|(_, history)| history.open.is_some())
        .map(|(key, _)| key);
    let mut by_namespace: BTreeMap<&str, Vec<&ReleaseKey>> = BTreeMap::new();
    for key in open {
        by_namespace.entry(&key.namespace).or_default().push(key);
    }
    let groups = stream::iter(by_namespace.values()).map(|keys| async move {
        let mut outcomes = Vec::new();
        for key in keys {
            outcomes.extend(
                settle(
                    *run,
                    key,
                    Wish::Settle(digests.get(key).map(String::as_str)),
                )
                .await,
            );
        }
        outcomes
    });
    let outcomes: Vec<Vec<Outcome>> = groups
        .buffered(run.settings.parallel.max(1))
        .collect()
        .await;
    outcomes.into_iter().flatten().collect()
}

/// Finishes the open release of an application.
pub async fn resume(run: &Run<'_>, key: &ReleaseKey) -> Outcome {
    settle(*run, key, Wish::Resume)
        .await
        .unwrap_or_else(|| not_open(key))
}

/// Puts back the open release of an application.
pub async fn revert(run: &Run<'_>, key: &ReleaseKey) -> Outcome {
    settle(*run, key, Wish::Revert)
        .await
        .unwrap_or_else(|| not_open(key))
}

fn not_open(key: &ReleaseKey) -> Outcome {
    let why = ApplyError::NotOpen {
        application: key.application.clone(),
    };
    Outcome {
        key: key.clone(),
        number: 0,
        ended: Ended::Refused(why),
    }
}

/// Settles the open release of an application; nothing if it has none any more.
async fn settle(run: Run<'_>, key: &ReleaseKey, wish: Wish<'_>) -> Option<Outcome> {
    let hold = match Hold::take(run, key, Home::Old).await {
        Ok(hold) => hold,
        Err(error) => {
            return Some(Outcome {
                key: key.clone(),
                number: 0,
                ended: Ended::Refused(error),
            });
        }
    };
    let settled = tokio::select! {
        settled = settled(&hold, wish) => settled,
        lost = hold.lease.keep() => Some((0, Ended::Interrupted { why: ApplyError::Lease(lost) })),
    };
    hold.lease.release().await;
    settled.map(|(number, ended)| Outcome {
        key: key.clone(),
        number,
        ended,
    })
}

async fn settled(hold: &Hold<'_>, wish: Wish<'_>) -> Option<(u64, Ended)> {
    let records = match hold.records(Which::Labelled).await {
        Ok(records) => records,
        Err(error) => return Some((0, Ended::Refused(error))),
    };
    let record = records.into_iter().find(Record::is_open)?;
    let number = record.spec.number;
    let record = match hold.claim(record).await {
        Ok(record) => record?,
        Err(error) => return Some((number, Ended::Refused(error))),
    };
    let ended = match record.phase() {
        Phase::Preparing => forgotten(hold, &record).await,
        _ if finishes(&record, wish) => transaction::resumed(hold, record).await,
        _ => {
            let why = interrupted(&record);
            transaction::reverted(hold, record, why).await
        }
    };
    Some((number, ended))
}

/// Drops the record of a run that died before its first write.
async fn forgotten(hold: &Hold<'_>, record: &Record) -> Ended {
    match hold.forget(record).await {
        Ok(()) => Ended::Reverted {
            why: interrupted(record),
            notes: Vec::new(),
        },
        Err(why) => Ended::Interrupted { why },
    }
}

/// A release that began to be put back is never finished any more.
fn finishes(record: &Record, wish: Wish<'_>) -> bool {
    record.phase() == Phase::Running
        && match wish {
            Wish::Settle(digest) => digest == Some(record.spec.digest.as_str()),
            Wish::Resume => true,
            Wish::Revert => false,
        }
}

/// Returns why an interrupted release is put back: what it noted itself, or that it was interrupted.
fn interrupted(record: &Record) -> ApplyError {
    let noted = record
        .status
        .as_ref()
        .and_then(|status| status.message.clone());
    ApplyError::Interrupted {
        actor: record.spec.actor.clone(),
        noted,
    }
}
