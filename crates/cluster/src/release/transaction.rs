//! The releases of one group from beginning to end; most groups have one.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;
use steading_model::desired::FIELD_MANAGER;
use steading_plan::release::{Group, Member as Named};
use steading_plan::{Action, ReleaseKey, ReleasePlan, Step};
use tokio::sync::Semaphore;

use super::begin::{Begun, begin};
use super::end::namespace_kind;
use super::error::ApplyError;
use super::hold::{Home, Run};
use super::leases::{Leases, NotTaken};
use super::member::Member;
use super::outcome::{Ended, Outcome};
use super::put_back::put_back;
use super::write::{Force, apply_call};
use crate::failure::RequestError;
use crate::kind::built_in;
use crate::observe::Observation;

/// One that failed, by its place in the group.
struct Failure {
    at: usize,
    why: ApplyError,
}

/// Releases a group; `room` says how many releases of the whole run work at the same time.
pub(crate) async fn release(
    run: Run<'_>,
    observation: &Observation,
    plans: &[&ReleasePlan],
    room: &Semaphore,
) -> Vec<Outcome> {
    let ended = match prepare(run, plans).await {
        Err(failure) => not_begun(plans, failure),
        Ok((leases, homes)) => {
            let ended = tokio::select! {
                ended = released(&leases, observation, plans, &homes, room) => ended,
                lost = leases.keep() => vec![Ended::Interrupted { why: ApplyError::Lease(lost) }; plans.len()],
            };
            leases.release().await;
            ended
        }
    };
    let outcomes = plans.iter().zip(ended).map(|(plan, ended)| Outcome {
        key: plan.key.clone(),
        number: plan.number,
        ended,
    });
    outcomes.collect()
}

/// Makes the namespaces, which have to be there for the records, and takes their Leases.
async fn prepare<'a>(
    run: Run<'a>,
    plans: &[&ReleasePlan],
) -> Result<(Leases<'a>, Vec<Home>), Failure> {
    let mut homes = Vec::with_capacity(plans.len());
    for (at, plan) in plans.iter().enumerate() {
        let home = home(run, plan).await;
        homes.push(home.map_err(|why| Failure { at, why })?);
    }
    let keys: Vec<&ReleaseKey> = plans.iter().map(|plan| &plan.key).collect();
    let made = plans.iter().zip(&homes).filter(|(_, home)| home.is_new());
    let new: BTreeSet<&str> = made.map(|(plan, _)| plan.key.namespace.as_str()).collect();
    let leases = Leases::take(run, &keys, &new).await;
    let leases = leases.map_err(|NotTaken { namespace, why }| {
        let at = keys.iter().position(|key| key.namespace == namespace);
        Failure {
            at: at.unwrap_or_default(),
            why,
        }
    })?;
    Ok((leases, homes))
}

async fn home(run: Run<'_>, plan: &ReleasePlan) -> Result<Home, ApplyError> {
    if run.cancel.is_cancelled() {
        return Err(ApplyError::Cancelled);
    }
    let is_home =
        |step: &&Step| step.id.kind == namespace_kind() && step.id.name == plan.key.namespace;
    let made = plan
        .steps
        .iter()
        .filter(|step| step.action == Action::Create)
        .find(is_home);
    match made.and_then(|step| Some((step, step.desired.as_ref()?))) {
        Some((step, object)) => make_home(run, step, &object.object())
            .await
            .map_err(ApplyError::Request),
        None => Ok(Home::Old),
    }
}

async fn make_home(run: Run<'_>, step: &Step, object: &Value) -> Result<Home, RequestError> {
    let kind = built_in("", "Namespace");
    let call = apply_call(&kind, &step.id, object, FIELD_MANAGER, Force::No);
    let cluster = run.cluster.patient();
    let made = cluster.read(call, |reply| {
        let made: Value = serde_json::from_slice(&reply.body)?;
        Ok((made, reply.has_created))
    });
    // Where the answer to a first try was lost it counts as old, which is the more careful.
    Ok(match made.await? {
        (made, true) => Home::New(Arc::new(made)),
        (_, false) => Home::Old,
    })
}

/// Says how all ended where nothing was touched.
fn not_begun(plans: &[&ReleasePlan], failure: Failure) -> Vec<Ended> {
    let keys = plans.iter().map(|plan| &plan.key);
    whys(keys, failure)
        .into_iter()
        .map(Ended::Refused)
        .collect()
}

/// Returns of each why it ends: one failed, the others are released as one with it.
fn whys<'k>(
    keys: impl Iterator<Item = &'k ReleaseKey> + Clone,
    failure: Failure,
) -> Vec<ApplyError> {
    let Failure { at, why } = failure;
    let failed = keys.clone().nth(at).cloned();
    let text = why.to_string();
    let of = |(place, key): (usize, &ReleaseKey)| match &failed {
        Some(failed) if place != at && failed != key => ApplyError::Together {
            key: Box::new(failed.clone()),
            why: text.clone(),
        },
        _ => why.clone(),
    };
    keys.enumerate().map(of).collect()
}

async fn released(
    leases: &Leases<'_>,
    observation: &Observation,
    plans: &[&ReleasePlan],
    homes: &[Home],
    room: &Semaphore,
) -> Vec<Ended> {
    let group = group(leases, plans);
    let mut members: Vec<Member<'_>> = Vec::with_capacity(plans.len());
    for (at, (plan, home)) in plans.iter().zip(homes).enumerate() {
        let hold = leases.hold(&plan.key, home.clone());
        match begin(&hold, observation, plan, group.as_ref()).await {
            Ok(Begun { journal, works }) => {
                members.push(Member::begun(hold, journal, works, plan));
            }
            Err(why) => {
                forget(&members).await;
                return not_begun(plans, Failure { at, why });
            }
        }
    }
    carry_out(leases, &mut members, room).await
}

/// Returns the mark of the group; none for a release that is made alone.
fn group(leases: &Leases<'_>, plans: &[&ReleasePlan]) -> Option<Group> {
    let named = plans.iter().map(|plan| Named {
        key: plan.key.clone(),
        number: plan.number,
    });
    (plans.len() > 1).then(|| Group {
        id: leases.id.clone(),
        members: named.collect(),
    })
}

/// Drops records of releases that touched nothing. One that cannot be dropped now is dropped by the next run.
async fn forget(members: &[Member<'_>]) {
    for member in members.iter().rev() {
        drop(member.hold.forget(member.record()).await);
    }
}

/// Executes all releases; only when all are done is any of them complete. If one fails, all are put back.
pub(crate) async fn carry_out(
    leases: &Leases<'_>,
    members: &mut [Member<'_>],
    room: &Semaphore,
) -> Vec<Ended> {
    if let Err(failure) = work(leases, members, room).await {
        let whys = whys(members.iter().map(|member| &member.hold.key), failure);
        return put_back(&leases.stop, members, whys).await;
    }
    let mut ended = Vec::with_capacity(members.len());
    for member in members {
        ended.push(match member.complete().await {
            Ok(notes) => Ended::Complete { notes },
            // The release itself is complete, if that much was written; the next run tidies up, or finishes it.
            Err(why) => Ended::Interrupted { why },
        });
    }
    ended
}

/// Executes releases side by side, each after those that it needs.
async fn work(
    leases: &Leases<'_>,
    members: &mut [Member<'_>],
    room: &Semaphore,
) -> Result<(), Failure> {
    let mut done: BTreeSet<ReleaseKey> = BTreeSet::new();
    let mut waiting: Vec<(usize, &mut Member<'_>)> = Vec::new();
    for (at, member) in members.iter_mut().enumerate() {
        if member.is_done() {
            done.insert(member.hold.key.clone());
        } else {
            waiting.push((at, member));
        }
    }
    let mut running = FuturesUnordered::new();
    let mut failure = None;
    loop {
        let may_begin = |(_, member): &(usize, &mut Member<'_>)| member.after.is_subset(&done);
        while failure.is_none()
            && let Some(next) = waiting.iter().position(may_begin)
        {
            let (at, member) = waiting.remove(next);
            running.push(async move {
                // The room is never closed: without a permit there would only be more at the same time.
                let _permit = room.acquire().await;
                (at, member.hold.key.clone(), member.carry_out().await)
            });
        }
        match running.next().await {
            Some((_, key, Ok(()))) => {
                done.insert(key);
            }
            Some((at, _, Err(why))) => {
                leases.stop.fail();
                failure.get_or_insert(Failure { at, why });
            }
            None => return failure.map_or(Ok(()), Err),
        }
    }
}
