//! Doing what was planned, wave by wave.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use steading_model::ObjectId;
use steading_model::desired::{FIELD_MANAGER, LABEL_APPLICATION, LABEL_ENVIRONMENT};
use steading_plan::mask::combined_digest;
use steading_plan::takeover::Taking;
use steading_plan::{Action, FieldOwner, Wave, fill_secret_digest, used_secrets};

use super::begin::same_for;
use super::error::ApplyError;
use super::generate::{fill, has_generated};
use super::hold::Hold;
use super::journal::Journal;
use super::stages::stages;
use super::write::{Force, Gone};
use crate::fault::{Cause, Fault};
use crate::kind::{ServedKind, built_in};
use crate::observe::secrets::digest_of;
use crate::progress::Event;
use crate::request::RequestError;

/// How many steps of one wave are under way side by side.
const SIDE_BY_SIDE: usize = 8;

/// How often an object that others keep changing is read anew before it is given up.
pub(crate) const READINGS: usize = 8;

/// The digests of Secrets that this release applied in earlier waves.
type Digests = BTreeMap<ObjectId, String>;

/// One object to change.
pub(crate) struct Work {
    pub(crate) id: ObjectId,
    pub(crate) action: Action,
    pub(crate) wave: Wave,
    pub(crate) desired: Option<Value>,
    /// The UID of the object that it was planned for.
    pub(crate) uid: Option<String>,
    /// The managers whose fields are taken.
    pub(crate) displaces: BTreeSet<String>,
    pub(crate) guard: Guard,
    /// What is taken over from others.
    pub(crate) takes: Option<Taking>,
    /// What was there before, where an interrupted run noted it.
    pub(crate) noted: Option<Value>,
}

/// What is known of the live object.
pub(crate) enum Guard {
    /// It is not there.
    Absent,
    /// It is as it was planned for.
    Planned(Value),
    /// An interrupted run may have changed it already.
    Resumed,
}

/// What a step left behind.
#[derive(Default)]
pub(crate) struct Executed {
    /// The objects as they are now.
    pub(crate) live: BTreeMap<ObjectId, Value>,
    /// What somebody should know.
    pub(crate) notes: Vec<String>,
    /// How many steps are done.
    done: usize,
}

/// What one step left behind.
enum Left {
    Live(Value),
    Nothing,
    Going,
}

impl Work {
    pub(crate) fn live(&self) -> Option<&Value> {
        match &self.guard {
            Guard::Planned(live) => Some(live),
            Guard::Absent | Guard::Resumed => None,
        }
    }
}

/// Executes all steps. On an error, and when cancelled, what is under way is finished and nothing new begun.
pub(crate) async fn execute(
    hold: &Hold<'_>,
    journal: &mut Journal,
    works: &[Work],
    until: Instant,
) -> Result<Executed, ApplyError> {
    let mut executed = Executed::default();
    let mut last = None;
    for (wave, of_wave) in stages(works) {
        if last.replace(wave) != Some(wave) {
            hold.note_wave(journal, wave).await?;
            hold.report(&Event::Wave(wave));
        }
        execute_wave(hold, &of_wave, works.len(), until, &mut executed).await?;
        let applied: Vec<ObjectId> = of_wave
            .iter()
            // Nothing that runs changes with a takeover: whether it is ready is another matter.
            .filter(|work| work.takes.is_none())
            .map(|work| work.id.clone())
            .filter(|id| executed.live.contains_key(id))
            .collect();
        super::wait::until_ready(hold, &mut executed.live, &applied, until).await?;
    }
    Ok(executed)
}

/// Executes steps side by side.
async fn execute_wave(
    hold: &Hold<'_>,
    works: &[&Work],
    of: usize,
    until: Instant,
    executed: &mut Executed,
) -> Result<(), ApplyError> {
    let has_failed = AtomicBool::new(false);
    let digests = digests(&executed.live);
    let steps = stream::iter(works).map(|work| async {
        let is_stopped = hold.is_cancelled() || has_failed.load(Ordering::Relaxed);
        let left = if is_stopped {
            Err(ApplyError::Cancelled)
        } else {
            step(hold, work, until, &digests).await
        };
        has_failed.fetch_or(left.is_err(), Ordering::Relaxed);
        (*work, left)
    });
    let mut steps = steps.buffer_unordered(SIDE_BY_SIDE);
    let mut failed = None;
    while let Some((work, left)) = steps.next().await {
        match left {
            Ok(left) => executed.take(hold, work, left, of),
            Err(error) => {
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

fn digests(live: &BTreeMap<ObjectId, Value>) -> Digests {
    let secrets = live.iter().filter(|(id, _)| id.kind.is("", "Secret"));
    secrets
        .map(|(id, secret)| (id.clone(), digest_of(secret)))
        .collect()
}

impl Executed {
    /// Takes note of a step that was done.
    fn take(&mut self, hold: &Hold<'_>, work: &Work, left: Left, of: usize) {
        match left {
            Left::Live(live) => {
                self.live.insert(work.id.clone(), live);
            }
            Left::Nothing => {}
            Left::Going => self
                .notes
                .push(format!("`{}` is deleted, but not gone yet", work.id)),
        }
        self.done += 1;
        hold.report(&Event::Done {
            object: work.id.clone(),
            action: work.action,
            done: self.done,
            of,
        });
    }
}

async fn step(
    hold: &Hold<'_>,
    work: &Work,
    until: Instant,
    digests: &Digests,
) -> Result<Left, ApplyError> {
    let Some(desired) = &work.desired else {
        return delete(hold, work, until).await;
    };
    if let Some(live) = hold.made(&work.id) {
        return Ok(Left::Live(live.clone()));
    }
    let kind = hold.kind_of(&work.id, Some(desired)).await?;
    if let Some(taking) = &work.takes {
        let taken = super::takeover::take_over(hold, work, &kind, taking).await;
        return taken.map(Left::Live);
    }
    let mut object = desired.clone();
    fill_digest(hold, &work.id, &mut object, digests).await?;
    if work.action == Action::Replace {
        clear(hold, work, &kind, until).await?;
    }
    place(hold, work, &kind, object).await.map(Left::Live)
}

async fn delete(hold: &Hold<'_>, work: &Work, until: Instant) -> Result<Left, ApplyError> {
    let kind = match hold.kind_of(&work.id, work.live()).await {
        Err(ApplyError::Unserved { .. }) => return Ok(Left::Nothing),
        kind => kind?,
    };
    let Some(uid) = &work.uid else {
        return Ok(Left::Nothing);
    };
    Ok(match hold.delete(&kind, &work.id, uid, until).await? {
        Gone::Yes => Left::Nothing,
        Gone::NotYet => Left::Going,
    })
}

/// Deletes the object that is to be replaced, if it is still there.
async fn clear(
    hold: &Hold<'_>,
    work: &Work,
    kind: &ServedKind,
    until: Instant,
) -> Result<(), ApplyError> {
    let Some(uid) = &work.uid else { return Ok(()) };
    match hold.delete(kind, &work.id, uid, until).await? {
        Gone::Yes => Ok(()),
        Gone::NotYet => Err(ApplyError::Stays {
            object: Box::new(work.id.clone()),
        }),
    }
}

/// Writes the digest of the Secrets that pods use into their template, as those Secrets are now.
async fn fill_digest(
    hold: &Hold<'_>,
    id: &ObjectId,
    object: &mut Value,
    known: &Digests,
) -> Result<(), ApplyError> {
    let names: BTreeSet<String> = used_secrets(&id.kind, object)
        .into_iter()
        .flatten()
        .map(str::to_owned)
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    let kind = built_in("", "Secret");
    let mut digests = BTreeMap::new();
    for name in &names {
        let secret = kind.id(id.namespace.as_deref(), name);
        let digest = match known.get(&secret) {
            Some(digest) => Some(digest.clone()),
            None => hold.get(&kind, &secret).await?.as_ref().map(digest_of),
        };
        digests.insert(name.as_str(), digest);
    }
    let combined = combined_digest(
        digests
            .iter()
            .map(|(name, digest)| (*name, digest.as_deref())),
    );
    fill_secret_digest(&id.kind, object, &combined);
    Ok(())
}

/// Applies the object: first taking nothing from anybody, then what it was planned to take.
async fn place(
    hold: &Hold<'_>,
    work: &Work,
    kind: &ServedKind,
    object: Value,
) -> Result<Value, ApplyError> {
    let mut displaces = work.displaces.clone();
    let mut live = match &work.guard {
        Guard::Planned(live) if work.action == Action::Update => Some(live.clone()),
        Guard::Resumed => resumed(hold, work, kind, &mut displaces).await?,
        _ => None,
    };
    let mut force = Force::No;
    for _ in 0..READINGS {
        let kept = live.as_ref().or(work.live()).or(work.noted.as_ref());
        let object = generated(work, &object, kept)?;
        let applied = hold
            .apply(
                kind,
                &work.id,
                &guarded(&object, live.as_ref()),
                FIELD_MANAGER,
                force,
            )
            .await;
        let refused = match applied {
            Err(ApplyError::Request(error)) if error.fault == Fault::Conflict => error,
            applied => return applied,
        };
        if refused.causes.is_empty() {
            let now = reread(hold, work, kind, live.as_ref(), &displaces, &refused).await;
            live = match now {
                // An earlier try of this very apply went through, and its answer was lost. If somebody else wrote, applying without
                // force will say so.
                Err(ApplyError::Moved { .. }) if refused.tried > 1 => {
                    hold.get(kind, &work.id).await?
                }
                now => now?,
            };
        } else {
            permitted(&work.id, &refused, &displaces)?;
            force = Force::Yes;
        }
    }
    Err(ApplyError::Moved {
        what: format!("`{}` is changed by somebody again and again", work.id),
    })
}

/// Adds the generated values of a Secret, those that it had even if it is made again; nothing to other objects.
fn generated(work: &Work, object: &Value, live: Option<&Value>) -> Result<Value, ApplyError> {
    let mut object = object.clone();
    if has_generated(&object) {
        fill(&work.id, &mut object, live)?;
    }
    Ok(object)
}

/// Looks at what an interrupted run may have left: it must be ours, or the one that was planned for.
async fn resumed(
    hold: &Hold<'_>,
    work: &Work,
    kind: &ServedKind,
    displaces: &mut BTreeSet<String>,
) -> Result<Option<Value>, ApplyError> {
    let live = hold.get(kind, &work.id).await?;
    let Some(found) = &live else { return Ok(None) };
    let is_planned = work.uid.is_some() && found["metadata"]["uid"].as_str() == work.uid.as_deref();
    if !is_planned && !is_labelled(hold, found) {
        return Err(ApplyError::Moved {
            what: format!("`{}` was made by somebody else", work.id),
        });
    }
    let managers = found["metadata"]["managedFields"]
        .as_array()
        .into_iter()
        .flatten();
    displaces.extend(managers.filter_map(|entry| entry["manager"].as_str().map(str::to_owned)));
    Ok(live)
}

/// Says whether an object carries the labels of this application.
pub(crate) fn is_labelled(hold: &Hold<'_>, object: &Value) -> bool {
    let labels = &object["metadata"]["labels"];
    labels[LABEL_APPLICATION] == hold.key.application.as_str()
        && labels[LABEL_ENVIRONMENT] == hold.key.environment.as_str()
}

/// Adds which object, in which version, is meant.
pub(crate) fn guarded(object: &Value, live: Option<&Value>) -> Value {
    let mut object = object.clone();
    for name in ["uid", "resourceVersion"] {
        if let Some(value) = live.and_then(|live| live["metadata"].get(name)) {
            object["metadata"][name] = value.clone();
        }
    }
    object
}

/// Reads an object that changed under our hands; it may go on if what is ours of it did not.
async fn reread(
    hold: &Hold<'_>,
    work: &Work,
    kind: &ServedKind,
    before: Option<&Value>,
    displaces: &BTreeSet<String>,
    refused: &RequestError,
) -> Result<Option<Value>, ApplyError> {
    let now = hold.get(kind, &work.id).await?;
    let is_same = match (before, &now) {
        // There is no other version: the server has been in its own way all along.
        (None, None) => return Err(ApplyError::Request(refused.clone())),
        (Some(before), Some(now)) => {
            before["metadata"]["uid"] == now["metadata"]["uid"] && same_for(before, now, displaces)
        }
        _ => false,
    };
    if is_same || matches!(work.guard, Guard::Resumed) {
        return Ok(now);
    }
    Err(ApplyError::Moved {
        what: format!("`{}` was changed", work.id),
    })
}

/// Refuses a conflict with anybody but those whose fields were planned to be taken.
fn permitted(
    id: &ObjectId,
    refused: &RequestError,
    displaces: &BTreeSet<String>,
) -> Result<(), ApplyError> {
    let stranger = refused
        .causes
        .iter()
        .find(|cause| !displaces.contains(manager(cause)));
    match stranger {
        None => Ok(()),
        Some(cause) => Err(ApplyError::Conflict {
            object: Box::new(id.clone()),
            field: cause.field.trim_start_matches('.').to_owned(),
            owner: FieldOwner {
                manager: manager(cause).to_owned(),
                since: None,
            },
        }),
    }
}

/// Returns the manager that a conflict names: `conflict with "kubectl-edit" using apps/v1`.
fn manager(cause: &Cause) -> &str {
    cause.message.split('"').nth(1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use steading_model::GroupKind;

    fn refused() -> RequestError {
        RequestError {
            doing: "apply `Deployment shop/web`".to_owned(),
            fault: Fault::Conflict,
            answer: "Apply failed with 1 conflict".to_owned(),
            causes: vec![Cause {
                field: ".spec.replicas".to_owned(),
                message: r#"conflict with "kubectl-scale" using apps/v1"#.to_owned(),
            }],
            tried: 1,
        }
    }

    fn id() -> ObjectId {
        ObjectId {
            kind: GroupKind::new("apps", "Deployment"),
            namespace: Some("shop".to_owned()),
            name: "web".to_owned(),
        }
    }

    #[test]
    fn only_planned_managers_are_displaced() {
        assert!(permitted(&id(), &refused(), &["kubectl-scale".to_owned()].into()).is_ok());
        let error = permitted(&id(), &refused(), &BTreeSet::new()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`spec.replicas` of `Deployment shop/web` belongs to `kubectl-scale`"
        );
    }

    #[test]
    fn an_apply_names_object_and_version() {
        let live =
            serde_json::json!({"metadata": {"uid": "u", "resourceVersion": "5", "name": "web"}});
        let object = serde_json::json!({"metadata": {"name": "web"}});
        assert_eq!(guarded(&object, Some(&live))["metadata"], live["metadata"]);
        assert_eq!(guarded(&object, None), object);
    }
}
