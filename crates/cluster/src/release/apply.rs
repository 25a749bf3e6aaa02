//! Executing a plan: releases side by side, each after those that it needs.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use steading_plan::{Plan, ReleaseKey, ReleasePlan};

use super::hold::Run;
use super::outcome::{Ended, Outcome};
use super::transaction;
use crate::observe::Observation;

/// Makes all releases of a plan, and says of each how it ended, in the order of the plan.
///
/// An application whose release fails is put back; those that need it are not begun, all others go on. `observation` is what was
/// planned from: what of it changed meanwhile is not overwritten.
pub async fn apply(run: &Run<'_>, observation: &Observation, plan: &Plan) -> Vec<Outcome> {
    let mut schedule = Schedule::new(plan);
    let mut running = FuturesUnordered::new();
    loop {
        while let Some(next) = schedule
            .next(run.settings.parallel.max(1) - running.len().min(run.settings.parallel.max(1)))
        {
            running.push(transaction::release(*run, observation, next));
        }
        match running.next().await {
            Some(outcome) => schedule.ended(outcome),
            None => return schedule.outcomes(),
        }
    }
}

/// Which releases wait, run, and have ended.
struct Schedule<'a> {
    plan: &'a Plan,
    waiting: Vec<&'a ReleasePlan>,
    /// Namespaces in which one is released just now: a namespace has one Lease.
    busy: BTreeSet<&'a str>,
    running: BTreeSet<&'a ReleaseKey>,
    ended: BTreeMap<&'a ReleaseKey, Outcome>,
}

impl<'a> Schedule<'a> {
    fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            waiting: plan.releases.iter().collect(),
            busy: BTreeSet::new(),
            running: BTreeSet::new(),
            ended: BTreeMap::new(),
        }
    }

    /// Returns the next release to begin, if there is room for one.
    fn next(&mut self, room: usize) -> Option<&'a ReleasePlan> {
        self.skip();
        if room == 0 {
            return None;
        }
        let at = self
            .waiting
            .iter()
            .position(|release| self.may_begin(release))?;
        let release = self.waiting.remove(at);
        self.busy.insert(&release.key.namespace);
        self.running.insert(&release.key);
        Some(release)
    }

    fn may_begin(&self, release: &ReleasePlan) -> bool {
        let is_open = |key: &ReleaseKey| {
            self.running.contains(key) || self.waiting.iter().any(|other| other.key == *key)
        };
        !self.busy.contains(release.key.namespace.as_str()) && !release.after.iter().any(is_open)
    }

    /// Gives up those that need one that was not released.
    fn skip(&mut self) {
        loop {
            let failed = |key: &&ReleaseKey| {
                self.ended
                    .get(key)
                    .is_some_and(|outcome| !outcome.ended.is_complete())
            };
            let found =
                self.waiting.iter().enumerate().find_map(|(at, release)| {
                    Some((at, release.after.iter().find(failed)?.clone()))
                });
            let Some((at, needed)) = found else { return };
            let release = self.waiting.remove(at);
            self.ended.insert(
                &release.key,
                Outcome {
                    key: release.key.clone(),
                    number: release.number,
                    ended: Ended::Skipped(needed),
                },
            );
        }
    }

    fn ended(&mut self, outcome: Outcome) {
        if let Some(release) = self
            .plan
            .releases
            .iter()
            .find(|release| release.key == outcome.key)
        {
            self.busy.remove(release.key.namespace.as_str());
            self.running.remove(&release.key);
            self.ended.insert(&release.key, outcome);
        }
    }

    /// Returns the outcomes; what waits for itself in a circle, which planning excludes, was not begun.
    fn outcomes(mut self) -> Vec<Outcome> {
        let of = |release: &ReleasePlan| {
            let skipped = Ended::Skipped(release.after.first().unwrap_or(&release.key).clone());
            let skipped = Outcome {
                key: release.key.clone(),
                number: release.number,
                ended: skipped,
            };
            self.ended.remove(&release.key).unwrap_or(skipped)
        };
        self.plan.releases.iter().map(of).collect()
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

    fn name(release: Option<&ReleasePlan>) -> Option<&str> {
        release.map(|release| release.key.application.as_str())
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
        assert_eq!(name(schedule.next(8)), Some("database"));
        assert_eq!(name(schedule.next(8)), None);
        schedule.ended(outcome(&plan, 1, Ended::Complete { notes: Vec::new() }));
        assert_eq!(name(schedule.next(8)), Some("web"));
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
        assert_eq!(name(schedule.next(1)), Some("database"));
        schedule.ended(outcome(&plan, 0, Ended::Refused(ApplyError::Cancelled)));
        assert_eq!(name(schedule.next(1)), Some("wiki"));
        schedule.ended(outcome(&plan, 3, Ended::Complete { notes: Vec::new() }));
        assert_eq!(name(schedule.next(1)), None);
        let ended = schedule.outcomes();
        assert!(matches!(&ended[1].ended, Ended::Skipped(key) if key.application == "database"));
        assert!(matches!(&ended[2].ended, Ended::Skipped(key) if key.application == "web"));
        assert!(ended[3].ended.is_complete());
    }

    #[test]
    fn one_namespace_has_one_release_at_a_time() {
        let plan = plan(&[("web", "shop", &[]), ("api", "shop", &[])]);
        let mut schedule = Schedule::new(&plan);
        assert_eq!(name(schedule.next(8)), Some("web"));
        assert_eq!(name(schedule.next(8)), None);
        schedule.ended(outcome(&plan, 0, Ended::Complete { notes: Vec::new() }));
        assert_eq!(name(schedule.next(8)), Some("api"));
    }
}
