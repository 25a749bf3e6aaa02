//! Killed at any request: after one more run the state is the old or the new release, nothing in between, nothing left over.

use serde_json::json;
use steading_model::Desired;
use steading_plan::Action;
use steading_testkit::{App, Fault};

use crate::ground::complete;
use crate::killed::{Exit, Kill, Killed, Scenario, someone};
use crate::moved;

/// Which share of all kills is tried: `3/12` is the third of twelve. `cargo xtask storm` tries all shares, each on a lab of its own.
const KILLS: &str = "STEADING_STORM_KILLS";
/// How many kills of a group are tried otherwise, spread evenly.
const SAMPLE: usize = 24;

/// What is released first: configuration that goes, configuration that stays, secrets, data, pods.
fn old(app: App) -> App {
    app.with_usual()
        .config("limits", "most", "10")
        .config("texts", "hello", "hi")
        .config("gone", "a", "b")
        .service("gone")
}

/// What is released then: something of everything changes, comes and goes, and a migration runs.
fn new(app: App) -> App {
    app.with_usual()
        .image("registry.lab/app:2")
        .changed("ConfigMap", "settings", |object| {
            object["data"] = json!({ "colour": "blue", "size": "large" });
        })
        .changed("Secret", "login", |object| {
            object["stringData"]["password"] = json!("correct-horse");
        })
        .changed("Secret", "keys", |object| {
            object["metadata"]["annotations"]["steading.dev/generate"] = json!("TOKEN,SALT,PEPPER");
        })
        .changed("Service", "web", |object| {
            object["spec"]["ports"][0]["port"] = json!(8080);
        })
        .config("limits", "most", "20")
        .config("texts", "hello", "welcome")
        .config("added", "c", "d")
        .deployment("worker", 1)
        .migration("migrate-2")
}

fn alone(build: fn(App) -> App) -> impl Fn(&str) -> Vec<Desired> {
    move |name| vec![build(App::new("shop", name)).desired()]
}

/// Three applications, of which each needs the one before.
fn group(name: &str, build: fn(App) -> App, path: &str) -> Vec<Desired> {
    let of = |application: &str| {
        let namespace = format!("{name}-{application}");
        build(App::of(name, application, &namespace))
    };
    let route = |app: App| {
        app.with(json!({
            "apiVersion": "traefik.io/v1alpha1", "kind": "IngressRoute", "metadata": { "name": "web" },
            "spec": { "routes": [{ "kind": "Rule", "match": format!("Host(`a.test`) && PathPrefix(`{path}`)"), "services": [{ "name": "web", "port": "http" }] }] },
        }))
    };
    vec![
        of("database").desired(),
        of("api").after("database").desired(),
        route(of("web").after("api")).desired(),
    ]
}

const ALONE: Scenario = Scenario {
    old: |name| alone(old)(name),
    new: |name| alone(new)(name),
    killed: Killed::Release,
};

const GROUP: Scenario = Scenario {
    old: |name| group(name, old, "/old"),
    new: |name| group(name, new, "/new"),
    killed: Killed::Release,
};

/// An application with a volume and values that were made once gets another name, and what needs it follows.
const RENAME: Scenario = Scenario {
    old: moved::before,
    new: moved::after,
    killed: Killed::Release,
};

/// Kills before and after a request, each with one of two ways out in turn.
fn in_turn(index: usize, exits: [Exit; 2]) -> [Kill; 2] {
    let [first, second] = if index.is_multiple_of(2) {
        exits
    } else {
        [exits[1], exits[0]]
    };
    let kill = |fault, exit| Kill { index, fault, exit };
    [
        kill(Fault::KillBefore, first),
        kill(Fault::KillAfter, second),
    ]
}

/// Every kill with every way out.
fn every(requests: usize, exits: &[Exit]) -> Vec<Kill> {
    let mut kills = Vec::new();
    for index in 1..=requests {
        for fault in [Fault::KillBefore, Fault::KillAfter] {
            kills.extend(exits.iter().map(|exit| Kill {
                index,
                fault,
                exit: *exit,
            }));
        }
    }
    kills
}

/// The share of them that is asked for; else as many as are tried in every run of the tests, spread evenly.
fn chosen(mut kills: Vec<Kill>) -> Vec<Kill> {
    if let Ok(share) = std::env::var(KILLS) {
        let share = share.split_once('/');
        let share = share.and_then(|(which, of)| Some((which.parse().ok()?, of.parse().ok()?)));
        let (which, of): (usize, usize) = share.expect("a share such as `3/12`");
        let end = |share| kills.len() * share / of;
        return kills.drain(end(which - 1)..end(which)).collect();
    }
    // No divisor of the ways out, so that all of them get their turn.
    let step = (kills.len() / SAMPLE) | 1;
    kills.into_iter().step_by(step).collect()
}

async fn holds(scenario: Scenario, kills: impl FnOnce(usize) -> Vec<Kill>) {
    let reference = scenario.reference().await;
    let kills = kills(reference.requests);
    let wrong = scenario.try_all(&reference, kills).await;
    let first: Vec<&str> = wrong.iter().take(12).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        first.join("\n")
    );
}

#[tokio::test]
async fn guarantee_2_killed_at_any_request() {
    let exits = [Exit::WantsOld, Exit::WantsNew];
    holds(ALONE, |requests| {
        assert!(requests >= 30, "a release of only {requests} requests");
        (1..=requests)
            .flat_map(|index| in_turn(index, exits))
            .collect()
    })
    .await;
}

#[tokio::test]
async fn guarantee_2_a_group_killed_at_any_request() {
    let exits = [Exit::Resume, Exit::WantsNew, Exit::Revert, Exit::WantsOld];
    holds(GROUP, |requests| chosen(every(requests, &exits))).await;
}

#[tokio::test]
async fn guarantee_2_a_rollback_killed_at_any_request() {
    let scenario = Scenario {
        killed: Killed::Rollback,
        ..ALONE
    };
    let exits = [Exit::Resume, Exit::Revert, Exit::WantsOld];
    holds(scenario, |requests| chosen(every(requests, &exits))).await;
}

#[tokio::test]
async fn guarantee_2_a_rename_killed_at_any_request() {
    let exits = [Exit::Resume, Exit::WantsNew, Exit::Revert, Exit::WantsOld];
    holds(RENAME, |requests| chosen(every(requests, &exits))).await;
}

#[tokio::test]
async fn the_group_is_one_and_touches_more_than_forty_objects() {
    let name = steading_testkit::namespace("forty");
    let scene = someone("ann").await;
    complete(&scene.release(&(GROUP.old)(&name)).await, 3);
    let (_, plan, report) = scene.plan(&(GROUP.new)(&name)).await;
    assert_eq!(report.not_done, []);
    let steps: Vec<Action> = plan
        .releases
        .iter()
        .flat_map(|release| &release.steps)
        .map(|step| step.action)
        .collect();
    let count = |action| steps.iter().filter(|one| **one == action).count();
    assert!(
        count(Action::Create) >= 9 && count(Action::Delete) >= 6 && steps.len() >= 40,
        "{steps:?}"
    );
    assert!(plan.releases.iter().all(|release| release.group.len() == 3));
}
