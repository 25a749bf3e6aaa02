//! Executing a plan: groups of releases side by side, each after those that it needs.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use steading_plan::{Plan, ReleaseKey, ReleasePlan};
use tokio::sync::Semaphore;

use super::hold::Run;
use super::outcome::{Ended, Outcome};
use super::transaction;
use crate::observe::Observation;

/// Makes all releases of a plan, and says of each how it ended, in the order of the plan.
///
/// A group of which one release fails is put back as a whole; those that need it are not begun, all others go on. `observation` is what
/// was planned from: what of it changed meanwhile is not overwritten.
pub async fn apply(run: &Run<'_>, observation: &Observation, plan: &Plan) -> Vec<Outcome> {
    let parallel = run.settings.parallel.max(1);
    let room = Semaphore::new(parallel);
    let mut schedule = Schedule::new(plan);
    let mut running = FuturesUnordered::new();
    loop {
        while let Some(next) = schedule.next(parallel - running.len().min(parallel)) {
            let room = &room;
            running.push(async move { transaction::release(*run, observation, &next, room).await });
        }
        match running.next().await {
            Some(outcomes) => outcomes
                .into_iter()
                .for_each(|outcome| schedule.ended(outcome)),
            None => return schedule.outcomes(),
        }
    }
}

/// Releases that are made as one.
type Group<'a> = Vec<&'a ReleasePlan>;

/// Which releases wait, run, and have ended.
struct Schedule<'a> {
    plan: &'a Plan,
    waiting: Vec<Group<'a>>,
    /// Namespaces in which one is released just now: a namespace has one Lease.
    busy: BTreeSet<&'a str>,
    /// The releases that have not ended.
    open: BTreeSet<&'a ReleaseKey>,
    ended: BTreeMap<&'a ReleaseKey, Outcome>,
}

impl<'a> Schedule<'a> {
    fn new(plan: &'a Plan) -> Self {
        let mut groups: Vec<Group<'a>> = Vec::new();
        let mut places: BTreeMap<&ReleaseKey, usize> = BTreeMap::new();
        for release in &plan.releases {
            let name = release.group.first().unwrap_or(&release.key);
            let place = *places.entry(name).or_insert(groups.len());
            match groups.get_mut(place) {
                Some(group) => group.push(release),
                None => groups.push(vec![release]),
            }
        }
        Self {
            plan,
            waiting: groups,
            busy: BTreeSet::new(),
            open: plan.releases.iter().map(|release| &release.key).collect(),
            ended: BTreeMap::new(),
        }
    }

    /// Returns the next group to begin, if there is room for one.
    fn next(&mut self, room: usize) -> Option<Group<'a>> {
        self.skip();
        if room == 0 {
            return None;
        }
        let at = self
            .waiting
            .iter()
            .position(|group| self.may_begin(group))?;
        let group = self.waiting.remove(at);
        let namespaces = group.iter().map(|release| release.key.namespace.as_str());
        self.busy.extend(namespaces);
        Some(group)
    }

    fn may_begin(&self, group: &Group<'_>) -> bool {
        let is_busy = |release: &&ReleasePlan| self.busy.contains(release.key.namespace.as_str());
        !group.iter().any(is_busy) && !outside(group).any(|key| self.open.contains(key))
    }

    /// Gives up those that need one that was not released.
    fn skip(&mut self) {
        let has_failed = |key: &&ReleaseKey| {
            let outcome = self.ended.get(key);
            outcome.is_some_and(|outcome| !outcome.ended.is_complete())
        };
        let found = self.waiting.iter().enumerate().find_map(|(at, group)| {
            let needed = outside(group).find(has_failed)?;
            Some((at, needed.clone()))
        });
        let Some((at, needed)) = found else { return };
        for release in self.waiting.remove(at) {
            self.ended(skipped(release, &needed));
        }
        self.skip();
    }

    fn ended(&mut self, outcome: Outcome) {
        let mut releases = self.plan.releases.iter();
        if let Some(release) = releases.find(|release| release.key == outcome.key) {
            self.busy.remove(release.key.namespace.as_str());
            self.open.remove(&release.key);
            self.ended.insert(&release.key, outcome);
        }
    }

    /// Returns the outcomes; what waits for itself in a circle, which planning excludes, was not begun.
    fn outcomes(mut self) -> Vec<Outcome> {
        let of = |release: &ReleasePlan| {
            let needed = release.after.first().unwrap_or(&release.key);
            let ended = self.ended.remove(&release.key);
            ended.unwrap_or_else(|| skipped(release, needed))
        };
        self.plan.releases.iter().map(of).collect()
    }
}

/// Returns what a group needs that is not of it.
fn outside<'a>(group: &Group<'a>) -> impl Iterator<Item = &'a ReleaseKey> {
    let needed = |release: &&'a ReleasePlan| {
        let release: &'a ReleasePlan = release;
        let is_outside = |key: &&ReleaseKey| !release.group.contains(key);
        release.after.iter().filter(is_outside)
    };
    group.iter().flat_map(needed)
}

fn skipped(release: &ReleasePlan, needed: &ReleaseKey) -> Outcome {
    Outcome {
        key: release.key.clone(),
        number: release.number,
        ended: Ended::Skipped(needed.clone()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::release::ApplyError;

    fn plan(rows: &[(&str, &str, &[&str])]) -> Plan {
        let key = |application: &str, namespace: &str| json!({"namespace": namespace, "application": application, "environment": "prod"});
        let namespace = |name: &str| rows.iter().find(|row| row.0 == name).unwrap().1;
        let releases = rows.iter().map(|(application, namespace_, after)| {
            json!({
                "key": key(application, namespace_), "estate": "home", "number": 1, "parent": null, "kind": "Apply", "image": null, "digest": "d",
                "after": after.iter().map(|name| key(name, namespace(name))).collect::<Vec<_>>(),
                "timeout_seconds": 1, "steps": [], "desired": [], "kept": [],
            })
        });
        serde_json::from_value(json!({"releases": releases.collect::<Vec<_>>(), "unchanged": 0}))
            .unwrap()
    }

    fn names(group: Option<Group<'_>>) -> Vec<&str> {
        let mut names = Vec::new();
        for release in group.unwrap_or_default() {
            names.push(release.key.application.as_str());
        }
        names
    }

    fn outcome(plan: &Plan, at: usize, ended: Ended) -> Outcome {
        Outcome {
            key: plan.releases[at].key.clone(),
            number: 1,
            ended,
        }
    }

    #[test]
    fn a_release_begins_when_those_it_needs_are_complete() {
        let plan = plan(&[("web", "web", &["database"]), ("database", "database", &[])]);
        let mut schedule = Schedule::new(&plan);
        assert_eq!(names(schedule.next(8)), ["database"]);
        assert_eq!(names(schedule.next(8)), [""; 0]);
        schedule.ended(outcome(&plan, 1, Ended::Complete { notes: Vec::new() }));
        assert_eq!(names(schedule.next(8)), ["web"]);
    }

    #[test]
    fn a_failure_stops_those_that_need_it_and_nobody_else() {
        let plan = plan(&[
            ("database", "a", &[]),
            ("web", "b", &["database"]),
            ("proxy", "c", &["web"]),
            ("wiki", "d", &[]),
        ]);
        let mut schedule = Schedule::new(&plan);
        assert_eq!(names(schedule.next(1)), ["database"]);
        schedule.ended(outcome(&plan, 0, Ended::Refused(ApplyError::Cancelled)));
        assert_eq!(names(schedule.next(1)), ["wiki"]);
        schedule.ended(outcome(&plan, 3, Ended::Complete { notes: Vec::new() }));
        assert_eq!(names(schedule.next(1)), [""; 0]);
        let ended = schedule.outcomes();
        assert!(matches!(&ended[1].ended, Ended::Skipped(key) if key.application == "database"));
        assert!(matches!(&ended[2].ended, Ended::Skipped(key) if key.application == "web"));
        assert!(ended[3].ended.is_complete());
    }

    #[test]
    fn a_group_begins_together_and_is_given_up_together() {
        let mut plan = plan(&[
            ("ground", "a", &[]),
            ("database", "b", &["ground"]),
            ("web", "c", &["database"]),
            ("proxy", "d", &["web"]),
        ]);
        let group: Vec<ReleaseKey> = plan.releases[1..3]
            .iter()
            .map(|release| release.key.clone())
            .collect();
        for release in &mut plan.releases[1..3] {
            release.group.clone_from(&group);
        }
        let complete = || Ended::Complete { notes: Vec::new() };
        let mut schedule = Schedule::new(&plan);
        assert_eq!(names(schedule.next(8)), ["ground"]);
        schedule.ended(outcome(&plan, 0, complete()));
        assert_eq!(names(schedule.next(8)), ["database", "web"]);
        assert_eq!(names(schedule.next(8)), [""; 0]);
        for at in 1..3 {
            schedule.ended(outcome(&plan, at, complete()));
        }
        assert_eq!(names(schedule.next(8)), ["proxy"]);

        let mut schedule = Schedule::new(&plan);
        assert_eq!(names(schedule.next(8)), ["ground"]);
        schedule.ended(outcome(&plan, 0, Ended::Refused(ApplyError::Cancelled)));
        assert_eq!(names(schedule.next(8)), [""; 0]);
        let ended = schedule.outcomes();
        let needed = |at: usize| match &ended[at].ended {
            Ended::Skipped(key) => key.application.as_str(),
            _ => "",
        };
        assert_eq!([needed(1), needed(2)], ["ground", "ground"]);
        assert!(!needed(3).is_empty());
    }

    #[test]
    fn one_namespace_has_one_release_at_a_time() {
        let plan = plan(&[("web", "shop", &[]), ("api", "shop", &[])]);
        let mut schedule = Schedule::new(&plan);
        assert_eq!(names(schedule.next(8)), ["web"]);
        assert_eq!(names(schedule.next(8)), [""; 0]);
        schedule.ended(outcome(&plan, 0, Ended::Complete { notes: Vec::new() }));
        assert_eq!(names(schedule.next(8)), ["api"]);
    }
}
