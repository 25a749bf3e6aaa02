//! Doing what was planned, wave by wave.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use steading_model::ObjectId;
use steading_plan::mask::combined_digest;
use steading_plan::{Action, Moving, fill_secret_digest, used_secrets};

use super::error::ApplyError;
use super::hold::Hold;
use super::journal::Journal;
use super::moving;
use super::place::place;
use super::stages::stages;
use super::wait::until_ready;
use super::work::Work;
use super::write::Gone;
use crate::kind::{ServedKind, built_in};
use crate::observe::secrets::digest_of;
use crate::progress::Event;

/// How many steps of one wave are under way side by side.
const SIDE_BY_SIDE: usize = 8;

/// The digests of Secrets that this release applied in earlier waves.
type Digests = BTreeMap<ObjectId, String>;

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
            hold.report(&Event::Wave(wave));
        }
        let work = async {
            execute_wave(hold, &of_wave, works.len(), until, &mut executed).await?;
            ready(hold, &of_wave, until, &mut executed).await
        };
        hold.noted(journal, wave, work).await?;
    }
    Ok(executed)
}

/// Waits until what was applied is ready.
async fn ready(
    hold: &Hold<'_>,
    works: &[&Work],
    until: Instant,
    executed: &mut Executed,
) -> Result<(), ApplyError> {
    // Nothing that runs changes with a takeover: whether it is ready is another matter.
    let awaited = works.iter().filter(|work| work.takes.is_none());
    let applied: Vec<ObjectId> = awaited
        .map(|work| work.id.clone())
        .filter(|id| executed.live.contains_key(id))
        .collect();
    until_ready(hold, &mut executed.live, &applied, until).await
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
    let moved = work.moving.as_ref().and_then(Moving::volume);
    let Some(desired) = &work.desired else {
        return match moved {
            Some(moved) => moving::let_go(hold, moved, until)
                .await
                .map(|()| Left::Nothing),
            None => delete(hold, work, until).await,
        };
    };
    if let Some(live) = hold.made(&work.id) {
        return Ok(Left::Live(live.clone()));
    }
    let kind = hold.kind_of(&work.id, Some(desired)).await?;
    if let Some(taking) = &work.takes {
        let taken = super::takeover::take_over(hold, work, &kind, taking).await;
        return taken.map(Left::Live);
    }
    if let Some(moved) = moved {
        let moved = (moved, desired.clone());
        return moving::bind(hold, work, &kind, moved, until)
            .await
            .map(Left::Live);
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
    let gone = hold.delete(kind, &work.id, uid, until).await?;
    gone.or_stays(&work.id)
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
