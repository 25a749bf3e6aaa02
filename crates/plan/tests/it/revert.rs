//! Putting back what a release touched, from every point at which it may have stopped.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use steading_model::{Desired, ObjectId};
use steading_plan::release::{JournalEntry, Payload};
use steading_plan::{
    Action, Live, Packed, Plan, RevertAction, Reverted, mask, revert, used_secrets,
};

use crate::example::{application, deployment, id, object, options, shop};
use crate::world::{World, live};

/// The version after `shop`: something changes, comes, goes, and is made again.
fn next() -> Desired {
    let mut desired = shop();
    object(&mut desired, &deployment())["spec"]["template"]["spec"]["containers"][0]["image"] =
        json!("ghcr.io/acme/shop:1.3.0");
    object(&mut desired, &deployment())["spec"]["minReadySeconds"] = json!(5);
    object(&mut desired, &id("", "Service", "shop"))["spec"]["clusterIP"] = json!("10.96.0.9");
    object(&mut desired, &id("", "Secret", "given"))["stringData"]["TOKEN"] =
        json!("another-token");
    desired
        .objects
        .retain(|object| object.id.kind.kind != "ConfigMap");
    let new = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "new"}, "data": {"b": "2"}});
    desired
        .objects
        .extend(application("shop", "prod-shop", vec![new]).objects);
    desired
}

/// The object as it is journalled.
fn journalled(object: &Value) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove("status");
    let metadata = object["metadata"].as_object_mut().unwrap();
    metadata.remove("managedFields");
    metadata.remove("uid");
    object
}

fn payload(world: &World, plan: &Plan) -> Payload {
    let release = &plan.releases[0];
    let entry = |step: &steading_plan::Step| JournalEntry {
        id: step.id.clone(),
        action: step.action,
        wave: step.wave,
        before: world.objects.get(&step.id).map(journalled),
        uid: step.uid.clone(),
        taken: None,
        moving: step.moving.clone(),
    };
    Payload {
        desired: release.desired.iter().map(Packed::object).collect(),
        journal: release.steps.iter().map(entry).collect(),
    }
}

fn lives(world: &World) -> BTreeMap<ObjectId, Live> {
    world
        .objects
        .iter()
        .map(|(id, object)| (id.clone(), live(object)))
        .collect()
}

/// Executes a revert as the cluster crate does.
fn execute(world: &mut World, reverted: &Reverted<'_>) {
    for step in revert(reverted, &lives(world)) {
        match step.action {
            RevertAction::Recreate(object) => world.apply(&step.id, &object, "steading"),
            RevertAction::Remake(uid, object) => {
                assert_eq!(world.objects[&step.id]["metadata"]["uid"], uid);
                world.objects.remove(&step.id);
                world.apply(&step.id, &object, "steading");
            }
            RevertAction::Restore(restore) => {
                world.apply(&step.id, &restore.apply, "steading");
                assert!(restore.is_done(&world.objects[&step.id]), "{}", step.id);
            }
            RevertAction::Remove(uid) => {
                assert_eq!(world.objects[&step.id]["metadata"]["uid"], uid);
                world.objects.remove(&step.id);
            }
            RevertAction::HandBack(_)
            | RevertAction::TakeBack(_)
            | RevertAction::GiveBack(_)
            | RevertAction::Leave(_) => {
                panic!("{step:?}")
            }
        }
    }
}

/// The objects as people see them.
fn state(world: &World) -> BTreeMap<ObjectId, Value> {
    world
        .objects
        .iter()
        .map(|(id, object)| (id.clone(), journalled(object)))
        .collect()
}

#[test]
fn a_release_is_put_back_from_wherever_it_stopped() {
    let before = World::running(&[shop()], &options());
    let (plan, report) = before.plan(&[next()], &options());
    assert_eq!(report.not_done, []);
    let actions: Vec<Action> = plan.releases[0]
        .steps
        .iter()
        .map(|step| step.action)
        .collect();
    for action in [
        Action::Create,
        Action::Update,
        Action::Replace,
        Action::Delete,
    ] {
        assert!(actions.contains(&action), "{action:?}");
    }
    let payload = payload(&before, &plan);
    let parent = &before.recorded[&("prod-shop/shop".to_owned(), 1)];
    let reverted = Reverted {
        former: None,
        estate: "homestead",
        application: "shop",
        environment: "prod",
        payload: &payload,
        parent: Some(parent),
    };
    for stop in 0..=actions.len() {
        let mut world = before.clone();
        let mut part = plan.clone();
        part.releases[0].steps.truncate(stop);
        world.run(&part, &options());
        world.observed.releases = before.observed.releases.clone();
        execute(&mut world, &reverted);
        assert_eq!(state(&world), state(&before), "stopped after {stop} steps");
        assert_eq!(
            revert(&reverted, &lives(&world)),
            [],
            "stopped after {stop} steps"
        );
        let changed: Vec<String> = world
            .plan(&[shop()], &options())
            .0
            .releases
            .iter()
            .flat_map(|release| &release.steps)
            .map(|step| step.id.to_string())
            .collect();
        assert_eq!(changed, Vec::<String>::new(), "stopped after {stop} steps");
    }
}

#[test]
fn what_was_taken_over_is_given_back() {
    let mut world = World::default();
    let map = shop()
        .objects
        .into_iter()
        .find(|object| object.id.kind.kind == "ConfigMap")
        .unwrap();
    let foreign = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shop", "namespace": "prod-shop"}, "data": {"a": "0", "z": "9"}});
    world.apply(&map.id, &foreign, "helm");
    let mut adopting = options();
    adopting.adopt.insert(steading_plan::spelled(&map.id));
    let (plan, _) = world.plan(&[shop()], &adopting);
    let payload = payload(&world, &plan);
    world.run(&plan, &options());
    let reverted = Reverted {
        former: None,
        estate: "homestead",
        application: "shop",
        environment: "prod",
        payload: &payload,
        parent: None,
    };
    let steps = revert(&reverted, &lives(&world));
    let back: Vec<_> = steps
        .iter()
        .filter(|step| !matches!(step.action, RevertAction::Remove(_)))
        .collect();
    assert_eq!(back.len(), 1);
    assert_eq!(back[0].action, RevertAction::GiveBack(foreign));
    let removed: Vec<String> = steps
        .iter()
        .skip(1)
        .map(|step| step.id.kind.kind.clone())
        .collect();
    assert_eq!(removed.first().map(String::as_str), Some("IngressRoute"));
    assert_eq!(removed.last().map(String::as_str), Some("Namespace"));
}

#[test]
fn what_is_not_ours_any_more_is_left() {
    let before = World::default();
    let (plan, _) = before.plan(&[shop()], &options());
    let payload = payload(&before, &plan);
    let mut world = before;
    world.run(&plan, &options());
    let map = id("", "ConfigMap", "shop");
    world.objects.get_mut(&map).unwrap()["metadata"]["labels"] = json!({});
    let reverted = Reverted {
        former: None,
        estate: "homestead",
        application: "shop",
        environment: "prod",
        payload: &payload,
        parent: None,
    };
    let steps = revert(&reverted, &lives(&world));
    let of = |id: &ObjectId| {
        steps
            .iter()
            .find(|step| step.id == *id)
            .unwrap()
            .action
            .clone()
    };
    assert!(matches!(of(&map), RevertAction::Leave(_)));
    // Nor is the namespace that it is in.
    let namespace = steps
        .iter()
        .find(|step| step.id.kind.kind == "Namespace")
        .unwrap();
    assert!(
        matches!(namespace.action, RevertAction::Leave(_)),
        "{namespace:?}"
    );
}

#[test]
fn pods_learn_of_the_secrets_that_they_use() {
    let desired = shop();
    let names = desired
        .objects
        .iter()
        .find_map(|object| used_secrets(&object.id.kind, &object.json))
        .unwrap();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["given", "made"]);
    assert!(mask::is_digest(&mask::digest(&options().digest_key, b"x")));
}
