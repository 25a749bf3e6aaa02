//! Finishing, or putting back, what a run that died left behind.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, stream};
use steading_plan::release::{Member as Named, Phase};
use steading_plan::{Found, Observed, ReleaseKey, Settlement, Wish, settlement};
use tokio::sync::Semaphore;

use super::error::ApplyError;
use super::hold::{Hold, Home, Run};
use super::journal::{Journal, Which, begun, numbered, records};
use super::leases::Leases;
use super::member::Member;
use super::outcome::{Ended, Outcome};
use super::put_back::put_back;
use super::transaction::carry_out;
use crate::connect::Cluster;
use crate::list::Age;
use crate::payload;
use crate::record::Record;

/// The digests of what is desired, by application.
type Digests = BTreeMap<ReleaseKey, String>;

/// What is done with open releases.
#[derive(Clone, Copy, Debug)]
enum Goal<'a> {
    /// They are finished if they are what is desired now, else put back.
    Settle(&'a Digests),
    /// They are finished.
    Resume,
    /// They are put back.
    Revert,
}

/// An open release and those that are made as one with it.
struct Open {
    group: Vec<Named>,
    /// The record of each, as far as it is there.
    records: Vec<Option<Record>>,
}

/// Settles every release that was observed to be open and that nobody holds any more: one whose digest is that of what is desired now
/// is finished, every other one is put back; a group is finished or put back as a whole. If anything was done, observe and plan again.
///
/// `digests` are those of what is desired, by application, as [`steading_plan::version`] gives them.
pub async fn recover(
    run: &Run<'_>,
    observed: &Observed,
    digests: &BTreeMap<ReleaseKey, String>,
) -> Vec<Outcome> {
    let batches = batches(observed);
    let settled = stream::iter(&batches).map(|(_, keys)| async move {
        let mut outcomes = Vec::new();
        for key in keys {
            outcomes.extend(settle(*run, key, Goal::Settle(digests)).await);
        }
        outcomes
    });
    let outcomes: Vec<Vec<Outcome>> = settled
        .buffered(run.settings.parallel.max(1))
        .collect()
        .await;
    outcomes.into_iter().flatten().collect()
}

/// Returns the open releases in parts that share no namespace, so that they can be settled side by side.
fn batches(observed: &Observed) -> Vec<(BTreeSet<&str>, Vec<&ReleaseKey>)> {
    let mut batches: Vec<(BTreeSet<&str>, Vec<&ReleaseKey>)> = Vec::new();
    for (key, history) in &observed.releases {
        let Some(open) = &history.open else { continue };
        let mut namespaces: BTreeSet<&str> = BTreeSet::from([key.namespace.as_str()]);
        namespaces.extend(open.group.iter().map(|other| other.namespace.as_str()));
        let mut keys = Vec::new();
        let shares = |batch: &mut (BTreeSet<&str>, Vec<&ReleaseKey>)| {
            batch.0.intersection(&namespaces).next().is_some()
        };
        let joined: Vec<_> = batches.extract_if(.., shares).collect();
        for (others, earlier) in joined {
            namespaces.extend(others);
            keys.extend(earlier);
        }
        keys.push(key);
        batches.push((namespaces, keys));
    }
    batches
}

/// Finishes the open release of an application, with all that are made as one with it.
pub async fn resume(run: &Run<'_>, key: &ReleaseKey) -> Vec<Outcome> {
    at_least_one(key, settle(*run, key, Goal::Resume).await)
}

/// Puts back the open release of an application, with all that are made as one with it.
pub async fn revert(run: &Run<'_>, key: &ReleaseKey) -> Vec<Outcome> {
    at_least_one(key, settle(*run, key, Goal::Revert).await)
}

fn at_least_one(key: &ReleaseKey, outcomes: Vec<Outcome>) -> Vec<Outcome> {
    if !outcomes.is_empty() {
        return outcomes;
    }
    let why = ApplyError::NotOpen {
        application: key.application.clone(),
    };
    vec![refused(key, why)]
}

fn refused(key: &ReleaseKey, why: ApplyError) -> Outcome {
    Outcome {
        key: key.clone(),
        number: 0,
        ended: Ended::Refused(why),
    }
}

/// Settles the open release of an application and its group; nothing if it has none any more.
async fn settle(run: Run<'_>, key: &ReleaseKey, goal: Goal<'_>) -> Vec<Outcome> {
    let cluster = run.cluster.patient();
    let seen = match find(&cluster, key).await {
        Ok(Some(open)) => open,
        Ok(None) => return Vec::new(),
        Err(why) => return vec![refused(key, why)],
    };
    // The namespace of one whose record is gone may be gone too.
    let there: Vec<&ReleaseKey> = seen.there().map(|(named, _)| &named.key).collect();
    let leases = match Leases::take(run, &there, &BTreeSet::new()).await {
        Ok(leases) => leases,
        Err(not_taken) => return vec![refused(key, not_taken.why)],
    };
    let settled = tokio::select! {
        settled = settled(&leases, &cluster, key, &there, goal) => settled,
        lost = leases.keep() => interrupted_all(&seen, &ApplyError::Lease(lost)),
    };
    leases.release().await;
    settled
}

fn interrupted_all(seen: &Open, why: &ApplyError) -> Vec<Outcome> {
    let of = |(named, _): (&Named, &Record)| Outcome {
        key: named.key.clone(),
        number: named.number,
        ended: Ended::Interrupted { why: why.clone() },
    };
    seen.there().map(of).collect()
}

/// Settles what is open now that nobody else can.
async fn settled(
    leases: &Leases<'_>,
    cluster: &Cluster,
    key: &ReleaseKey,
    held: &[&ReleaseKey],
    goal: Goal<'_>,
) -> Vec<Outcome> {
    let open = match find(cluster, key).await {
        Ok(Some(open)) => open,
        Ok(None) => return Vec::new(),
        Err(why) => return vec![refused(key, why)],
    };
    if !open.there().all(|(named, _)| held.contains(&&named.key)) {
        let what = "another run settles what was open".to_owned();
        return vec![refused(key, ApplyError::Moved { what })];
    }
    let open = match claim(leases, open).await {
        Ok(open) => open,
        Err(why) => return vec![refused(key, why)],
    };
    let settlement = settlement(&open.found(), open.wish(goal));
    let (mut members, mut outcomes) = take_up(leases, open).await;
    let records: Vec<Record> = members
        .iter()
        .map(|member| member.record().clone())
        .collect();
    let ended = match settlement {
        Settlement::Nothing => Vec::new(),
        Settlement::Finish => finish(leases, &mut members).await,
        Settlement::PutBack => {
            let whys = records.iter().map(interrupted).collect();
            let ended = put_back(&leases.stop, &mut members, whys).await;
            ended.into_iter().map(as_reverted).collect()
        }
    };
    let settled = records.iter().zip(ended);
    outcomes.extend(settled.map(|(record, ended)| outcome(record, ended)));
    outcomes
}

/// Takes over what is open, over exactly the versions that were read: by now it may have gone on, or ended.
async fn claim(leases: &Leases<'_>, open: Open) -> Result<Open, ApplyError> {
    let mut records = Vec::with_capacity(open.records.len());
    for record in open.records {
        records.push(match record {
            Some(record) => {
                let place = leases.hold(&record.key(), Home::Old);
                let record = place.claim(record).await?;
                Some(with_status(&place, record).await?)
            }
            None => None,
        });
    }
    Ok(Open { records, ..open })
}

/// Completes a record that has noted nothing yet: one whose payload is there has begun, and may have touched something.
async fn with_status(place: &Hold<'_>, mut record: Record) -> Result<Record, ApplyError> {
    if record.status.is_none() {
        let has_begun = payload::is_there(&place.cluster, &record).await;
        let has_begun = has_begun.map_err(ApplyError::Request)?;
        record.status = has_begun.then(|| begun(&record));
    }
    Ok(record)
}

/// Takes up what has not ended; records that were still being written are dropped.
async fn take_up<'a>(leases: &Leases<'a>, open: Open) -> (Vec<Member<'a>>, Vec<Outcome>) {
    let (mut members, mut outcomes) = (Vec::new(), Vec::new());
    for record in open.records.into_iter().flatten() {
        let place = leases.hold(&record.key(), Home::Old);
        match record.phase() {
            Phase::Complete | Phase::Reverted => {}
            Phase::Preparing => {
                let ended = match place.forget(&record).await {
                    Ok(()) => untouched(interrupted(&record)),
                    Err(why) => Ended::Interrupted { why },
                };
                outcomes.push(outcome(&record, ended));
            }
            Phase::Running | Phase::Reverting => {
                members.extend(Journal::of(record).map(|journal| Member::found(place, journal)));
            }
        }
    }
    (members, outcomes)
}

/// Finishes what was left, in the order in which it was planned.
async fn finish(leases: &Leases<'_>, members: &mut [Member<'_>]) -> Vec<Ended> {
    let mut before = BTreeSet::new();
    for member in members.iter_mut() {
        member.after.clone_from(&before);
        before.insert(member.hold.key.clone());
        if let Err(why) = member.take_up().await {
            return vec![Ended::Interrupted { why }; members.len()];
        }
    }
    carry_out(leases, members, &Semaphore::new(1)).await
}

fn outcome(record: &Record, ended: Ended) -> Outcome {
    Outcome {
        key: record.key(),
        number: record.spec.number,
        ended,
    }
}

/// What touched nothing is put back by dropping its record.
fn as_reverted(ended: Ended) -> Ended {
    match ended {
        Ended::Refused(why) => untouched(why),
        ended => ended,
    }
}

fn untouched(why: ApplyError) -> Ended {
    Ended::Reverted {
        why,
        notes: Vec::new(),
    }
}

/// Finds the open release of an application, and the records of its group.
async fn find(cluster: &Cluster, key: &ReleaseKey) -> Result<Option<Open>, ApplyError> {
    let mattering = records(cluster, key, Which::Mattering, Age::Now).await?;
    let Some(record) = mattering.into_iter().find(Record::is_open) else {
        return Ok(None);
    };
    let Some(group) = record.spec.group.clone() else {
        let key = key.clone();
        let number = record.spec.number;
        return Ok(Some(Open {
            group: vec![Named { key, number }],
            records: vec![Some(record)],
        }));
    };
    let mut records = Vec::with_capacity(group.members.len());
    for named in &group.members {
        let found = numbered(cluster, &named.key, named.number).await?;
        let is_of = |record: &Record| record.spec.group.as_ref() == Some(&group);
        records.push(found.filter(is_of));
    }
    Ok(Some(Open {
        group: group.members,
        records,
    }))
}

impl Open {
    /// Returns those whose record is there.
    fn there(&self) -> impl Iterator<Item = (&Named, &Record)> {
        let all = self.group.iter().zip(&self.records);
        all.filter_map(|(named, record)| Some((named, record.as_ref()?)))
    }

    fn found(&self) -> Vec<Found> {
        let of = |record: &Option<Record>| match record {
            None => Found::Gone,
            Some(record) => {
                let part = record.status.as_ref().and_then(|status| status.part);
                Found::There(record.phase(), part)
            }
        };
        self.records.iter().map(of).collect()
    }

    fn wish(&self, goal: Goal<'_>) -> Wish {
        let is_desired = |digests: &Digests| {
            self.there()
                .all(|(named, record)| digests.get(&named.key) == Some(&record.spec.digest))
        };
        match goal {
            Goal::Resume => Wish::Finish,
            Goal::Settle(digests) if is_desired(digests) => Wish::Finish,
            Goal::Settle(_) | Goal::Revert => Wish::PutBack,
        }
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
