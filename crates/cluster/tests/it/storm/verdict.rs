//! Whether a round ended as it may.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use steading_cluster::{ApplyError, Ended, LeaseError, Outcome, ReleaseSummary, history};
use steading_plan::release::Phase;
use steading_plan::{ACCEPT_DOWNGRADE, ReleaseKey};
use steading_testkit::objects_of;

use super::round::{Round, dice};
use super::runner::{Told, run, settle};
use super::wish::{APPLICATIONS, References, VERSIONS, image, namespace};
use crate::ground::{Scene, complete, shared};
use crate::state::{comparable, differences, left_over};

/// The lease of the runners, and a little.
const LEASE: Duration = Duration::from_secs(3);

/// What came of a round.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) wrong: Vec<String>,
    pub(super) tally: Tally,
}

/// How often what happened.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<&'static str, usize>);

impl Tally {
    fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self
            .0
            .iter()
            .map(|(what, count)| format!("{count} {what}"))
            .collect();
        formatter.write_str(&parts.join(", "))
    }
}

/// Judges what the runners were told, and what they left; then somebody comes after them, and it is judged again.
pub(super) async fn of(round: &Round, told: &[Told], references: &References) -> Verdict {
    let mut verdict = Verdict::default();
    for (runner, told) in round.runners.iter().zip(told) {
        verdict.hear(runner.name, told);
    }
    let released = told.iter().flat_map(released);
    if round.is_calm && !released.clone().any(|outcome| outcome.ended.is_complete()) {
        verdict.wrong.push(format!("nobody won: {told:#?}"));
    }
    let mut next = Scene::new("carol").await;
    next.options.accept.insert(ACCEPT_DOWNGRADE.to_owned());
    verdict.settle(round, &next).await;
    for name in APPLICATIONS {
        verdict.examine(round, told, &next, name, references).await;
    }
    verdict.release(round, &next, references).await;
    verdict
}

fn released(told: &Told) -> impl Iterator<Item = &Outcome> + Clone {
    let released = match told {
        Told::Ended { released, .. } => released.as_slice(),
        Told::Died | Told::GaveUp(_) => &[],
    };
    released.iter()
}

fn key(round: &Round, application: &str) -> ReleaseKey {
    ReleaseKey {
        namespace: namespace(&round.estate, application),
        application: application.to_owned(),
        environment: "test".to_owned(),
    }
}

/// Returns the version of the newest complete release.
fn current(releases: &[ReleaseSummary]) -> Option<u64> {
    let is_complete = |release: &&ReleaseSummary| {
        let phase = release.status.as_ref().map(|status| status.phase);
        phase == Some(Phase::Complete)
    };
    let newest = releases.iter().find(is_complete)?;
    (1..=VERSIONS).find(|version| newest.spec.image.as_deref() == Some(&image(*version)))
}

impl Verdict {
    fn check(&mut self, is_right: bool, wrong: impl FnOnce() -> String) {
        if !is_right {
            self.wrong.push(wrong());
        }
    }

    /// Judges what somebody was told.
    fn hear(&mut self, name: &str, told: &Told) {
        match told {
            Told::Died => self.tally.count("died"),
            Told::GaveUp(error) => {
                self.tally.count("gave up");
                self.check(
                    !error.answer.is_empty() && error.doing.contains('`'),
                    || format!("{name} gave up without saying on what: {error}"),
                );
            }
            Told::Ended { settled, released } => {
                for outcome in settled.iter().chain(released) {
                    self.hear_end(name, outcome);
                }
            }
        }
    }

    fn hear_end(&mut self, name: &str, outcome: &Outcome) {
        match &outcome.ended {
            Ended::Complete { .. } => self.tally.count("complete"),
            Ended::Reverted { .. } => self.tally.count("reverted"),
            Ended::Interrupted { .. } => self.tally.count("interrupted"),
            Ended::Skipped(_) => self.tally.count("skipped"),
            Ended::Refused(why) => self.hear_refusal(name, why),
        }
    }

    /// Whoever lost is told who holds it and since when, or who was faster.
    fn hear_refusal(&mut self, name: &str, why: &ApplyError) {
        match why {
            ApplyError::Lease(LeaseError::Held { holder, since, .. }) => {
                self.tally.count("held");
                self.check(
                    !holder.is_empty() && since.parse::<jiff::Timestamp>().is_ok(),
                    || format!("{name} is not told who and since when: {why}"),
                );
            }
            ApplyError::Moved { .. } => {
                self.tally.count("overtaken");
                self.check(why.to_string().contains('`'), || {
                    format!("{name} is not told what moved: {why}")
                });
            }
            ApplyError::Open { .. } => self.tally.count("open"),
            _ => self.tally.count("refused otherwise"),
        }
    }

    /// Settles what has not ended: for half of the rounds as the first runner wants it, for the others as nobody does.
    async fn settle(&mut self, round: &Round, next: &Scene) {
        let mut wishes = APPLICATIONS.map(|name| (name, VERSIONS + 1)).into();
        if dice(round.seed, "carol", 2) == 0 {
            wishes = round.runners[0].wishes.clone();
            for name in APPLICATIONS {
                wishes.entry(name).or_insert(VERSIONS + 1);
            }
        }
        let settled = settle(next, &round.desired(&wishes)).await.unwrap();
        for outcome in settled {
            let is_ended = matches!(
                outcome.ended,
                Ended::Complete { .. } | Ended::Reverted { .. }
            );
            self.check(is_ended, || format!("not settled: {outcome:#?}"));
        }
    }

    /// Judges what an application is by now: entirely the version that its records say, with nothing left over.
    async fn examine(
        &mut self,
        round: &Round,
        told: &[Told],
        next: &Scene,
        name: &'static str,
        references: &References,
    ) {
        let client = shared().await.client().await.unwrap();
        let key = key(round, name);
        let releases = history(&next.cluster, &key).await.unwrap();
        let wanted: BTreeSet<u64> = round
            .runners
            .iter()
            .filter_map(|runner| runner.wishes.get(name).copied())
            .chain([1])
            .collect();
        match current(&releases) {
            Some(version) if wanted.contains(&version) => {
                let objects = objects_of(&client, &key.namespace).await;
                let expected = references.of(name, version, round.pods);
                let different = differences(&comparable(objects, &round.estate), expected);
                let title = |what| format!("{name} is not all of version {version}: {what}");
                self.wrong.extend(different.into_iter().map(title));
            }
            version => self
                .wrong
                .push(format!("{name} is of version {version:?}, not {wanted:?}")),
        }
        let left = left_over(&client, &key.namespace, LEASE).await;
        self.wrong
            .extend(left.into_iter().map(|what| format!("{name}: {what}")));
        self.compare(told, &key, &releases, round);
    }

    /// Whoever was told "complete" has a complete release by that number in the records, and nobody else has it too.
    fn compare(
        &mut self,
        told: &[Told],
        key: &ReleaseKey,
        releases: &[ReleaseSummary],
        round: &Round,
    ) {
        for (runner, told) in round.runners.iter().zip(told) {
            let complete =
                released(told).filter(|outcome| outcome.key == *key && outcome.ended.is_complete());
            for outcome in complete {
                let is_recorded = releases.iter().any(|release| {
                    let phase = release.status.as_ref().map(|status| status.phase);
                    release.spec.number == outcome.number
                        && release.spec.actor == runner.name
                        && phase == Some(Phase::Complete)
                });
                self.check(is_recorded, || {
                    format!(
                        "{} was told that release {} of {key} is complete, and the records say: {releases:#?}",
                        runner.name, outcome.number
                    )
                });
            }
        }
    }

    /// One more run, in peace, gets what it wants.
    async fn release(&mut self, round: &Round, next: &Scene, references: &References) {
        let wishes: BTreeMap<&str, u64> = APPLICATIONS
            .map(|name| (name, 1 + dice(round.seed, name, VERSIONS)))
            .into();
        let desired = round.desired(&wishes);
        match run(next, &desired).await {
            Ok(Told::Ended { released, .. }) => complete(&released, released.len()),
            told => return self.wrong.push(format!("the next run failed: {told:#?}")),
        }
        let (_, plan, report) = next.plan(&desired).await;
        self.check(
            plan.releases.is_empty() && report.not_done.is_empty(),
            || format!("still to do: {:#?} {report:#?}", plan.releases),
        );
        let client = shared().await.client().await.unwrap();
        for (name, version) in wishes {
            let objects = objects_of(&client, &namespace(&round.estate, name)).await;
            let expected = references.of(name, version, round.pods);
            let different = differences(&comparable(objects, &round.estate), expected);
            let title = |what| format!("after the next run, {name}: {what}");
            self.wrong.extend(different.into_iter().map(title));
        }
    }
}
