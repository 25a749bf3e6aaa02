//! One release from beginning to end.

use std::time::{Duration, Instant};

use serde_json::Value;
use steading_model::desired::FIELD_MANAGER;
use steading_plan::release::{JournalEntry, Payload, Phase};
use steading_plan::{Action, InventoryItem, ReleasePlan, Step};

use super::begin::{Begun, begin};
use super::end::{self, inventory, namespace_kind};
use super::error::ApplyError;
use super::execute::{Guard, Work, execute};
use super::hold::{Hold, Home, Run};
use super::journal::Journal;
use super::outcome::{Ended, Outcome};
use super::restore::restore;
use super::write::{Force, apply_call};
use super::{history, wait};
use crate::fault::Fault;
use crate::kind::{built_in, served};
use crate::observe::Observation;
use crate::payload;
use crate::progress::Event;
use crate::record::Record;
use crate::request::{Call, RequestError};

/// How long a release that is not planned anew may take to get ready; its own timeout is not recorded.
const RESUMED: Duration = Duration::from_mins(3);

/// Releases one application.
pub(crate) async fn release(
    run: Run<'_>,
    observation: &Observation,
    plan: &ReleasePlan,
) -> Outcome {
    let ended = match prepare(run, plan).await {
        Err(error) => Ended::Refused(error),
        Ok(hold) => {
            let ended = tokio::select! {
                ended = released(&hold, observation, plan) => ended,
                lost = hold.lease.keep() => Ended::Interrupted { why: ApplyError::Lease(lost) },
            };
            hold.lease.release().await;
            ended
        }
    };
    Outcome {
        key: plan.key.clone(),
        number: plan.number,
        ended,
    }
}

/// Makes the namespace, which has to be there for the record, and takes its Lease.
async fn prepare<'a>(run: Run<'a>, plan: &ReleasePlan) -> Result<Hold<'a>, ApplyError> {
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
    let home = match made.and_then(|step| Some((step, step.desired.as_ref()?))) {
        Some((step, object)) => make_home(run, step, object)
            .await
            .map_err(ApplyError::Request)?,
        None => Home::Old,
    };
    Hold::take(run, &plan.key, home).await
}

async fn make_home(run: Run<'_>, step: &Step, object: &Value) -> Result<Home, RequestError> {
    let cluster = run.cluster.patient();
    let kind = built_in("", "Namespace");
    let call = Call::get(
        kind.path_of(None, &step.id.name),
        format!("read `{}`", step.id),
    );
    let there = served(cluster.fetch::<Value>(call).await)?;
    cluster
        .send(apply_call(
            &kind,
            &step.id,
            object,
            FIELD_MANAGER,
            Force::No,
        ))
        .await?;
    Ok(if there.is_none() {
        Home::New
    } else {
        Home::Old
    })
}

async fn released(hold: &Hold<'_>, observation: &Observation, plan: &ReleasePlan) -> Ended {
    let Begun { mut journal, works } = match begin(hold, observation, plan).await {
        Ok(begun) => begun,
        Err(error) => return Ended::Refused(error),
    };
    hold.report(&Event::Begun {
        number: plan.number,
        steps: works.len(),
    });
    carry_out(
        hold,
        &mut journal,
        &works,
        &plan.kept,
        Duration::from_secs(plan.timeout_seconds),
    )
    .await
}

/// Executes all steps; if that fails, puts everything back.
async fn carry_out(
    hold: &Hold<'_>,
    journal: &mut Journal,
    works: &[Work],
    kept: &[InventoryItem],
    timeout: Duration,
) -> Ended {
    let executed = match execute(hold, journal, works, Instant::now() + timeout).await {
        Ok(executed) => executed,
        Err(why) => return put_back(hold, journal, timeout, why).await,
    };
    let inventory = inventory(kept, works, &executed.live);
    match end::complete(hold, journal, &executed, inventory).await {
        Ok(()) => Ended::Complete {
            notes: executed.notes,
        },
        Err(why) if why.fault() == Some(Fault::NotFound) && takes_home(hold, works) => {
            let mut notes = executed.notes;
            notes.push("the records of its releases went with the namespace".to_owned());
            Ended::Complete { notes }
        }
        // The release itself is complete, if that much was written; the next run tidies up, or finishes it.
        Err(why) => Ended::Interrupted { why },
    }
}

/// Says whether a release deletes the namespace that its own record is in.
fn takes_home(hold: &Hold<'_>, works: &[Work]) -> bool {
    let is_home = |work: &Work| {
        work.action == Action::Delete
            && work.id.kind == namespace_kind()
            && work.id.name == hold.key.namespace
    };
    works.iter().any(is_home)
}

async fn put_back(
    hold: &Hold<'_>,
    journal: &mut Journal,
    timeout: Duration,
    why: ApplyError,
) -> Ended {
    if why.forbids_reverting() {
        return Ended::Interrupted { why };
    }
    hold.begin_reverting();
    hold.report(&Event::Reverting {
        why: why.to_string(),
    });
    match put_back_all(hold, journal, timeout, &why).await {
        Ok(notes) => Ended::Reverted { why, notes },
        Err(why) => Ended::Interrupted { why },
    }
}

async fn put_back_all(
    hold: &Hold<'_>,
    journal: &mut Journal,
    timeout: Duration,
    why: &ApplyError,
) -> Result<Vec<String>, ApplyError> {
    let text = why.to_string();
    hold.note(journal, |status| {
        status.phase = Phase::Reverting;
        status.message = Some(text);
    })
    .await?;
    let until = Instant::now() + timeout;
    let mut restored = restore(hold, journal, until).await?;
    let ids: Vec<_> = restored.live.keys().cloned().collect();
    let ready = wait::until_ready(hold, &mut restored.live, &ids, until).await;
    let mut notes: Vec<String> = restored.notes.into_values().collect();
    notes.extend(ready.err().map(|error| error.to_string()));
    end::reverted(hold, journal, why, &notes).await?;
    Ok(notes)
}

/// Finishes a release that was interrupted.
pub(crate) async fn resumed(hold: &Hold<'_>, record: Record) -> Ended {
    let payload = match payload::read(&hold.cluster, &record).await {
        Ok(payload) => payload,
        Err(error) => {
            return Ended::Interrupted {
                why: ApplyError::Payload(error),
            };
        }
    };
    hold.report(&Event::Resuming {
        number: record.spec.number,
        actor: record.spec.actor.clone(),
    });
    let works: Vec<Work> = payload
        .journal
        .iter()
        .map(|entry| work(entry, &payload))
        .collect();
    let kept = match history::kept(hold, &record, &payload).await {
        Ok(kept) => kept,
        Err(why) => return Ended::Interrupted { why },
    };
    let Some(mut journal) = Journal::of(record) else {
        return Ended::Interrupted {
            why: ApplyError::NotOpen {
                application: hold.key.application.clone(),
            },
        };
    };
    carry_out(hold, &mut journal, &works, &kept, RESUMED).await
}

fn work(entry: &JournalEntry, payload: &Payload) -> Work {
    let is_it = |object: &&Value| super::history::id_of(object).as_ref() == Some(&entry.id);
    Work {
        id: entry.id.clone(),
        action: entry.action,
        wave: entry.wave,
        desired: payload
            .desired
            .iter()
            .find(is_it)
            .filter(|_| entry.action != Action::Delete)
            .cloned(),
        uid: entry.uid.clone(),
        displaces: std::collections::BTreeSet::new(),
        guard: Guard::Resumed,
        noted: entry.before.clone(),
    }
}

/// Puts back a release that was interrupted.
pub(crate) async fn reverted(hold: &Hold<'_>, record: Record, why: ApplyError) -> Ended {
    match Journal::of(record) {
        Some(mut journal) => put_back(hold, &mut journal, RESUMED, why).await,
        None => Ended::Interrupted { why },
    }
}
