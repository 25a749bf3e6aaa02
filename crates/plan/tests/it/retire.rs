//! Taking an application away, and what keeps files and clusters that are not as they should be from reading as that.

use std::collections::BTreeMap;

use serde_json::json;
use steading_model::Desired;
use steading_plan::{
    Action, Budget, Options, PlanReport, Reason, ReleaseKind, Retirement, release_key, retire,
    retired,
};

use crate::example::{application, id, options, shop, small};
use crate::world::World;

fn reasons(report: &PlanReport) -> Vec<Reason> {
    let reasons = report.not_done.iter().map(|one| one.reason.clone());
    reasons.collect()
}

fn retiring() -> Options {
    Options {
        kind: ReleaseKind::Retire,
        // A retirement names what goes: no budget is asked.
        budget: Budget {
            objects: 0,
            percent: 0,
            accepted: 0,
        },
        ..options()
    }
}

fn left_of(world: &World, desired: &Desired) -> Desired {
    let claim = id("", "PersistentVolumeClaim", "data");
    let retirement = Retirement {
        on: "2026-11-21".to_owned(),
        until: "2026-12-21".to_owned(),
        volumes: BTreeMap::from([(claim, "volume pvc-1 stays".to_owned())]),
    };
    retire(desired, &world.observe(&options()), &retirement)
}

/// A cluster in which `shop` was retired.
fn after() -> World {
    let mut world = World::running(&[shop()], &options());
    let left = left_of(&world, &shop());
    let (plan, _) = world.plan(&[left], &retiring());
    world.run(&plan, &retiring());
    world
}

#[test]
fn what_holds_data_stays_marked_and_all_else_goes() {
    let world = World::running(&[shop()], &options());
    let left = left_of(&world, &shop());
    let names: Vec<String> = left.objects.iter().map(|one| one.id.to_string()).collect();
    assert_eq!(
        names,
        [
            "PersistentVolumeClaim prod-shop/data",
            "Secret prod-shop/made"
        ]
    );
    let annotations = &left.objects[0].json["metadata"]["annotations"];
    assert_eq!(
        *annotations,
        json!({
            "steading.dev/data": "sensitive", "steading.dev/retired": "2026-11-21", "steading.dev/keep-until": "2026-12-21",
            "steading.dev/reclaim": "volume pvc-1 stays",
        })
    );
    let (plan, report) = world.plan(&[left], &retiring());
    let deletes = plan.releases[0].steps.iter();
    let deletes: Vec<&str> = deletes
        .filter(|step| step.action == Action::Delete)
        .map(|step| step.id.kind.kind.as_str())
        .collect();
    assert_eq!(deletes[0], "IngressRoute", "{deletes:?}");
    assert_eq!(deletes.len(), 8, "{deletes:?}");
    let why = "it holds `PersistentVolumeClaim prod-shop/data`, which is kept";
    assert_eq!(reasons(&report), [Reason::Kept(why.to_owned())]);
}

#[test]
fn what_is_gone_is_not_made_again_to_be_kept() {
    let mut world = World::running(&[shop()], &options());
    world
        .objects
        .remove(&id("", "PersistentVolumeClaim", "data"));
    let left = left_of(&world, &shop());
    assert_eq!(left.objects.len(), 1);
    assert_eq!(left.objects[0].id.kind.kind, "Secret");
}

#[test]
fn a_database_sleeps_until_it_is_deleted() {
    let cluster = json!({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster",
        "metadata": {"name": "db", "annotations": {"steading.dev/data": "sensitive"}}, "spec": {"instances": 1}});
    let app = application("shop", "prod-shop", vec![cluster]);
    let world = World::running(std::slice::from_ref(&app), &options());
    let left = left_of(&world, &app);
    let annotations = &left.objects[0].json["metadata"]["annotations"];
    assert_eq!(annotations["cnpg.io/hibernation"], "on");
}

#[test]
fn a_declaration_that_is_still_there_does_not_bring_it_back() {
    let world = after();
    let (plan, report) = world.plan(&[shop()], &options());
    assert_eq!(
        (plan.releases.len(), reasons(&report)),
        (0, vec![Reason::Retired])
    );
    let accepting = |name: &str| Options {
        accept: [name.to_owned()].into(),
        ..options()
    };
    let (plan, _) = world.plan(&[shop()], &accepting("Application/other"));
    assert!(plan.releases.is_empty());
    let (plan, report) = world.plan(&[shop()], &accepting("application/shop"));
    assert_eq!(reasons(&report), []);
    assert_eq!(plan.releases.len(), 1);
}

#[test]
fn the_end_of_a_period_is_said_and_deletes_nothing() {
    let world = after();
    let gone = retired(&[], &world.observe(&options()), "homestead");
    for (today, is_over) in [("", false), ("2026-12-21", false), ("2026-12-22", true)] {
        let dated = Options {
            today: today.to_owned(),
            ..options()
        };
        let (plan, report) = world.plan(&gone, &dated);
        assert!(plan.releases.is_empty(), "{today}");
        let day = "2026-12-21".to_owned();
        let expected = if is_over {
            Reason::PeriodOver(day)
        } else {
            Reason::KeptUntil(day)
        };
        let said = reasons(&report).into_iter().filter(|one| *one == expected);
        assert_eq!(said.count(), 2, "{today}: {report:?}");
    }
}

#[test]
fn environments_that_the_estate_has_no_more_are_named_and_left() {
    let world = World::running(&[shop(), small("a", &[])], &options());
    let knowing = |names: &[&str]| Options {
        environments: names.iter().map(|name| (*name).to_owned()).collect(),
        today: "2027-01-01".to_owned(),
        ..options()
    };
    for (names, expected) in [
        (&[][..], vec![]),
        (&["prod"], vec![]),
        (
            &["staging"],
            vec![Reason::NoEnvironment(1), Reason::NoEnvironment(11)],
        ),
    ] {
        let (plan, report) = world.plan(&[], &knowing(names));
        assert_eq!(plan.releases.len(), 0);
        assert_eq!(reasons(&report), expected, "{names:?}");
    }
    let over = Reason::PeriodOver("2026-12-21".to_owned());
    let (_, report) = after().plan(&[], &knowing(&["staging"]));
    assert_eq!(reasons(&report), [over.clone(), over]);
}

#[test]
fn lists_that_come_back_empty_delete_nothing() {
    let world = World::running(&[shop(), small("a", &[])], &options());
    let generous = Options {
        budget: Budget {
            objects: 100,
            percent: 100,
            accepted: 0,
        },
        ..options()
    };
    // Something between us and the server leaves out what may not be seen, instead of saying so: objects, or the records of releases.
    let mut without_objects = world.observe(&options());
    without_objects.objects.clear();
    let mut without_releases = world.observe(&options());
    without_releases.releases.clear();
    for observed in [without_objects, without_releases] {
        let mut desired = vec![small("a", &[])];
        desired.extend(retired(&desired, &observed, "homestead"));
        let (plan, _) = steading_plan::plan(&desired, &observed, &generous);
        let mut steps = plan.releases.iter().flat_map(|release| &release.steps);
        assert!(steps.all(|step| step.action != Action::Delete));
    }
}

#[test]
fn jobs_of_a_release_are_no_deletions() {
    let job = |name: &str| {
        json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name, "annotations": {"steading.dev/phase": "migrate"}},
            "spec": {"template": {"spec": {"containers": [{"name": "a", "image": "a:1"}]}}}})
    };
    let map = |name: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}});
    let before = application(
        "shop",
        "prod-shop",
        vec![job("migrate-1"), map("a"), map("b")],
    );
    let now = application("shop", "prod-shop", vec![job("migrate-2"), map("a")]);
    let world = World::running(&[before], &options());
    let strict = |objects| Options {
        budget: Budget {
            objects,
            percent: 0,
            accepted: 0,
        },
        ..options()
    };
    let (plan, report) = world.plan(std::slice::from_ref(&now), &strict(1));
    assert!(report.over_budget.is_none());
    let steps = plan.releases[0].steps.iter();
    assert_eq!(
        steps.filter(|step| step.action == Action::Delete).count(),
        2
    );
    let (_, report) = world.plan(std::slice::from_ref(&now), &strict(0));
    let over = report.over_budget.unwrap();
    assert_eq!(over.deletes, [(release_key(&now), 1)]);
}
