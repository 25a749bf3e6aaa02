//! What holds for every application.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use steading_model::{Desired, ObjectId};
use steading_plan::release::{Payload, ReleaseSpec};
use steading_plan::{
    Action, Options, Plan, PlanReport, ReleaseKind, Saved, differing, plan, release_key, rollback,
    spelled, view,
};

use crate::example::{application, object, objects, options};
use crate::world::World;

/// A text that marks secret values in the tests: it must be in no output.
const MARKED: &str = "marked-secret-value";
/// The same at the beginning of a base64 text.
const MARKED_BASE64: &str = "bWFya2VkLXNlY3JldC12YWx1";

/// One change of the example.
#[derive(Clone, Debug)]
enum Change {
    Image(u8),
    Replicas(u8),
    Environment(BTreeSet<u8>),
    Configuration(BTreeSet<u8>),
    Secret(u8),
    Without(usize),
    Labels(u8),
    Ports(BTreeSet<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let numbers = || proptest::collection::btree_set(0..5_u8, 0..4);
    prop_oneof![
        (0..3_u8).prop_map(Change::Image),
        (0..4_u8).prop_map(Change::Replicas),
        numbers().prop_map(Change::Environment),
        numbers().prop_map(Change::Configuration),
        (0..3_u8).prop_map(Change::Secret),
        (0..11_usize).prop_map(Change::Without),
        (0..3_u8).prop_map(Change::Labels),
        numbers().prop_map(Change::Ports),
    ]
}

/// An application: the example with some changes.
fn desired(name: &'static str) -> impl Strategy<Value = Desired> {
    proptest::collection::vec(change(), 0..5).prop_map(move |changes| {
        let namespace = format!("prod-{name}");
        let mut desired = application(name, &namespace, objects(name, &namespace));
        for change in changes {
            apply(&mut desired, &change);
        }
        desired
    })
}

fn apply(desired: &mut Desired, change: &Change) {
    let find = |desired: &Desired, kind: &str| -> Option<ObjectId> {
        desired
            .objects
            .iter()
            .map(|object| object.id.clone())
            .find(|id| id.kind.kind == kind)
    };
    let kind = match change {
        Change::Configuration(_) => "ConfigMap",
        Change::Secret(_) => "Secret",
        Change::Ports(_) | Change::Labels(_) => "Service",
        Change::Without(index) => {
            let gone = desired.objects.remove(index % desired.objects.len());
            if gone.id.kind.kind == "Secret" {
                forget(desired, &gone.id.name);
            }
            return;
        }
        _ => "Deployment",
    };
    let Some(id) = find(desired, kind) else {
        return;
    };
    let json = object(desired, &id);
    let named = |number: &u8| json!({"name": format!("V{number}"), "value": "1"});
    match change {
        Change::Image(number) => {
            json["spec"]["template"]["spec"]["containers"][0]["image"] =
                json!(format!("ghcr.io/acme/shop:1.2.{number}"));
        }
        Change::Replicas(number) => json["spec"]["replicas"] = json!(number),
        Change::Environment(variables) => {
            json["spec"]["template"]["spec"]["containers"][0]["env"] =
                variables.iter().map(named).collect();
        }
        Change::Configuration(keys) => {
            json["data"] = keys
                .iter()
                .map(|key| (format!("k{key}"), json!("1")))
                .collect::<serde_json::Map<_, _>>()
                .into();
        }
        Change::Secret(number) => {
            json["stringData"] = json!({"TOKEN": format!("{MARKED}-{number}")});
        }
        Change::Labels(number) => json["metadata"]["labels"]["extra"] = json!(number.to_string()),
        Change::Ports(ports) if !ports.is_empty() => {
            let port = |number: &u8| json!({"port": 80 + u16::from(*number), "name": format!("p{number}")});
            json["spec"]["ports"] = ports.iter().map(port).collect::<Vec<Value>>().into();
        }
        Change::Ports(_) | Change::Without(_) => {}
    }
}

/// A Secret that is no longer declared is no longer used.
fn forget(desired: &mut Desired, secret: &str) {
    let deployment = desired
        .objects
        .iter_mut()
        .find(|object| object.id.kind.kind == "Deployment");
    if let Some(deployment) = deployment {
        let annotation = &mut deployment.json["spec"]["template"]["metadata"]["annotations"]["steading.dev/secrets"];
        let names: Vec<&str> = annotation
            .as_str()
            .unwrap()
            .split(',')
            .filter(|name| *name != secret)
            .collect();
        *annotation = json!(names.join(","));
    }
}

/// Accepts everything that a plan asks to be accepted.
fn accepting(report: &PlanReport, kind: ReleaseKind) -> Options {
    let mut options = Options { kind, ..options() };
    options.accept.insert("downgrade".to_owned());
    let named = report
        .not_done
        .iter()
        .filter_map(|not_done| not_done.object.as_ref());
    options.accept.extend(named.map(spelled));
    options
}

/// Plans with everything accepted, also what only shows once something else is accepted.
fn decided(world: &World, desired: &[Desired], kind: ReleaseKind) -> (Plan, PlanReport, Options) {
    let mut options = accepting(&PlanReport::default(), kind);
    for _ in 0..4 {
        let (_, report) = world.plan(desired, &options);
        options.accept.extend(accepting(&report, kind).accept);
    }
    let (plan, report) = world.plan(desired, &options);
    (plan, report, options)
}

fn shown(plan: &Plan, report: &PlanReport) -> String {
    serde_json::to_string_pretty(&(plan, report)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_plan_of_an_applied_plan_is_empty(first in desired("shop"), second in desired("shop")) {
        let mut world = World::running(&[first], &options());
        let (next, report, accepting) = decided(&world, std::slice::from_ref(&second), ReleaseKind::Apply);
        prop_assert!(report.held_back.is_empty(), "{report:?}");
        world.run(&next, &accepting);
        let observed = world.observe(&options());
        let found = differing(std::slice::from_ref(&second), &observed, &options());
        let found: Vec<_> = found.iter().map(|found| (found.id.to_string(), found.presence)).collect();
        prop_assert_eq!(found, vec![]);
        let (again, _) = plan(&[second], &observed, &options());
        prop_assert_eq!(again.releases.len(), 0, "{:?}", again.releases);
    }

    #[test]
    fn steps_come_in_the_order_of_the_waves(first in desired("shop"), second in desired("shop")) {
        let world = World::running(&[first], &options());
        let (plan, _, _) = decided(&world, &[second], ReleaseKind::Apply);
        for release in &plan.releases {
            let waves: Vec<_> = release.steps.iter().map(|step| step.wave).collect();
            prop_assert!(waves.is_sorted(), "{waves:?}");
        }
    }

    #[test]
    fn only_what_is_in_the_inventory_is_deleted(first in desired("shop"), second in desired("shop")) {
        let world = World::running(&[first], &options());
        let inventory: BTreeSet<&ObjectId> = world.observed.releases.values().flat_map(|history| &history.inventory).map(|item| &item.id).collect();
        let (plan, _, _) = decided(&world, &[second], ReleaseKind::Apply);
        let steps = plan.releases.iter().flat_map(|release| &release.steps);
        for step in steps.filter(|step| step.action == Action::Delete) {
            prop_assert!(inventory.contains(&step.id));
        }
    }

    #[test]
    fn the_inventory_is_what_is_there(first in desired("shop"), second in desired("shop")) {
        let mut world = World::running(&[first], &options());
        let (plan, _, accepting) = decided(&world, &[second], ReleaseKind::Apply);
        world.run(&plan, &accepting);
        let recorded: BTreeSet<&ObjectId> = world.observed.releases.values().flat_map(|history| &history.inventory).map(|item| &item.id).collect();
        prop_assert_eq!(recorded, world.objects.keys().collect::<BTreeSet<_>>());
    }

    #[test]
    fn plans_do_not_depend_on_order(first in desired("shop"), second in desired("shop"), other in desired("blog"), seed in 0..1000_usize) {
        let world = World::running(&[first], &options());
        let mut shuffled = second.clone();
        let count = shuffled.objects.len();
        shuffled.objects.rotate_left(seed % count.max(1));
        shuffled.objects.reverse();
        let (one, one_report) = world.plan(&[second, other.clone()], &options());
        let (mut two, mut two_report) = world.plan(&[other, shuffled], &options());
        // What is recorded keeps the order in which it was given; what is done does not depend on it.
        for release in two.releases.iter_mut().chain(&mut two_report.held_back) {
            let original = one.releases.iter().chain(&one_report.held_back).find(|one| one.key == release.key).unwrap();
            prop_assert_eq!(release.desired.len(), original.desired.len());
            release.desired.clone_from(&original.desired);
            release.kept.sort();
        }
        let sorted = |mut plan: Plan, mut report: PlanReport| {
            plan.releases.iter_mut().chain(&mut report.held_back).for_each(|release| release.kept.sort());
            report.not_done.sort_by_key(|not_done| format!("{not_done:?}"));
            shown(&plan, &report)
        };
        prop_assert_eq!(sorted(one, one_report), sorted(two, two_report));
    }

    #[test]
    fn no_output_holds_a_secret_value(first in desired("shop"), second in desired("shop")) {
        let world = World::running(&[first], &options());
        let (plan, mut report) = world.plan(std::slice::from_ref(&second), &options());
        report.not_done.push(steading_plan::NotDone {
            key: release_key(&second),
            object: None,
            reason: steading_plan::Reason::Refused(second.objects.iter().map(|object| object.json["stringData"].to_string()).collect()),
        });
        let mut marks = view::marks(std::slice::from_ref(&second), &options().digest_key);
        let mut output = shown(&plan.masked(&mut marks), &report.masked(&mut marks));
        for step in plan.releases.iter().chain(&report.held_back).flat_map(|release| &release.steps) {
            output.push_str(&serde_json::to_string(&view::lines(step, &mut marks)).unwrap());
        }
        let saved = Saved::new(&[second], &world.observe(&options()), &options());
        output.push_str(&serde_json::to_string(&saved).unwrap());
        output.push_str(&serde_json::to_string(&options()).unwrap());
        for secret in [MARKED, MARKED_BASE64, "hunter2-token", "aHVudGVyMi10b2tlb"] {
            prop_assert!(!output.contains(secret), "{secret} in {output}");
        }
    }

    #[test]
    fn a_saved_plan_replays(first in desired("shop"), second in desired("shop")) {
        let world = World::running(&[first], &options());
        let observed = world.observe(&options());
        let (plan, report) = plan(std::slice::from_ref(&second), &observed, &options());
        let text = serde_json::to_string(&Saved::new(&[second], &observed, &options())).unwrap();
        let saved: Saved = serde_json::from_str(&text).unwrap();
        let (again, again_report) = saved.replay().unwrap();
        let mask = |plan: &Plan, report: &PlanReport| {
            let mut marks = view::marks(&[], &options().digest_key);
            shown(&plan.masked(&mut marks), &report.masked(&mut marks))
        };
        prop_assert_eq!(mask(&plan, &report), mask(&again, &again_report));
    }

    #[test]
    fn after_a_rollback_the_earlier_version_needs_nothing(first in desired("shop"), second in desired("shop")) {
        let mut world = World::running(std::slice::from_ref(&first), &options());
        let objects = |world: &World| world.objects.iter().map(|(id, object)| (id.clone(), [&object["spec"], &object["data"]].map(Clone::clone))).collect::<Vec<_>>();
        let before = objects(&world);
        let (plan, _, accepting) = decided(&world, &[second], ReleaseKind::Apply);
        let is_data_lost = plan.releases.iter().flat_map(|release| &release.steps).any(|step| step.effect == steading_plan::Effect::DataLoss);
        world.run(&plan, &accepting);
        let key = release_key(&first);
        let earlier = rollback(&key, &spec(&first), &payload(&world), 180).unwrap();
        let (back, report, accepting) = decided(&world, &[earlier], ReleaseKind::Rollback(1));
        prop_assert!(report.held_back.is_empty(), "{report:?}");
        world.run(&back, &accepting);
        let (again, _) = world.plan(&[first], &options());
        prop_assert_eq!(again.releases.len(), 0, "{:?}", again.releases);
        if !is_data_lost {
            // What is kept because it holds data may be there besides.
            let after = objects(&world);
            for object in before {
                prop_assert!(after.contains(&object), "{object:?} in {after:?}");
            }
        }
    }
}

fn spec(desired: &Desired) -> ReleaseSpec {
    ReleaseSpec {
        estate: desired.estate.clone(),
        application: desired.application.to_string(),
        environment: desired.environment.to_string(),
        number: 1,
        parent: None,
        kind: ReleaseKind::Apply,
        actor: "test".to_owned(),
        revision: None,
        image: desired.image.clone(),
        digest: String::new(),
        chunks: 1,
        created_at: "2026-11-21T08:00:00Z".to_owned(),
        group: None,
        former: None,
        successor: None,
    }
}

/// The record of the first release.
fn payload(world: &World) -> Payload {
    Payload {
        desired: world.recorded[&("prod-shop/shop".to_owned(), 1)].clone(),
        journal: Vec::new(),
    }
}
