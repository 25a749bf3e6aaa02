//! Which objects are taken over, and which are not and why.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use steading_model::{Desired, Object, ObjectId};

use super::origin::Origin;
use super::owner::Owner;
use super::stranger::Stranger;
use super::taking::Taking;
use crate::fields::without;
use crate::live::Opened;
use crate::observed::{InventoryItem, Observed, ReleaseKey};
use crate::options::Options;
use crate::ownership::{Ownership, ownership};
use crate::packed::Packed;
use crate::report::Reason;
use crate::step::{ReleaseKind, ReleasePlan, Step};
use crate::survey::release_key;
use crate::version::version;

/// What is to be taken over.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// The application as it is declared: only objects that it makes are looked at.
    pub desired: &'a Desired,
    /// What its current release desired; none where there is no release yet.
    pub released: Option<&'a Desired>,
    /// What there is.
    pub observed: &'a Observed,
    /// The key of digests.
    pub options: &'a Options,
    /// Whose fields are taken.
    pub from: &'a [Origin],
}

/// An object without what may be defaults of the server: to be sent in a dry run that replaces it.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The object.
    pub id: ObjectId,
    /// What to send.
    pub object: Value,
}

/// What a takeover does.
#[derive(Clone, Debug)]
pub struct Takeover {
    /// The application.
    pub key: ReleaseKey,
    /// Every object that the declaration makes and that is there and not ours, in the order of names.
    pub objects: Vec<Candidate>,
    /// The release; none where nothing is taken, or something stands in the way.
    pub release: Option<ReleasePlan>,
}

/// An object that is there and not ours.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The object.
    pub id: ObjectId,
    /// Who owns which of its fields now, subresources aside.
    pub owners: Vec<Owner>,
    /// The fields that become ours, each as the path of what it is in and its name.
    pub taken: Vec<(String, String)>,
    /// The release of Helm's that it says it belongs to: namespace and name.
    pub helm: Option<(String, String)>,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// What becomes of an object that is not ours.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is taken over.
    Taken(Taking),
    /// It stays as it is: none of those who own fields of it was named.
    Left,
    /// It stands in the way of the whole takeover.
    Held(Reason),
}

impl Verdict {
    /// Returns what is taken.
    pub fn taking(&self) -> Option<&Taking> {
        match self {
            Self::Taken(taking) => Some(taking),
            Self::Left | Self::Held(_) => None,
        }
    }
}

/// Returns what to ask the server, so that defaults can be told from what was set.
#[must_use]
pub fn trials(wish: &Wish<'_>) -> Vec<Trial> {
    let found = wish.strangers().filter_map(|stranger| {
        let tried = stranger.tried()?;
        let bare = without(&stranger.live, &tried);
        Some(Trial {
            id: stranger.object.id.clone(),
            object: bare,
        })
    });
    found.collect()
}

/// Says what a takeover does. `answers` are the objects that came of the [`trials`]; without one, all fields of an object are taken.
#[must_use]
pub fn takeover(wish: &Wish<'_>, answers: &BTreeMap<ObjectId, Value>) -> Takeover {
    let key = release_key(wish.desired);
    let strangers: Vec<Stranger<'_>> = wish.strangers().collect();
    let mut objects: Vec<Candidate> = strangers
        .iter()
        .map(|stranger| stranger.candidate(answers.get(&stranger.object.id)))
        .collect();
    objects.extend(wish.unreadable());
    objects.sort_by(|one, two| one.id.cmp(&two.id));
    let is_held = objects
        .iter()
        .any(|candidate| matches!(candidate.verdict, Verdict::Held(_)));
    let steps: Vec<Step> = strangers
        .iter()
        .filter_map(|stranger| stranger.step(&objects))
        .collect();
    Takeover {
        release: (!is_held && !steps.is_empty()).then(|| wish.release(key.clone(), steps)),
        key,
        objects,
    }
}

impl Wish<'_> {
    fn strangers(&self) -> impl Iterator<Item = Stranger<'_>> {
        let objects = self.desired.objects.iter();
        objects.filter_map(|object| self.stranger(object))
    }

    fn stranger<'a>(&'a self, object: &'a Object) -> Option<Stranger<'a>> {
        let live = self.observed.objects.get(&object.id)?;
        let opened = Opened::new(live);
        let key = release_key(self.desired);
        let inventory = self
            .observed
            .releases
            .get(&key)
            .map(|history| &history.inventory);
        let mut items = inventory.into_iter().flatten();
        let recorded = items.find(|item| item.id == object.id);
        let recorded = recorded.map(|item| item.uid.as_str());
        let Ownership::Foreign(owner) = ownership(&opened, &self.desired.into(), recorded) else {
            return None;
        };
        let reason = if opened.is_labelled_ours() {
            Some(Reason::Unowned(owner))
        } else {
            opened.text("deletionTimestamp").map(|since| {
                Reason::Refused(format!("the live object is being deleted since {since}"))
            })
        };
        Some(Stranger {
            wish: self,
            object,
            live: live.parse(),
            reason,
        })
    }

    /// Returns the objects of which nothing can be said.
    fn unreadable(&self) -> impl Iterator<Item = Candidate> {
        let objects = self.desired.objects.iter();
        objects.filter_map(|object| {
            let found = self.observed.unreadable.iter().find(|unreadable| {
                unreadable.kind == object.id.kind
                    && (unreadable.namespace.is_none()
                        || unreadable.namespace == object.id.namespace)
            })?;
            Some(Candidate {
                id: object.id.clone(),
                owners: Vec::new(),
                taken: Vec::new(),
                helm: None,
                verdict: Verdict::Held(Reason::Unreadable(found.answer.clone())),
            })
        })
    }

    fn release(&self, key: ReleaseKey, mut steps: Vec<Step>) -> ReleasePlan {
        steps.sort_by(|one, two| (one.wave, &one.id).cmp(&(two.wave, &two.id)));
        let history = self.observed.releases.get(&key);
        let taken: BTreeSet<&ObjectId> = steps.iter().map(|step| &step.id).collect();
        let released = self
            .released
            .into_iter()
            .flat_map(|released| &released.objects);
        let stays = released.filter(|object| !taken.contains(&object.id));
        let desired = stays.map(|object| object.json.clone());
        let desired: Vec<Value> = desired
            .chain(
                steps
                    .iter()
                    .filter_map(|step| Some(step.desired.as_ref()?.object())),
            )
            .collect();
        let objects: Vec<Object> = desired
            .iter()
            .filter_map(|json| Object::from_json(json.clone(), None))
            .collect();
        let inventory = history.into_iter().flat_map(|history| &history.inventory);
        let kept: Vec<InventoryItem> = inventory
            .filter(|item| !taken.contains(&item.id))
            .cloned()
            .collect();
        ReleasePlan {
            key,
            estate: self.desired.estate.clone(),
            number: history.map_or(0, |history| history.greatest_number) + 1,
            former: None,
            successor: None,
            parent: history.and_then(|history| history.current),
            kind: ReleaseKind::Takeover,
            image: history.and_then(|history| history.current_image.clone()),
            digest: version(&objects, &self.options.digest_key),
            after: Vec::new(),
            group: Vec::new(),
            timeout_seconds: self.desired.timeout_seconds,
            steps,
            desired: desired.iter().map(Packed::new).collect(),
            kept,
        }
    }
}
