//! Waiting until what was applied is ready, with a deadline that names what is in the way.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::Value;
use steading_model::{GroupKind, ObjectId};
use steading_plan::health::is_awaited;
use steading_plan::{Blocker, Health, State, health};

use super::answer;
use super::error::ApplyError;
use super::hold::Hold;
use super::journal::selector;
use crate::blocker::{self, Look};
use crate::list::Filter;
use crate::progress::Event;

/// The first pause between two looks; it grows.
const FIRST: Duration = Duration::from_millis(40);
/// The longest pause between two looks.
const LONGEST: Duration = Duration::from_secs(1);
/// From how long a wait on what is in the way is looked up and told.
const PATIENCE: Duration = Duration::from_secs(2);
/// Up to this many objects of a kind are read one by one; more are listed.
const ONE_BY_ONE: usize = 3;

/// Waits until objects are ready; `live` holds them as they were applied, and afterwards as they are.
pub(crate) async fn until_ready(
    hold: &Hold<'_>,
    live: &mut BTreeMap<ObjectId, Value>,
    ids: &[ObjectId],
    until: Instant,
) -> Result<(), ApplyError> {
    let started = Instant::now();
    let mut wait = Wait {
        hold,
        waiting: BTreeMap::new(),
        told: BTreeMap::new(),
        looks: BTreeMap::new(),
        started,
    };
    wait.assess(live, ids);
    let mut pause = FIRST;
    while !wait.waiting.is_empty() {
        wait.fail(live).await?;
        if hold.is_cancelled() {
            return Err(ApplyError::Cancelled);
        }
        if Instant::now() >= until {
            return Err(wait.too_late(live).await);
        }
        wait.tell();
        tokio::select! {
            () = tokio::time::sleep(pause.min(until.saturating_duration_since(Instant::now()))) => {}
            () = hold.cancelled() => return Err(ApplyError::Cancelled),
        }
        pause = (pause * 3 / 2).min(LONGEST);
        let ids: Vec<ObjectId> = wait.waiting.keys().cloned().collect();
        reread(hold, live, &ids).await?;
        wait.assess(live, &ids);
    }
    answer::until_answered(hold, live, ids, until).await
}

/// What is still waited for.
struct Wait<'a> {
    hold: &'a Hold<'a>,
    waiting: BTreeMap<ObjectId, Health>,
    told: BTreeMap<ObjectId, String>,
    /// What a closer look showed in this round.
    looks: BTreeMap<ObjectId, Look>,
    started: Instant,
}

impl Wait<'_> {
    fn assess(&mut self, live: &BTreeMap<ObjectId, Value>, ids: &[ObjectId]) {
        for id in ids {
            let health = health(live.get(id));
            if health.is_current() || (!is_awaited(&id.kind) && live.contains_key(id)) {
                if self.waiting.remove(id).is_some() {
                    self.hold.report(&Event::Ready { object: id.clone() });
                }
            } else {
                self.waiting.insert(id.clone(), health);
            }
        }
    }

    /// Ends the wait if something failed for good, or if it is certain that pods never get ready.
    async fn fail(&mut self, live: &BTreeMap<ObjectId, Value>) -> Result<(), ApplyError> {
        self.looks.clear();
        let failed = self
            .waiting
            .iter()
            .find(|(_, health)| health.state == State::Failed);
        if let Some((id, health)) = failed {
            let why = self.named(id, &health.message, live).await;
            return Err(failed_for_good(id, why));
        }
        self.look(live).await;
        let hopeless = self
            .looks
            .iter()
            .find_map(|(id, look)| Some((id, look.hopeless.as_ref()?)));
        match hopeless {
            Some((id, found)) => Err(failed_for_good(id, blocker::sentence(found))),
            None => Ok(()),
        }
    }

    /// Looks closer at what is waited for, once for all that is said of it in this round.
    async fn look(&mut self, live: &BTreeMap<ObjectId, Value>) {
        if self.started.elapsed() < PATIENCE {
            return;
        }
        for id in self.waiting.keys() {
            if let Some(object) = live.get(id) {
                let look = blocker::look(&self.hold.cluster, id, object).await;
                self.looks.insert(id.clone(), look);
            }
        }
    }

    async fn too_late(&self, live: &BTreeMap<ObjectId, Value>) -> ApplyError {
        let Some((id, health)) = self.waiting.iter().next() else {
            return ApplyError::Cancelled;
        };
        let why = self.named(id, &health.message, live).await;
        ApplyError::NotReady {
            object: Box::new(id.clone()),
            why,
            seconds: self.started.elapsed().as_secs(),
        }
    }

    /// Tells what is waited for, whenever that changes.
    fn tell(&mut self) {
        for (id, health) in &self.waiting {
            let why = match self.looks.get(id) {
                Some(look) => with(&health.message, &look.found),
                None => health.message.clone(),
            };
            if self.told.get(id) != Some(&why) {
                self.hold.report(&Event::Waiting {
                    object: id.clone(),
                    why: why.clone(),
                });
                self.told.insert(id.clone(), why);
            }
        }
    }

    /// Adds what is in the way, as far as the cluster says it.
    async fn named(&self, id: &ObjectId, why: &str, live: &BTreeMap<ObjectId, Value>) -> String {
        match (self.looks.get(id), live.get(id)) {
            (Some(look), _) => with(why, &look.found),
            (None, Some(object)) => {
                let found = blocker::find(&self.hold.cluster, id, object).await;
                with(why, &found)
            }
            (None, None) => why.to_owned(),
        }
    }
}

fn failed_for_good(id: &ObjectId, why: String) -> ApplyError {
    ApplyError::Failed {
        object: Box::new(id.clone()),
        why,
    }
}

/// Adds the first of what is in the way, where it says more.
fn with(why: &str, found: &[Blocker]) -> String {
    match found.first() {
        Some(found) if found.message != why => format!("{why}: {}", blocker::sentence(found)),
        _ => why.to_owned(),
    }
}

/// Reads objects anew, by one list per kind where there are several.
async fn reread(
    hold: &Hold<'_>,
    live: &mut BTreeMap<ObjectId, Value>,
    ids: &[ObjectId],
) -> Result<(), ApplyError> {
    let mut by_kind: BTreeMap<(&GroupKind, Option<&str>), BTreeSet<&ObjectId>> = BTreeMap::new();
    for id in ids {
        by_kind
            .entry((&id.kind, id.namespace.as_deref()))
            .or_default()
            .insert(id);
    }
    for ((_, namespace), ids) in by_kind {
        let Some(first) = ids.first() else { continue };
        let kind = hold.kind_of(first, live.get(*first)).await?;
        if ids.len() <= ONE_BY_ONE {
            for id in ids {
                replace(live, id, hold.get(&kind, id).await?);
            }
            continue;
        }
        let filter = Filter::within(namespace).labelled(selector(&hold.key));
        let found = hold.cluster.list(&kind, &filter, |item, json| {
            let id = kind.id(item.metadata.namespace.as_deref(), &item.metadata.name);
            ids.contains(&id)
                .then(|| {
                    serde_json::from_str(json.get())
                        .ok()
                        .map(|value: Value| (id, value))
                })
                .flatten()
        });
        let mut found: BTreeMap<ObjectId, Value> = found
            .await
            .map_err(ApplyError::Request)?
            .into_iter()
            .collect();
        for id in ids {
            replace(live, id, found.remove(id));
        }
    }
    Ok(())
}

fn replace(live: &mut BTreeMap<ObjectId, Value>, id: &ObjectId, found: Option<Value>) {
    match found {
        Some(found) => live.insert(id.clone(), found),
        None => live.remove(id),
    };
}
