//! Somebody who releases once, as the program does: settles what is open, plans, applies.

use std::collections::BTreeMap;
use std::time::Duration;

use steading_cluster::{Breadth, Outcome, RequestError, Silent, apply, details, observe, recover};
use steading_model::Desired;
use steading_plan::{ACCEPT_DOWNGRADE, Observed, Options, differing, plan, release_key, version};
use steading_testkit::Faults;

use crate::ground::Scene;

/// Somebody who wants something.
pub(super) struct Runner {
    pub(super) name: &'static str,
    pub(super) wishes: BTreeMap<&'static str, u64>,
    pub(super) delay: Duration,
    pub(super) faults: Faults,
}

/// What somebody is told in the end.
#[derive(Debug)]
pub(super) enum Told {
    /// Nothing: the run died.
    Died,
    /// The cluster could not be asked.
    GaveUp(RequestError),
    /// How each release ended: those of others first that had not ended.
    Ended {
        settled: Vec<Outcome>,
        released: Vec<Outcome>,
    },
}

impl Runner {
    /// Runs to the end, or until it dies.
    pub(super) async fn run(&self, desired: Vec<Desired>) -> Told {
        tokio::time::sleep(self.delay).await;
        let mut scene = Scene::through(self.name, &self.faults).await.briefly();
        scene.options.accept.insert(ACCEPT_DOWNGRADE.to_owned());
        tokio::select! {
            biased;
            () = self.faults.killed() => Told::Died,
            told = run(&scene, &desired) => told.unwrap_or_else(Told::GaveUp),
        }
    }
}

/// Does what the program does.
pub(super) async fn run(scene: &Scene, desired: &[Desired]) -> Result<Told, RequestError> {
    let settled = settle(scene, desired).await?;
    let (estate, scope) = (&desired[0].estate, &scene.options.scope);
    let mut observation = observe(&scene.cluster, estate, scope, desired, Breadth::Estate).await?;
    let options = Options {
        digest_key: observation.key.clone(),
        ..scene.options.clone()
    };
    let different = differing(desired, &observation.observed, &options);
    observation.observed.details = details(&scene.cluster, &observation, &different).await?;
    let (plan, _) = plan(desired, &observation.observed, &options);
    let released = apply(&scene.run(&Silent), &observation, &plan).await;
    Ok(Told::Ended { settled, released })
}

/// Settles what has not ended of the wanted applications.
pub(super) async fn settle(
    scene: &Scene,
    desired: &[Desired],
) -> Result<Vec<Outcome>, RequestError> {
    let (estate, scope) = (&desired[0].estate, &scene.options.scope);
    let observation = observe(&scene.cluster, estate, scope, desired, Breadth::Estate).await?;
    let digests: BTreeMap<_, _> = desired
        .iter()
        .map(|one| (release_key(one), version(&one.objects, &observation.key)))
        .collect();
    let mut open: Observed = observation.observed;
    open.releases
        .retain(|key, history| history.open.is_some() && digests.contains_key(key));
    if open.releases.is_empty() {
        return Ok(Vec::new());
    }
    Ok(recover(&scene.run(&Silent), &open, &digests).await)
}
