//! One release of a group, from its record to its last step.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;
use steading_plan::release::{JournalEntry, Part, Payload, Phase};
use steading_plan::{Action, InventoryItem, Moving, ReleaseKey};

use super::begin::values;
use super::end::{self, inventory, namespace_kind};
use super::error::ApplyError;
use super::execute::execute;
use super::history;
use super::hold::Hold;
use super::journal::Journal;
use super::work::{Guard, Work};
use crate::fault::Fault;
use crate::kind::built_in;
use crate::payload;
use crate::progress::Event;
use crate::record::Record;

/// How long a release that is not planned anew may take to get ready; its own timeout is not recorded.
const RESUMED: Duration = Duration::from_mins(3);

/// A release that is recorded.
pub(crate) struct Member<'a> {
    pub(crate) hold: Hold<'a>,
    pub(crate) journal: Journal,
    works: Vec<Work>,
    /// What stays as it is.
    kept: Vec<InventoryItem>,
    /// Those of its group that must be done before it begins.
    pub(crate) after: BTreeSet<ReleaseKey>,
    /// How long it may take to get ready.
    pub(crate) timeout: Duration,
    /// The new inventory, once it is done.
    inventory: Option<Vec<InventoryItem>>,
    notes: Vec<String>,
    is_new: bool,
}

impl<'a> Member<'a> {
    /// One that was just recorded.
    pub(crate) fn begun(
        hold: Hold<'a>,
        journal: Journal,
        works: Vec<Work>,
        plan: &steading_plan::ReleasePlan,
    ) -> Self {
        let is_inside = |key: &&ReleaseKey| plan.group.contains(key);
        Self {
            works,
            kept: plan.kept.clone(),
            after: plan.after.iter().filter(is_inside).cloned().collect(),
            timeout: Duration::from_secs(plan.timeout_seconds),
            is_new: true,
            ..Self::found(hold, journal)
        }
    }

    /// One that a run left that died.
    pub(crate) fn found(hold: Hold<'a>, journal: Journal) -> Self {
        let is_done = journal.status.part == Some(Part::Done);
        Self {
            inventory: is_done.then(|| journal.status.inventory.clone()),
            hold,
            journal,
            works: Vec::new(),
            kept: Vec::new(),
            after: BTreeSet::new(),
            timeout: RESUMED,
            notes: Vec::new(),
            is_new: false,
        }
    }

    /// Takes the work of one that was found from its record.
    pub(crate) async fn take_up(&mut self) -> Result<(), ApplyError> {
        if self.is_done() {
            return Ok(());
        }
        let record = &self.journal.record;
        let payload = payload::read(&self.hold.cluster, record)
            .await
            .map_err(ApplyError::Payload)?;
        self.hold.report(&Event::Resuming {
            number: record.spec.number,
            actor: record.spec.actor.clone(),
        });
        self.works = payload
            .journal
            .iter()
            .map(|entry| work(entry, &payload))
            .collect();
        self.kept = history::kept(&self.hold, record, &payload).await?;
        for work in &mut self.works {
            if let Some(Moving::Values(from)) = &work.moving
                && self
                    .hold
                    .get(&built_in("", "Secret"), &work.id)
                    .await?
                    .is_none()
            {
                work.noted = Some(values(&self.hold, from).await?);
            }
        }
        Ok(())
    }

    pub(crate) fn record(&self) -> &Record {
        &self.journal.record
    }

    pub(crate) fn is_done(&self) -> bool {
        self.inventory.is_some()
    }

    /// Says whether it has not touched anything yet.
    pub(crate) fn is_untouched(&self) -> bool {
        self.journal.status.phase == Phase::Running
            && self.journal.status.part == Some(Part::Waiting)
    }

    /// Executes all its steps and waits until everything is ready.
    pub(crate) async fn carry_out(&mut self) -> Result<(), ApplyError> {
        if self.is_new {
            self.hold.report(&Event::Begun {
                number: self.record().spec.number,
                steps: self.works.len(),
            });
        }
        if self.record().spec.group.is_some() {
            let begins = self.hold.note(&mut self.journal, |status| {
                status.part = Some(Part::Working);
            });
            begins.await?;
        }
        let until = Instant::now() + self.timeout;
        let executed = execute(&self.hold, &mut self.journal, &self.works, until).await?;
        let inventory = inventory(&self.kept, &self.works, &executed.live);
        self.notes = executed.notes;
        if self.record().spec.group.is_some() {
            let noted = inventory.clone();
            let done = self.hold.note(&mut self.journal, |status| {
                status.part = Some(Part::Done);
                status.inventory = noted;
            });
            done.await?;
        }
        self.inventory = Some(inventory);
        Ok(())
    }

    /// Ends it well.
    pub(crate) async fn complete(&mut self) -> Result<Vec<String>, ApplyError> {
        let inventory = self.inventory.clone().unwrap_or_default();
        let ended = end::complete(&self.hold, &mut self.journal, &self.notes, inventory).await;
        match ended {
            Err(why) if why.fault() == Some(Fault::NotFound) && self.takes_home() => {
                let gone = "the records of its releases went with the namespace";
                self.notes.push(gone.to_owned());
            }
            ended => ended?,
        }
        Ok(std::mem::take(&mut self.notes))
    }

    /// Says whether it deletes the namespace that its own record is in.
    fn takes_home(&self) -> bool {
        let is_home = |work: &Work| {
            work.action == Action::Delete
                && work.id.kind == namespace_kind()
                && work.id.name == self.hold.key.namespace
        };
        self.works.iter().any(is_home)
    }
}

/// Returns the step of an interrupted release as it stands in its journal.
fn work(entry: &JournalEntry, payload: &Payload) -> Work {
    let is_it = |object: &&Value| history::id_of(object).as_ref() == Some(&entry.id);
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
        displaces: BTreeSet::new(),
        guard: Guard::Resumed,
        takes: entry.taken.as_ref().map(|taken| taken.taking.clone()),
        moving: entry.moving.clone(),
        noted: entry.before.clone(),
    }
}
