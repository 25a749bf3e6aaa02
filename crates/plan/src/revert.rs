//! Putting back what a release touched.
//!
//! The journal says what was there before each step; the live objects say how far the release came, so that the same function reverts a
//! failed release and one whose process was killed, and may itself be interrupted and asked again.
//!
//! Order: what was pruned comes back first, then what was changed is restored in the order of the waves (configuration before the pods that
//! read it, pods before the routes to them), and what was made goes last, in the reverse order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use steading_model::desired::{ANNOTATION_GENERATE, ANNOTATION_MOVING, ANNOTATION_SECRET_DIGEST};
use steading_model::{GroupKind, Object, ObjectId};

use crate::compare::{differs, merge, project};
use crate::live::Opened;
use crate::mask::is_secret;
use crate::moving::{MovedVolume, Moving, has_volume, is_claimed_by};
use crate::observed::Live;
use crate::ownership::{Identity, is_labelled_for};
use crate::release::{JournalEntry, Payload};
use crate::step::{Action, Wave};
use crate::takeover::Taken;
use crate::wave::{phase, wave};

/// One step of putting back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RevertStep {
    /// The object.
    pub id: ObjectId,
    /// What is done with it.
    pub action: RevertAction,
}

/// What is done with an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RevertAction {
    /// It is made again: applied as it was.
    Recreate(Value),
    /// Its fields get the values from before.
    Restore(Restore),
    /// What the release took over of it is given back: labels, annotations, and who owns which fields. Its values stay.
    HandBack(HandBack),
    /// Its volume, which another claim may have by now, is given back to it.
    TakeBack(TakeBack),
    /// It is overwritten as a whole by what was there: it was taken over by the release, and is given back.
    GiveBack(Value),
    /// The object that the release made in its place is deleted, if it still has this UID, and it is made again: applied as it was.
    Remake(String, Value),
    /// It is deleted, if it still has this UID.
    Remove(String),
    /// It stays as it is, and why.
    Leave(String),
}

/// How an object that was taken over is given back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandBack {
    /// What was taken.
    pub taken: Taken,
    /// What was there before.
    pub before: Value,
}

impl HandBack {
    /// Says whether a live object is as before.
    pub fn is_done(&self, live: &Value) -> bool {
        let Self { taken, before } = self;
        taken.metadata_back(before, live).is_none() && taken.managed_fields_back(live).is_none()
    }
}

/// How a claim gets back the volume that it had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TakeBack {
    /// Which volume, and between which claims it went.
    pub moved: MovedVolume,
    /// The claim, to apply.
    pub object: Value,
}

/// How a changed object is restored: applied first; where that does not bring back all that was there (a field was taken from another
/// manager), [`Restore::merged`] is written over it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Restore {
    /// What the release before owned, with the values that were there: to apply, by force.
    pub apply: Value,
    /// All that the release touched, with the values that were there.
    pub touched: Value,
}

impl Restore {
    /// Says whether a live object has all that was there before.
    pub fn is_done(&self, live: &Value) -> bool {
        !differs(&kind_of(&self.touched), &self.touched, live)
    }

    /// Returns the live object with all that was there before written over it.
    #[must_use]
    pub fn merged(&self, live: &Value) -> Value {
        merge(&kind_of(&self.touched), live, &self.touched)
    }
}

/// What a release to revert is about.
#[derive(Clone, Copy, Debug)]
pub struct Reverted<'a> {
    /// The estate.
    pub estate: &'a str,
    /// The application.
    pub application: &'a str,
    /// What it was called before, where objects of that are concerned.
    pub former: Option<&'a str>,
    /// The environment.
    pub environment: &'a str,
    /// What the release desired, and its journal.
    pub payload: &'a Payload,
    /// What the release before it desired, or for the first that of what the application was before; none where it was nothing.
    pub parent: Option<&'a [Value]>,
}

/// Returns the steps that put everything back, in order; empty where nothing is left to do.
pub fn revert(release: &Reverted<'_>, live: &BTreeMap<ObjectId, Live>) -> Vec<RevertStep> {
    let parent = by_id(release.parent.unwrap_or_default());
    let desired = by_id(&release.payload.desired);
    let mut found: Vec<(Rank, RevertStep)> = Vec::new();
    for entry in &release.payload.journal {
        let case = Case {
            release,
            entry,
            parent: parent.get(&entry.id).copied(),
            desired: desired.get(&entry.id).copied(),
            live: live.get(&entry.id),
            all: live,
        };
        found.extend(case.action().map(|action| {
            let step = RevertStep {
                id: entry.id.clone(),
                action,
            };
            (rank(&step), step)
        }));
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, step)| step).collect()
}

/// The place of a step: what comes back, what is restored, what goes; and within those the wave, forwards or backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Back(Wave),
    Restored(Wave),
    Gone(std::cmp::Reverse<Wave>),
}

fn rank(step: &RevertStep) -> Rank {
    let made = |object: &Value| wave(&step.id, object);
    match &step.action {
        RevertAction::Recreate(object) => Rank::Back(made(object)),
        RevertAction::Restore(restore) => Rank::Restored(made(&restore.touched)),
        RevertAction::HandBack(back) => Rank::Restored(made(&back.before)),
        RevertAction::GiveBack(object) | RevertAction::Remake(_, object) => {
            Rank::Restored(made(object))
        }
        // When the pods are gone that use it now.
        RevertAction::TakeBack(_) | RevertAction::Remove(_) | RevertAction::Leave(_) => {
            Rank::Gone(std::cmp::Reverse(made(&Value::Null)))
        }
    }
}

struct Case<'a> {
    release: &'a Reverted<'a>,
    entry: &'a JournalEntry,
    parent: Option<&'a Value>,
    desired: Option<&'a Value>,
    live: Option<&'a Live>,
    all: &'a BTreeMap<ObjectId, Live>,
}

impl Case<'_> {
    /// Says what is done, if anything is left to do.
    fn action(&self) -> Option<RevertAction> {
        let live = self.live.map(Opened::new);
        let is_untouched = live
            .as_ref()
            .is_some_and(|live| live.text("uid") == self.entry.uid.as_deref());
        if let Some(taken) = &self.entry.taken {
            // Whoever deleted it, or made it again, was not this release.
            return is_untouched.then(|| self.hand_back(taken)).flatten();
        }
        if let Some(moved) = self.entry.moving.as_ref().and_then(Moving::volume) {
            // The new claim goes when the volume is given back.
            let is_former = self.entry.id == moved.from;
            return is_former.then(|| self.take_back(moved)).flatten();
        }
        match (self.entry.action, &self.entry.before, live) {
            (_, None, None) => None,
            (_, None, Some(live)) => Some(self.remove(&live)),
            (Action::Delete, Some(_), Some(_)) if is_untouched => None,
            (_, Some(before), None) => self.again(before).map(RevertAction::Recreate),
            (_, Some(before), Some(live)) if is_untouched => self.restore(before, &live),
            (_, Some(before), Some(live)) => self.remake(before, &live),
        }
    }

    /// Gives a volume back to its claim.
    fn take_back(&self, moved: &MovedVolume) -> Option<RevertAction> {
        let Some(volume) = self.all.get(&moved.volume_id()).map(Live::parse) else {
            return Some(RevertAction::Leave("its volume is gone".to_owned()));
        };
        let has_it = self
            .live
            .is_some_and(|live| has_volume(&live.parse(), &moved.volume));
        let is_moving = volume["metadata"]["annotations"]
            .get(ANNOTATION_MOVING)
            .is_some();
        if has_it && !is_moving && is_claimed_by(&volume, &moved.from) {
            return None;
        }
        Some(RevertAction::TakeBack(TakeBack {
            moved: moved.clone(),
            object: self.again(self.entry.before.as_ref()?)?,
        }))
    }

    /// Gives back what was taken over.
    fn hand_back(&self, taken: &Taken) -> Option<RevertAction> {
        let back = HandBack {
            taken: taken.clone(),
            before: self.entry.before.clone()?,
        };
        let live = self.live?.parse();
        (!back.is_done(&live)).then_some(RevertAction::HandBack(back))
    }

    /// Removes what the release made.
    fn remove(&self, live: &Opened<'_>) -> RevertAction {
        if !self.is_own(live) {
            return RevertAction::Leave(
                "its labels say that it is not of this application".to_owned(),
            );
        }
        if let Some(other) = self.held() {
            return RevertAction::Leave(format!(
                "it holds `{other}`, which is not of this application"
            ));
        }
        RevertAction::Remove(live.text("uid").unwrap_or_default().to_owned())
    }

    /// Returns an object in a namespace that is not of this application.
    fn held(&self) -> Option<&ObjectId> {
        if !self.entry.id.kind.is("", "Namespace") {
            return None;
        }
        let mut inside = self
            .all
            .iter()
            .filter(|(id, _)| id.namespace.as_ref() == Some(&self.entry.id.name));
        inside
            .find(|(_, live)| !self.is_own(&Opened::new(live)))
            .map(|(id, _)| id)
    }

    /// Returns what to apply to make again what the release deleted. A Job of a release is never run again.
    fn again(&self, before: &Value) -> Option<Value> {
        if phase(&self.entry.id.kind, before).is_some() {
            return None;
        }
        Some(self.owned(before).unwrap_or_else(|| before.clone()))
    }

    /// Removes what the release made in the place of something, and makes that again.
    fn remake(&self, before: &Value, live: &Opened<'_>) -> Option<RevertAction> {
        match (self.remove(live), self.again(before)) {
            // Made again already, by a revert that was interrupted.
            (_, Some(object)) if self.is_back(&object, live) => None,
            (RevertAction::Remove(uid), Some(object)) => Some(RevertAction::Remake(uid, object)),
            (remove_or_leave, _) => Some(remove_or_leave),
        }
    }

    /// Says whether a live object has all that was there before, and we own no more of it than before.
    fn is_back(&self, before: &Value, live: &Opened<'_>) -> bool {
        !differs(&self.entry.id.kind, before, live.value()) && !self.owns_more(live)
    }

    fn restore(&self, before: &Value, live: &Opened<'_>) -> Option<RevertAction> {
        let Some(apply) = self.owned(before) else {
            let is_same = *live.value() == *before;
            return (!is_same).then(|| RevertAction::GiveBack(before.clone()));
        };
        let kind = &self.entry.id.kind;
        let taken = self
            .desired
            .and_then(|desired| project(kind, before, desired));
        let touched = taken.map_or_else(|| apply.clone(), |taken| merge(kind, &taken, &apply));
        let restore = Restore { apply, touched };
        let is_back = self.is_back(&restore.touched, live);
        (!is_back).then_some(RevertAction::Restore(restore))
    }

    /// Says whether we own a field now that the release before did not desire.
    fn owns_more(&self, live: &Opened<'_>) -> bool {
        let Some(parent) = self.parent else {
            return true;
        };
        let kept = with_fillings(parent, self.entry.before.as_ref().unwrap_or(&Value::Null));
        crate::compare::owns_beyond(live, &kept)
    }

    /// Returns what the release before owned, with the values that were there.
    fn owned(&self, before: &Value) -> Option<Value> {
        let shape = with_fillings(self.parent?, before);
        let mut part = project(&self.entry.id.kind, before, &shape)?;
        part["apiVersion"] = shape["apiVersion"].clone();
        part["kind"] = shape["kind"].clone();
        Some(part)
    }

    /// Says whether an object is of the application, by its name or, where it was there before, by its former one.
    fn is_own(&self, live: &Opened<'_>) -> bool {
        let former = self.release.former.filter(|_| self.entry.before.is_some());
        let mut names = [Some(self.release.application), former]
            .into_iter()
            .flatten();
        names.any(|application| {
            let identity = Identity {
                estate: self.release.estate,
                application,
                environment: self.release.environment,
            };
            is_labelled_for(live, &identity)
        })
    }
}

/// Adds to a desired object what the executor fills in when it applies it, as it was before: generated keys, and the digest of Secrets.
fn with_fillings(desired: &Value, before: &Value) -> Value {
    let mut filled = desired.clone();
    if is_secret(desired) {
        let keys = desired["metadata"]["annotations"][ANNOTATION_GENERATE]
            .as_str()
            .unwrap_or_default();
        for key in keys.split(',').map(str::trim).filter(|key| !key.is_empty()) {
            if let Some(value) = before["data"].get(key) {
                filled["data"][key] = value.clone();
            }
        }
    }
    for place in ["/spec/template", "/spec/jobTemplate/spec/template"] {
        let pointer = format!("{place}/metadata/annotations");
        let digest = before
            .pointer(&pointer)
            .and_then(|annotations| annotations.get(ANNOTATION_SECRET_DIGEST));
        if let (Some(digest), Some(Value::Object(annotations))) =
            (digest, filled.pointer_mut(&pointer))
        {
            annotations.insert(ANNOTATION_SECRET_DIGEST.to_owned(), json!(digest));
        }
    }
    filled
}

fn by_id(objects: &[Value]) -> BTreeMap<ObjectId, &Value> {
    objects
        .iter()
        .filter_map(|json| Some((Object::from_json(json.clone(), None)?.id, json)))
        .collect()
}

fn kind_of(object: &Value) -> GroupKind {
    GroupKind::from_api_version(
        object["apiVersion"].as_str().unwrap_or_default(),
        object["kind"].as_str().unwrap_or_default(),
    )
}
