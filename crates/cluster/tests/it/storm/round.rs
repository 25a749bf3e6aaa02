//! One round: what its seed makes of it.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use futures_util::future::join_all;
use steading_model::Desired;
use steading_testkit::{Fault, Faults};

use super::runner::{Runner, Told};
use super::verdict::{self, Verdict};
use super::wish::{APPLICATIONS, Pods, References, VERSIONS, desired};
use crate::ground::{Scene, complete};

/// Names of runners, as they are in records and leases.
const NAMES: [&str; 3] = ["ann@laptop", "bob@desk", "ci:pipeline/7"];
/// Of a hundred requests, how many have a fault in a round with faults.
const DENSITY: u8 = 15;
/// A run that dies does so at one of its first requests; a small release has about so many.
const LIFE: u64 = 45;

/// Who is in whose way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clash {
    /// All want the same version of the same application.
    SameRelease,
    /// Each wants another version of the same application.
    SameApplication,
    /// Each wants its own versions of some applications, and two have one in common.
    Overlapping,
}

/// A round.
pub(super) struct Round {
    pub(super) seed: u64,
    pub(super) estate: String,
    pub(super) pods: Pods,
    pub(super) runners: Vec<Runner>,
    /// Whether nothing but the race goes wrong.
    pub(super) is_calm: bool,
}

/// Throws dice that fall the same with the same seed.
pub(super) fn dice(seed: u64, what: &str, sides: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seed, what).hash(&mut hasher);
    hasher.finish() % sides
}

impl Round {
    pub(super) fn of(seed: u64) -> Self {
        let clash = [
            Clash::SameRelease,
            Clash::SameApplication,
            Clash::Overlapping,
        ][usize::try_from(seed % 3).unwrap()];
        let count = 2 + usize::try_from(dice(seed, "count", 2)).unwrap();
        let is_calm = dice(seed, "calm", 4) == 0;
        let pods = if dice(seed, "pods", 3) == 0 {
            Pods::With
        } else {
            Pods::Without
        };
        let runner = |at: usize| Runner {
            name: NAMES[at],
            wishes: wishes(seed, clash, at),
            delay: Duration::from_millis(dice(seed, &format!("delay {at}"), 400)),
            faults: if is_calm {
                Faults::none()
            } else {
                faults(seed, at)
            },
        };
        Self {
            seed,
            estate: format!("storm-{seed}"),
            pods,
            runners: (0..count).map(runner).collect(),
            is_calm,
        }
    }

    /// Releases the first version in peace, lets all run, and judges.
    pub(super) async fn run(self, references: &References) -> Verdict {
        let first = self.desired(&APPLICATIONS.map(|name| (name, 1)).into());
        let scene = Scene::new("zoe").await;
        complete(&scene.release(&first).await, first.len());
        let runs = self
            .runners
            .iter()
            .map(|runner| runner.run(self.desired(&runner.wishes)));
        let told: Vec<Told> = join_all(runs).await;
        verdict::of(&self, &told, references).await
    }

    pub(super) fn desired(&self, wishes: &BTreeMap<&'static str, u64>) -> Vec<Desired> {
        let wanted = wishes
            .iter()
            .map(|(name, version)| desired(&self.estate, name, *version, self.pods));
        wanted.collect()
    }
}

/// Returns what a runner wants: a version for each of some applications.
fn wishes(seed: u64, clash: Clash, at: usize) -> BTreeMap<&'static str, u64> {
    let own = 2 + at as u64 % (VERSIONS - 1);
    match clash {
        Clash::SameRelease => [(APPLICATIONS[0], 2 + dice(seed, "version", VERSIONS - 1))].into(),
        Clash::SameApplication => [(APPLICATIONS[0], own)].into(),
        Clash::Overlapping => [
            (APPLICATIONS[at % 3], own),
            (APPLICATIONS[(at + 1) % 3], own),
        ]
        .into(),
    }
}

/// Faults for one runner, who may die of them.
fn faults(seed: u64, at: usize) -> Faults {
    let own = seed * 10 + at as u64;
    let request = usize::try_from(1 + dice(own, "life", LIFE)).unwrap();
    match dice(own, "death", 5) {
        0 => Faults::seeded_until(own, DENSITY, request, Fault::KillBefore),
        1 => Faults::seeded_until(own, DENSITY, request, Fault::KillAfter),
        _ => Faults::seeded(own, DENSITY),
    }
}
