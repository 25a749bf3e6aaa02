//! Applications that change together and need each other are released as one.

use std::collections::BTreeSet;

use serde_json::json;
use steading_model::Desired;
use steading_plan::{Plan, Reason};

use crate::example::{options, small};
use crate::world::World;

/// The names of the groups in which releases are made, each once.
fn groups(plan: &Plan) -> BTreeSet<Vec<&str>> {
    let of = |names: &[steading_plan::ReleaseKey]| names.len();
    plan.releases
        .iter()
        .filter(|release| of(&release.group) > 0)
        .map(|release| {
            let names = release.group.iter().map(|key| key.application.as_str());
            names.collect()
        })
        .collect()
}

fn changed(mut desired: Desired) -> Desired {
    for object in &mut desired.objects {
        object.json["data"]["a"] = json!("2");
    }
    desired
}

#[test]
fn applications_that_need_each_other_and_change_are_one() {
    let old = [
        small("web", &["api"]),
        small("api", &["database"]),
        small("database", &[]),
        small("wiki", &[]),
    ];
    let world = World::running(&old, &options());
    let (plan, report) = world.plan(&old.map(changed), &options());
    assert_eq!(report.not_done, []);
    assert_eq!(groups(&plan), [vec!["database", "api", "web"]].into());
}

#[test]
fn what_stays_as_it_is_ties_nobody_together() {
    let old = [
        small("web", &["api"]),
        small("api", &["database"]),
        small("database", &[]),
    ];
    let world = World::running(&old, &options());
    let [web, api, database] = old;
    let (plan, _) = world.plan(&[changed(web), api, changed(database)], &options());
    assert_eq!(groups(&plan), BTreeSet::new());
}

#[test]
fn what_is_released_for_the_first_time_stands_for_itself() {
    let desired = [small("web", &["database"]), small("database", &[])];
    let (plan, _) = World::default().plan(&desired, &options());
    assert_eq!(groups(&plan), BTreeSet::new());
}

#[test]
fn one_that_is_held_back_holds_back_its_group() {
    let old = [
        small("web", &["database"]),
        small("wiki", &["database"]),
        small("database", &[]),
        small("alone", &[]),
    ];
    let world = World::running(&old, &options());
    let new = old.map(changed);
    let (whole, _) = world.plan(&new, &options());
    let mut taken_back = world.clone();
    let web = whole
        .releases
        .iter()
        .find(|release| release.key.application == "web")
        .unwrap();
    let history = taken_back.observed.releases.get_mut(&web.key).unwrap();
    let why = "it did not get ready".to_owned();
    history.quarantined.insert(web.digest.clone(), why.clone());
    let (plan, report) = taken_back.plan(&new, &options());
    let made: Vec<&str> = plan
        .releases
        .iter()
        .map(|release| release.key.application.as_str())
        .collect();
    assert_eq!(made, ["alone"]);
    let reason = |name: &str| {
        let of = |note: &&steading_plan::NotDone| note.key.application == name;
        report.not_done.iter().find(of).unwrap().reason.clone()
    };
    assert_eq!(reason("web"), Reason::Quarantined(why));
    assert_eq!(reason("database"), Reason::Together(web.key.clone()));
    assert!(
        matches!(reason("wiki"), Reason::Together(_)),
        "{:?}",
        reason("wiki")
    );
}

#[test]
fn one_chosen_by_name_is_released_alone() {
    let old = [small("web", &["database"]), small("database", &[])];
    let world = World::running(&old, &options());
    let [_, database] = old;
    let (plan, report) = world.plan(&[changed(database)], &options());
    assert_eq!(report.not_done, []);
    assert_eq!(plan.releases[0].group, []);
}
