//! Before the first write: what was planned is compared with what is there now, and recorded with it.

use std::collections::BTreeSet;

use futures_util::future::{OptionFuture, try_join_all};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;
use steading_model::ObjectId;
use steading_plan::release::{Group, JournalEntry, Payload, Phase, ReleaseSpec};
use steading_plan::{Action, Live, Moving, Packed, ReleasePlan, Standing, Step};

use super::error::ApplyError;
use super::hold::Hold;
use super::journal::Journal;
use super::moving::BINDER;
use super::place::same_for;
use super::takeover;
use super::work::{Guard, Work};
use crate::kind::built_in;
use crate::observe::Observation;
use crate::observe::secrets::masked;
use crate::record::Record;

/// How many objects are read side by side.
const SIDE_BY_SIDE: usize = 8;

/// What the server writes into metadata by itself.
const KEPT_BY_SERVER: [&str; 8] = [
    "managedFields",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
];

/// A release that is recorded and may begin.
pub(crate) struct Begun {
    pub(crate) journal: Journal,
    pub(crate) works: Vec<Work>,
}

/// Records a release, after making sure that the world is as it was planned for.
pub(crate) async fn begin(
    hold: &Hold<'_>,
    observation: &Observation,
    plan: &ReleasePlan,
    group: Option<&Group>,
) -> Result<Begun, ApplyError> {
    let works = stream::iter(&plan.steps).map(|step| work(hold, observation, step));
    let works = works.buffered(SIDE_BY_SIDE).try_collect();
    let (lineage, works) = tokio::join!(check_lineage(hold, plan), works);
    lineage?;
    let works: Vec<Work> = works?;
    let payload = Payload {
        desired: takeover::recorded(plan, &works),
        journal: works.iter().map(entry).collect(),
    };
    let journal = hold.record(spec(hold, plan, group), &payload).await?;
    if let Some(unkept) = observation
        .unkept
        .as_ref()
        .filter(|unkept| unkept.namespace == hold.key.namespace)
    {
        hold.keep_key(unkept).await?;
    }
    Ok(Begun { journal, works })
}

/// Makes sure that nothing was released since the plan was made.
///
/// Records are numbered in turn: what was released since comes after the parent, and no later than the number that this release wants.
/// They are read by their names, because a list waits until the server's copy has caught up with everybody's writes.
async fn check_lineage(hold: &Hold<'_>, plan: &ReleasePlan) -> Result<(), ApplyError> {
    // Two that make the same namespace at once want the same number: the second cannot write its record.
    if hold.home.is_new() {
        return Ok(());
    }
    let since = plan.parent.map_or(1, |parent| parent + 1);
    let later = (since..=plan.number).map(|number| hold.numbered(number));
    let parent = OptionFuture::from(plan.parent.map(|number| hold.numbered(number)));
    let (parent, later) = tokio::join!(parent, try_join_all(later));
    for record in later?.into_iter().flatten() {
        match record.phase() {
            Phase::Preparing | Phase::Running | Phase::Reverting => {
                return Err(ApplyError::Open {
                    number: record.spec.number,
                    actor: record.spec.actor,
                    since: record.spec.created_at,
                });
            }
            // What failed before the plan was made has used up its number.
            Phase::Reverted if record.spec.number < plan.number => {}
            Phase::Complete | Phase::Reverted => return Err(ApplyError::released(&record)),
        }
    }
    let is_current = |record: &Record| record.phase() == Phase::Complete && record.matters();
    match (plan.parent, parent.transpose()?.flatten()) {
        (Some(number), parent) if !parent.as_ref().is_some_and(is_current) => {
            Err(ApplyError::Moved {
                what: format!("release {number} is no longer the current one"),
            })
        }
        _ => Ok(()),
    }
}

fn spec(hold: &Hold<'_>, plan: &ReleasePlan, group: Option<&Group>) -> ReleaseSpec {
    let settings = hold.run.settings;
    ReleaseSpec {
        estate: plan.estate.clone(),
        application: plan.key.application.clone(),
        environment: plan.key.environment.clone(),
        number: plan.number,
        parent: plan.parent,
        kind: plan.kind,
        actor: settings.actor.clone(),
        revision: settings.revision.clone(),
        image: plan.image.clone(),
        digest: plan.digest.clone(),
        chunks: 0,
        created_at: settings.clock.text(),
        group: group.cloned(),
        former: plan.former.clone(),
        successor: plan.successor.clone(),
    }
}

fn entry(work: &Work) -> JournalEntry {
    JournalEntry {
        id: work.id.clone(),
        action: work.action,
        wave: work.wave,
        before: work.live().map(without_server_fields),
        uid: work.uid.clone(),
        taken: takeover::taken(work),
        moving: work.moving.clone(),
    }
}

/// Returns an object without what the server keeps for itself.
fn without_server_fields(live: &Value) -> Value {
    let mut object = live.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        for name in KEPT_BY_SERVER {
            metadata.remove(name);
        }
    }
    object
}

/// Reads what a step will touch, and refuses if it is not what was planned for.
async fn work(hold: &Hold<'_>, observation: &Observation, step: &Step) -> Result<Work, ApplyError> {
    let desired = step.desired.as_ref().map(Packed::object);
    let live = live(hold, step, desired.as_ref()).await?;
    let displaces = displaced(step);
    match (&live, step.action) {
        (None, Action::Create | Action::Delete) => {}
        (None, _) => return Err(ApplyError::moved(&step.id, "is gone")),
        (Some(live), Action::Create) if is_premade_namespace(step, live) => {}
        (Some(_), Action::Create) => {
            return Err(ApplyError::moved(&step.id, "was made by somebody else"));
        }
        (Some(live), _) => unmoved(observation, step, live, &displaces)?,
    }
    let noted = match &step.moving {
        Some(Moving::Values(from)) => Some(values(hold, from).await?),
        Some(Moving::Volume(_)) | None => None,
    };
    let guard = match live {
        Some(live) if step.action != Action::Create => Guard::Planned(live),
        _ => Guard::Absent,
    };
    Ok(Work {
        id: step.id.clone(),
        action: step.action,
        wave: step.wave,
        desired,
        uid: step.uid.clone(),
        displaces,
        guard,
        takes: step.takes.clone(),
        moving: step.moving.clone(),
        noted,
    })
}

/// Reads the Secret whose values go into another.
pub(crate) async fn values(hold: &Hold<'_>, from: &ObjectId) -> Result<Value, ApplyError> {
    let secret = hold.get(&built_in("", "Secret"), from).await?;
    secret.ok_or_else(|| ApplyError::moved(from, "is gone"))
}

async fn live(
    hold: &Hold<'_>,
    step: &Step,
    desired: Option<&Value>,
) -> Result<Option<Value>, ApplyError> {
    let is_inside = step.id.namespace.as_deref() == Some(&hold.key.namespace);
    let is_new = hold.home.is_new() && is_inside || hold.made(&step.id).is_some();
    if is_new && step.action == Action::Create {
        // Nothing can be there that somebody wants to keep.
        return Ok(None);
    }
    match hold.kind_of(&step.id, desired).await {
        Ok(kind) => {
            if let Some(version) = &step.resource_version {
                let path = kind.path_of(step.id.namespace.as_deref(), &step.id.name);
                hold.cluster.newest.note(path, version);
            }
            hold.get(&kind, &step.id).await
        }
        // Its definition is part of this release, or it is gone together with its kind.
        Err(ApplyError::Unserved { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The namespace that holds the record had to be made before it could be written.
fn is_premade_namespace(step: &Step, live: &Value) -> bool {
    use steading_model::desired::{FIELD_MANAGER, LABEL_MANAGED_BY};
    step.id.kind.is("", "Namespace")
        && live["metadata"]["labels"][LABEL_MANAGED_BY] == FIELD_MANAGER
}

/// Returns the managers whose fields the step was planned to take.
fn displaced(step: &Step) -> BTreeSet<String> {
    let owners = step
        .changes
        .iter()
        .filter_map(|change| match &change.standing {
            Standing::Ours => None,
            Standing::Drifted(owner) | Standing::Conflict(owner) => Some(owner.manager.clone()),
        });
    let taken = step.takes.iter().flat_map(|taking| taking.managers.clone());
    let binder = step.moving.iter().map(|_| BINDER.to_owned());
    owners.chain(taken).chain(binder).collect()
}

fn unmoved(
    observation: &Observation,
    step: &Step,
    live: &Value,
    displaces: &BTreeSet<String>,
) -> Result<(), ApplyError> {
    let metadata = &live["metadata"];
    if step.uid.is_some() && metadata["uid"].as_str() != step.uid.as_deref() {
        return Err(ApplyError::moved(&step.id, "was made again"));
    }
    if metadata["resourceVersion"].as_str() == step.resource_version.as_deref() {
        return Ok(());
    }
    let planned = observation.observed.objects.get(&step.id).map(Live::parse);
    let now = masked(live.clone(), &observation.key).map(|live| live.parse());
    let is_same = planned
        .zip(now)
        .is_some_and(|(planned, now)| same_for(&planned, &now, displaces));
    if is_same {
        Ok(())
    } else {
        Err(ApplyError::moved(&step.id, "was changed"))
    }
}
