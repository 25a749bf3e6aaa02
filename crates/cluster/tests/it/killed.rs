//! Runs that are killed at a request, somebody else's way out, and what is wrong with what was left.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, stream};
use k8s_openapi::api::core::v1::Namespace;
use kube::Client;
use kube::api::{Api, DeleteParams};
use serde_json::Value;
use steading_cluster::{Ended, Observation, Outcome, Silent, apply, resume, revert};
use steading_model::Desired;
use steading_plan::{ACCEPT_DOWNGRADE, Plan, ReleaseKey, ReleaseKind, release_key, rollback};
use steading_testkit::{Fault, Faults, namespace, objects_of, through};

use crate::ground::{Scene, all_complete, is_expected, shared};
use crate::moved::volumes;
use crate::state::{comparable, differences, left_over};

/// How many kills are tried side by side.
const SIDE_BY_SIDE: usize = 8;

/// The objects of all namespaces of a scenario.
type State = BTreeMap<String, Value>;

/// What is released first, and then; the argument is what all names begin with.
#[derive(Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) old: fn(&str) -> Vec<Desired>,
    pub(crate) new: fn(&str) -> Vec<Desired>,
    /// What is killed.
    pub(crate) killed: Killed,
}

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Killed {
    /// The release of the new after the old.
    Release,
    /// The rollback to the old after the new.
    Rollback,
}

/// What the next one does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Exit {
    /// A run that wants the old.
    WantsOld,
    /// A run that wants the new.
    WantsNew,
    /// `steading resume`.
    Resume,
    /// `steading revert`.
    Revert,
}

/// How a run is killed, and what is done then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kill {
    pub(crate) index: usize,
    pub(crate) fault: Fault,
    pub(crate) exit: Exit,
}

/// The old and the new as they are undisturbed, and how many requests the way takes that is killed.
pub(crate) struct Reference {
    old: State,
    new: State,
    pub(crate) requests: usize,
}

impl Scenario {
    /// Goes the way undisturbed.
    pub(crate) async fn reference(self) -> Reference {
        let name = namespace("reference");
        let ann = someone("ann").await;
        let before = self.before(&ann, &name).await;
        let faults = Faults::none();
        let bob = Scene::through("bob", &faults).await;
        let (observation, plan) = self.way(&ann, &name).await;
        all_complete(&apply(&bob.run(&Silent), &observation, &plan).await);
        let goal = self.state(&name).await;
        let (before, goal) = (comparable(before, &name), comparable(goal, &name));
        let (old, new) = match self.killed {
            Killed::Release => (before, goal),
            Killed::Rollback => (goal, before),
        };
        Reference {
            old,
            new,
            requests: faults.seen().len(),
        }
    }

    /// Tries kills side by side, and returns what is wrong.
    pub(crate) async fn try_all(self, reference: &Reference, kills: Vec<Kill>) -> Vec<String> {
        let tried = stream::iter(kills).map(|kill| async move {
            let wrong = self.try_one(reference, kill).await;
            wrong
                .into_iter()
                .map(move |what| format!("{kill:?}: {what}"))
        });
        let wrong: Vec<_> = tried.buffer_unordered(SIDE_BY_SIDE).collect().await;
        wrong.into_iter().flatten().collect()
    }

    async fn try_one(self, reference: &Reference, kill: Kill) -> Vec<String> {
        let name = namespace("killed");
        let (ann, carol) = (someone("ann").await, someone("carol").await);
        let before = self.before(&ann, &name).await;
        let volumes_before = volumes(&self.places(&name)).await;
        let (observation, plan) = self.way(&ann, &name).await;
        let faults = Faults::at(kill.index, kill.fault);
        let bob = Scene::with(through(shared().await, &faults).await, "bob").briefly();
        let run = bob.run(&Silent);
        tokio::select! {
            biased;
            () = faults.killed() => {}
            _ = apply(&run, &observation, &plan) => {}
        }
        let mut wrong = self.leave(&carol, kill.exit, &name).await;
        let state = self.state(&name).await;
        wrong.extend(lost(&before, &state));
        let volumes = volumes(&self.places(&name)).await;
        if volumes != volumes_before {
            wrong.push(format!(
                "volumes were {volumes_before:?}, and are {volumes:?}"
            ));
        }
        wrong.extend(half(&comparable(state, &name), &kill, reference));
        let client = shared().await.client().await.unwrap();
        for key in self.keys(&name) {
            wrong.extend(left_over(&client, &key.namespace, bob.settings.lease).await);
        }
        if wrong.is_empty() {
            self.clear(&client, &name).await;
        }
        wrong
    }

    /// Makes room on the nodes: all kills together would need thousands of pods.
    async fn clear(self, client: &Client, name: &str) {
        let namespaces: Api<Namespace> = Api::all(client.clone());
        for key in self.keys(name) {
            // What is left of it is in nobody's way.
            drop(
                namespaces
                    .delete(&key.namespace, &DeleteParams::background())
                    .await,
            );
        }
    }

    /// Brings the ground to where the killed way begins.
    async fn before(self, ann: &Scene, name: &str) -> State {
        let old = (self.old)(name);
        all_complete(&ann.release(&old).await);
        if self.killed == Killed::Rollback {
            let new = (self.new)(name);
            all_complete(&ann.release(&new).await);
        }
        self.state(name).await
    }

    fn after(self, name: &str) -> Vec<Desired> {
        match self.killed {
            Killed::Release => (self.new)(name),
            Killed::Rollback => (self.old)(name),
        }
    }

    /// Plans the way that is killed.
    async fn way(self, ann: &Scene, name: &str) -> (Observation, Plan) {
        let mut desired = self.after(name);
        let mut scene = someone("bob").await;
        if self.killed == Killed::Rollback {
            scene.options.kind = ReleaseKind::Rollback(1);
            desired = vec![recorded(ann, &release_key(&desired[0])).await];
        }
        let (observation, plan, report) = scene.plan(&desired).await;
        assert!(report.not_done.iter().all(is_expected), "{report:#?}");
        (observation, plan)
    }

    /// What is released before or after the kill.
    fn keys(self, name: &str) -> BTreeSet<ReleaseKey> {
        let all = (self.old)(name).into_iter().chain((self.new)(name));
        all.map(|desired| release_key(&desired)).collect()
    }

    fn places(self, name: &str) -> Vec<String> {
        self.keys(name)
            .into_iter()
            .map(|key| key.namespace)
            .collect()
    }

    /// Does what the next one does, and returns what is wrong with how that ended.
    async fn leave(self, carol: &Scene, exit: Exit, name: &str) -> Vec<String> {
        let desired = match exit {
            Exit::WantsOld => (self.old)(name),
            Exit::WantsNew => (self.new)(name),
            Exit::Resume | Exit::Revert => return self.by_name(carol, exit, name).await,
        };
        let (recovered, released) = carol.next_run(&desired).await;
        let (_, plan, report) = carol.plan(&desired).await;
        let steps = plan.releases.iter().flat_map(|release| &release.steps);
        let to_do = steps.map(|step| format!("still to do: {:?} {}", step.action, step.id));
        let notes = report
            .not_done
            .iter()
            .filter(|not_done| !is_expected(not_done))
            .map(|not_done| format!("{not_done:?}"));
        let endings = recovered.iter().chain(&released).filter_map(badly_ended);
        endings.chain(to_do).chain(notes).collect()
    }

    /// Finishes or puts back what is open, as `steading resume` and `steading revert` do it.
    async fn by_name(self, carol: &Scene, exit: Exit, name: &str) -> Vec<String> {
        let mut wrong = Vec::new();
        for key in self.keys(name) {
            let run = carol.run(&Silent);
            let outcomes = match exit {
                Exit::Resume => resume(&run, &key).await,
                _ => revert(&run, &key).await,
            };
            let is_open = |outcome: &&Outcome| {
                !matches!(
                    &outcome.ended,
                    Ended::Refused(steading_cluster::ApplyError::NotOpen { .. })
                )
            };
            wrong.extend(outcomes.iter().filter(is_open).filter_map(badly_ended));
        }
        wrong
    }

    /// Returns everything that is there.
    async fn state(self, name: &str) -> State {
        let client = shared().await.client().await.unwrap();
        let mut state = State::new();
        for key in self.keys(name) {
            let mut objects = objects_of(&client, &key.namespace).await;
            // A migration that a rollback took away is not run again when the rollback is put back.
            objects
                .retain(|object, _| self.killed == Killed::Release || !object.starts_with("Job/"));
            let placed = |(object, value)| (format!("{} {object}", key.application), value);
            state.extend(objects.into_iter().map(placed));
        }
        state
    }
}

/// Someone who goes on in both ways, whatever that means for people.
pub(crate) async fn someone(actor: &str) -> Scene {
    let mut scene = Scene::new(actor).await;
    let accepted = [ACCEPT_DOWNGRADE, "IngressRoute/web"];
    scene.options.accept.extend(accepted.map(str::to_owned));
    scene.options.budget.accepted = 50;
    scene
}

/// Returns what release 1 desired, as its record has it.
async fn recorded(scene: &Scene, key: &ReleaseKey) -> Desired {
    let history = steading_cluster::history(&scene.cluster, key)
        .await
        .unwrap();
    let first = history
        .iter()
        .find(|release| release.spec.number == 1)
        .unwrap();
    let payload = steading_cluster::payload(&scene.cluster, key, 1)
        .await
        .unwrap();
    rollback(key, &first.spec, &payload, 60).unwrap()
}

fn badly_ended(outcome: &Outcome) -> Option<String> {
    let is_well = matches!(
        outcome.ended,
        Ended::Complete { .. } | Ended::Reverted { .. }
    );
    (!is_well).then(|| format!("{outcome:?}"))
}

/// Generated values that were there and changed.
fn lost(before: &State, after: &State) -> Vec<String> {
    let mut lost = Vec::new();
    for (name, object) in before {
        let values = object["data"].as_object().into_iter().flatten();
        for (key, value) in values.filter(|_| name.ends_with("Secret/keys")) {
            let mut others = after
                .iter()
                .filter(|(other, _)| other.ends_with("Secret/keys"));
            // In the same place, or in the only one where it may have gone.
            let only = others.next().filter(|_| others.next().is_none());
            let now = after
                .get(name)
                .or(only.map(|(_, now)| now))
                .map(|now| &now["data"][key]);
            if now.is_some_and(|now| !now.is_null() && now != value) {
                lost.push(format!("{name}: the generated value {key} changed"));
            }
        }
    }
    lost
}

/// What is neither the old nor the new as a whole, or not what was asked for.
fn half(state: &State, kill: &Kill, reference: &Reference) -> Vec<String> {
    let (old, new) = (
        differences(state, &reference.old),
        differences(state, &reference.new),
    );
    match kill.exit {
        Exit::WantsOld => old,
        Exit::Resume | Exit::Revert if old.len() < new.len() => old,
        Exit::WantsNew | Exit::Resume | Exit::Revert => new,
    }
}
