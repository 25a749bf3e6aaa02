//! Putting back what a group did, all of it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::Value;
use steading_model::ObjectId;
use steading_plan::ReleaseKind;
use steading_plan::release::Phase;

use super::end;
use super::error::ApplyError;
use super::member::Member;
use super::outcome::Ended;
use super::restore::{Restored, restore};
use super::stop::Stop;
use super::wait;
use crate::progress::Event;

/// Puts back every release of a group, each for its own reason, and says how each ended.
///
/// First all of them are marked, so that from then on nobody finishes any. Then those that others need are put back last: nobody's new
/// version meets what it needs in its old one.
pub(crate) async fn put_back(
    stop: &Stop,
    members: &mut [Member<'_>],
    whys: Vec<ApplyError>,
) -> Vec<Ended> {
    if let Some(why) = whys.iter().find(|why| why.forbids_reverting()) {
        return vec![Ended::Interrupted { why: why.clone() }; whys.len()];
    }
    stop.begin_reverting();
    match put_back_all(members, &whys).await {
        Err(why) => vec![Ended::Interrupted { why }; whys.len()],
        Ok(notes) => whys
            .into_iter()
            .zip(notes)
            .map(|(why, notes)| match notes {
                Some(notes) => Ended::Reverted { why, notes },
                None => Ended::Refused(why),
            })
            .collect(),
    }
}

/// Returns of each what somebody should know; nothing of one that had touched nothing.
async fn put_back_all(
    members: &mut [Member<'_>],
    whys: &[ApplyError],
) -> Result<Vec<Option<Vec<String>>>, ApplyError> {
    let timeout = members.iter().map(|member| member.timeout).max();
    let until = Instant::now() + timeout.unwrap_or(Duration::ZERO);
    mark(members, whys).await?;
    let mut restored: BTreeMap<usize, Restored> = BTreeMap::new();
    for (at, member) in members.iter().enumerate().rev() {
        if member.is_untouched() {
            member.hold.forget(member.record()).await?;
        } else {
            restored.insert(at, restore(&member.hold, &member.journal, until).await?);
        }
    }
    let waits = restored.into_iter().map(|(at, restored)| {
        let member = &members[at];
        async move { (at, ready_again(member, restored, until).await) }
    });
    let mut notes: Vec<Option<Vec<String>>> = vec![None; members.len()];
    for (at, noted) in join_all(waits).await {
        let member = &mut members[at];
        end::reverted(&member.hold, &mut member.journal, &whys[at], &noted).await?;
        notes[at] = Some(noted);
    }
    Ok(notes)
}

/// Marks all that touched something, before any of it is put back.
async fn mark(members: &mut [Member<'_>], whys: &[ApplyError]) -> Result<(), ApplyError> {
    for (member, why) in members.iter_mut().zip(whys) {
        if member.is_untouched() {
            continue;
        }
        let why = why.to_string();
        member.hold.report(&Event::Reverting { why: why.clone() });
        let marked = member.hold.note(&mut member.journal, |status| {
            status.phase = Phase::Reverting;
            status.message = Some(why);
            status.part = None;
        });
        marked.await?;
    }
    Ok(())
}

/// Waits until what was put back is ready, and returns what somebody should know.
async fn ready_again(member: &Member<'_>, restored: Restored, until: Instant) -> Vec<String> {
    let Restored { mut live, notes } = restored;
    // Nothing that runs changes with a takeover: whether it is ready is another matter.
    let is_awaited = member.record().spec.kind != ReleaseKind::Takeover;
    let ids: Vec<ObjectId> = live.keys().filter(|_| is_awaited).cloned().collect();
    let live: &mut BTreeMap<ObjectId, Value> = &mut live;
    let ready = wait::until_ready(&member.hold, live, &ids, until).await;
    let mut notes: Vec<String> = notes.into_values().collect();
    notes.extend(ready.err().map(|error| error.to_string()));
    notes
}
