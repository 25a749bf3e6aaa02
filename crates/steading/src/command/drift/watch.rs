//! `steading drift --watch`: says what changes when it does.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write as _;
use std::time::Duration;

use steading_cluster::{
    Breadth, Cluster, RequestError, Sight, history_of, observe, released, watch, watched_kinds,
};
use steading_model::{Desired, ObjectId};
use steading_plan::{
    Drift, Drifted, Live, Observed, Options, ReleaseKey, Scope, drift, release_key, view,
};
use tokio::time::{Instant, sleep_until};

use super::{Declared, beyond, show};
use crate::error::{CommandError, Outcome};
use crate::output::Format;
use crate::session::Session;

/// How long changes are gathered: somebody who changes an object often changes two.
const GATHERED: Duration = Duration::from_millis(250);
/// How long after an error it is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// How often a field may change until two are said to fight over it.
const FIGHT: usize = 3;

/// What is watched.
pub(super) struct Watch<'a> {
    pub(super) session: &'a Session,
    pub(super) cluster: &'a Cluster,
    pub(super) estate: &'a str,
    pub(super) declared: &'a Declared,
    pub(super) is_wanted: &'a dyn Fn(&ReleaseKey) -> bool,
    pub(super) format: Format,
}

/// What is known, kept current by what the server tells.
struct Known {
    desired: BTreeMap<ReleaseKey, Desired>,
    owners: HashMap<ObjectId, ReleaseKey>,
    observed: Observed,
    options: Options,
}

/// What was said already.
#[derive(Default)]
struct Said {
    drift: BTreeMap<ReleaseKey, Drift>,
    /// How often each field changed.
    changed: BTreeMap<(ObjectId, String), usize>,
}

/// Applications to look at again, and when.
#[derive(Default)]
struct Due {
    /// Some of their objects changed.
    changed: BTreeSet<ReleaseKey>,
    /// Something was released of them.
    released: BTreeSet<ReleaseKey>,
    at: Option<Instant>,
}

impl Watch<'_> {
    /// Says what has drifted, and from then on what changes; until the program is stopped.
    pub(super) async fn run(&self) -> Result<Outcome, CommandError> {
        let mut said = Said::default();
        let mut is_first = true;
        loop {
            let mut known = self.look().await?;
            let keys: Vec<ReleaseKey> = known.desired.keys().cloned().collect();
            for key in &keys {
                self.tell(&mut said, &known, key)?;
            }
            if is_first {
                let number = crate::diagnostics::count(keys.len(), "application");
                self.session.ui.say(&format!("watching {number}"));
            }
            is_first = false;
            self.follow(&mut known, &mut said).await?;
        }
    }

    async fn look(&self) -> Result<Known, CommandError> {
        let scope = Scope::WholeCluster;
        let released = released(self.cluster, self.estate, &scope, self.is_wanted).await?;
        for (key, why) in &released.unreadable {
            self.session.ui.say(&format!("{key}: not watched: {why}"));
        }
        let all: Vec<Desired> = released.desired.values().cloned().collect();
        let observation = observe(self.cluster, self.estate, &scope, &all, Breadth::Estate).await?;
        let mut known = Known {
            options: super::options(&observation),
            observed: observation.observed,
            desired: BTreeMap::new(),
            owners: HashMap::new(),
        };
        released
            .desired
            .into_values()
            .for_each(|one| known.enter(one));
        Ok(known)
    }

    /// Follows what happens; returns when there is a kind that is not watched yet.
    async fn follow(&self, known: &mut Known, said: &mut Said) -> Result<(), CommandError> {
        let kinds = watched_kinds(self.cluster, known.desired.values()).await?;
        let watched: BTreeSet<_> = kinds.iter().map(|kind| kind.kind.clone()).collect();
        let mut news = watch(self.cluster, self.estate, &kinds, &known.options.digest_key);
        let mut due = Due::default();
        loop {
            let pause = async {
                match due.at {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                sight = news.next() => self.take(sight, known, &mut due),
                () = pause => {
                    let next = std::mem::take(&mut due);
                    if let Err(error) = self.evaluate(&next, known, said).await? {
                        self.session.ui.say(&format!("{error}: trying again"));
                        due = Due { at: Some(Instant::now() + AGAIN), ..next };
                    }
                    if !known.kinds().all(|kind| watched.contains(kind)) {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn take(&self, sight: Sight, known: &mut Known, due: &mut Due) {
        match sight {
            Sight::Seen(id, live) => due.changed(known.seen(id, live)),
            Sight::Gone(id) => due.changed(known.gone(&id)),
            Sight::Listed(kind, ids) => {
                let left = known.observed.objects.keys();
                let left = left.filter(|id| id.kind == kind && !ids.contains(*id));
                let left: Vec<ObjectId> = left.cloned().collect();
                for id in &left {
                    due.changed(known.gone(id));
                }
            }
            Sight::Released(key) if (self.is_wanted)(&key) => {
                due.released.insert(key);
                due.soon();
            }
            Sight::Released(_) => {}
            Sight::Silent(why) => self.session.ui.say(&format!("no news for a moment: {why}")),
        }
    }

    /// Compares what is due. What looks like drift may be a release that is under way: the records are asked first.
    async fn evaluate(
        &self,
        due: &Due,
        known: &mut Known,
        said: &mut Said,
    ) -> Result<Result<(), RequestError>, CommandError> {
        for key in due.changed.union(&due.released) {
            let is_suspect = due.released.contains(key)
                || known.drift(key, self.declared).as_ref() != said.drift.get(key);
            if is_suspect && let Err(error) = self.renew(key, known).await {
                return Ok(Err(error));
            }
            self.tell(said, known, key)?;
        }
        Ok(Ok(()))
    }

    /// Reads an application's releases anew, and what the current one desired where that is another one.
    async fn renew(&self, key: &ReleaseKey, known: &mut Known) -> Result<(), RequestError> {
        let before = known
            .observed
            .releases
            .get(key)
            .and_then(|history| history.current);
        let Some(history) = history_of(self.cluster, self.estate, key).await? else {
            known.forget(key);
            return Ok(());
        };
        let is_new = history.current != before && history.open.is_none();
        known.observed.releases.insert(key.clone(), history);
        if is_new {
            let scope = Scope::OneNamespace(key.namespace.clone());
            let mut released =
                released(self.cluster, self.estate, &scope, |other| other == key).await?;
            known.forget_objects(key);
            if let Some(desired) = released.desired.remove(key) {
                known.enter(desired);
            }
        }
        Ok(())
    }

    /// Says what is new about an application.
    fn tell(&self, said: &mut Said, known: &Known, key: &ReleaseKey) -> Result<(), CommandError> {
        let is_open = known
            .observed
            .releases
            .get(key)
            .is_some_and(|history| history.open.is_some());
        if is_open {
            return Ok(());
        }
        let now = known.drift(key, self.declared);
        let before = said.drift.get(key);
        if now.as_ref() == before {
            return Ok(());
        }
        let fresh = show::since(now.as_ref(), before);
        let mut text = String::new();
        match &now {
            Some(now) => {
                let fights = said.fights(&fresh);
                show::news(&mut text, now, fresh, &fights, self.format)?;
            }
            None => show::healed(&mut text, key, self.format)?,
        }
        match now {
            Some(now) => said.drift.insert(key.clone(), now),
            None => said.drift.remove(key),
        };
        let mut out = self.session.ui.data();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }
}

impl Known {
    fn enter(&mut self, desired: Desired) {
        let key = release_key(&desired);
        for object in &desired.objects {
            self.owners.insert(object.id.clone(), key.clone());
        }
        self.desired.insert(key, desired);
    }

    fn forget_objects(&mut self, key: &ReleaseKey) {
        self.owners.retain(|_, owner| owner != key);
        self.desired.remove(key);
    }

    fn forget(&mut self, key: &ReleaseKey) {
        self.forget_objects(key);
        self.observed.releases.remove(key);
    }

    fn kinds(&self) -> impl Iterator<Item = &steading_model::GroupKind> {
        let objects = self.desired.values().flat_map(|desired| &desired.objects);
        objects
            .map(|object| &object.id.kind)
            .filter(|kind| !self.observed.unserved.contains(kind))
    }

    /// Takes in an object; returns whose it is, if it is another than before.
    fn seen(&mut self, id: ObjectId, live: Live) -> Option<ReleaseKey> {
        let before = self.observed.objects.get(&id);
        let is_same = before.is_some_and(|before| version(before) == version(&live));
        let owner = self.owners.get(&id).cloned();
        self.observed.objects.insert(id, live);
        owner.filter(|_| !is_same)
    }

    fn gone(&mut self, id: &ObjectId) -> Option<ReleaseKey> {
        self.observed.objects.remove(id)?;
        self.owners.get(id).cloned()
    }

    /// Returns the drift of an application as it may be printed.
    fn drift(&self, key: &ReleaseKey, declared: &Declared) -> Option<Drift> {
        let desired = std::slice::from_ref(self.desired.get(key)?);
        let found = drift(desired, &self.observed, &self.options).pop()?;
        let found = beyond(found, declared, &self.observed, &self.options)?;
        let mut marks = view::marks(desired, &self.options.digest_key);
        Some(found.masked(&mut marks))
    }
}

fn version(live: &Live) -> Option<String> {
    let version = live.parse()["metadata"]["resourceVersion"]
        .as_str()?
        .to_owned();
    Some(version)
}

impl Due {
    fn soon(&mut self) {
        self.at.get_or_insert_with(|| Instant::now() + GATHERED);
    }

    fn changed(&mut self, key: Option<ReleaseKey>) {
        if let Some(key) = key {
            self.changed.insert(key);
            self.soon();
        }
    }
}

impl Said {
    /// Counts changes; returns the fields over which two fight, with how often they changed.
    fn fights(&mut self, fresh: &[Drifted]) -> show::Fights {
        let mut fights = show::Fights::new();
        for (id, change) in fresh.iter().flat_map(show::fields) {
            let field = (id.clone(), change.path.clone());
            let times = self.changed.entry(field.clone()).or_default();
            *times += 1;
            if *times >= FIGHT {
                fights.insert(field, *times);
            }
        }
        fights
    }
}
