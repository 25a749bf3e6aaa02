//! What each test stands on: the shared lab, and the way from what is desired to how it ended.

use std::collections::BTreeMap;
use std::time::Duration;

use steading_cluster::{
    Breadth, Cancel, Cluster, Ended, Observation, Outcome, Progress, Run, Settings, Silent, apply,
    details, observe, recover,
};
use steading_model::Desired;
use steading_plan::{
    NotDone, Options, Plan, PlanReport, Reason, differing, plan, release_key, version,
};
use steading_testkit::{Faults, Ground, lab, through};

/// Returns the lab that all tests here share.
pub(crate) async fn shared() -> &'static Ground {
    lab(&steading_rules::schema::custom_definitions()).await
}

/// For those who are to die or to be waited for: short, so that the next one need not wait long.
const SHORT: Duration = Duration::from_secs(2);

/// Someone at a cluster.
pub(crate) struct Scene {
    pub(crate) cluster: Cluster,
    pub(crate) settings: Settings,
    pub(crate) options: Options,
    pub(crate) cancel: Cancel,
}

impl Scene {
    /// The administrator, by name.
    pub(crate) async fn new(actor: &str) -> Self {
        Self::through(actor, &Faults::none()).await
    }

    /// The administrator, through faults.
    pub(crate) async fn through(actor: &str, faults: &Faults) -> Self {
        Self::with(through(shared().await, faults).await, actor)
    }

    /// Someone with a connection of their own.
    pub(crate) fn with(cluster: Cluster, actor: &str) -> Self {
        let settings = Settings::new(actor);
        Self {
            cluster,
            settings,
            options: Options::default(),
            cancel: Cancel::never(),
        }
    }

    /// Keeps others out for a short time only, once dead.
    pub(crate) fn briefly(mut self) -> Self {
        self.settings.lease = SHORT;
        self
    }

    pub(crate) fn run<'a>(&'a self, progress: &'a dyn Progress) -> Run<'a> {
        Run {
            cluster: &self.cluster,
            settings: &self.settings,
            progress,
            cancel: &self.cancel,
        }
    }

    pub(crate) async fn observe(&self, desired: &[Desired]) -> (Observation, Options) {
        let estate = &desired[0].estate;
        let observation = observe(
            &self.cluster,
            estate,
            &self.options.scope,
            desired,
            Breadth::Estate,
        )
        .await
        .unwrap();
        let options = Options {
            digest_key: observation.key.clone(),
            ..self.options.clone()
        };
        (observation, options)
    }

    /// Observes, asks for details, and plans.
    pub(crate) async fn plan(&self, desired: &[Desired]) -> (Observation, Plan, PlanReport) {
        let (mut observation, options) = self.observe(desired).await;
        let differing = differing(desired, &observation.observed, &options);
        observation.observed.details = details(&self.cluster, &observation, &differing)
            .await
            .unwrap();
        let (plan, report) = plan(desired, &observation.observed, &options);
        (observation, plan, report)
    }

    /// Plans and applies, telling somebody.
    pub(crate) async fn release_telling(
        &self,
        desired: &[Desired],
        progress: &dyn Progress,
    ) -> Vec<Outcome> {
        let (observation, plan, report) = self.plan(desired).await;
        assert!(report.not_done.iter().all(is_expected), "{report:#?}");
        apply(&self.run(progress), &observation, &plan).await
    }

    /// Plans and applies.
    pub(crate) async fn release(&self, desired: &[Desired]) -> Vec<Outcome> {
        self.release_telling(desired, &Silent).await
    }

    /// What a person's next run does: settles what was left open, then plans and applies.
    pub(crate) async fn next_run(&self, desired: &[Desired]) -> (Vec<Outcome>, Vec<Outcome>) {
        let (observation, options) = self.observe(desired).await;
        let digests: BTreeMap<_, _> = desired
            .iter()
            .map(|one| (release_key(one), version(&one.objects, &options.digest_key)))
            .collect();
        let recovered = recover(&self.run(&Silent), &observation.observed, &digests).await;
        let (observation, plan, report) = self.plan(desired).await;
        assert!(
            report.not_done.iter().all(is_expected),
            "{report:#?} after {recovered:#?}"
        );
        let released = apply(&self.run(&Silent), &observation, &plan).await;
        (recovered, released)
    }
}

/// Says whether what does not happen is no surprise: a namespace stays that was made for an application, also where that is called
/// otherwise now.
pub(crate) fn is_expected(not_done: &NotDone) -> bool {
    let is_namespace = not_done
        .object
        .as_ref()
        .is_some_and(|id| id.kind.is("", "Namespace"));
    is_namespace && matches!(not_done.reason, Reason::Kept(_))
}

/// Makes sure that all releases ended well, and that there were as many as expected.
#[track_caller]
pub(crate) fn complete(outcomes: &[Outcome], count: usize) {
    assert_eq!(outcomes.len(), count, "{outcomes:#?}");
    all_complete(outcomes);
}

/// Makes sure that all releases ended well.
#[track_caller]
pub(crate) fn all_complete(outcomes: &[Outcome]) {
    for outcome in outcomes {
        assert!(outcome.ended.is_complete(), "{outcome:#?}");
    }
}

/// Returns how the release of an application ended.
#[track_caller]
pub(crate) fn ended<'a>(outcomes: &'a [Outcome], application: &str) -> &'a Ended {
    let is_it = |outcome: &&Outcome| outcome.key.application == application;
    &outcomes.iter().find(is_it).unwrap().ended
}
