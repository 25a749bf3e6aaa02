//! Plan, apply, history, rollback, status: the everyday life of an application.

use std::collections::BTreeSet;

use serde_json::Value;

use super::ground::ground;
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/shop:1.0";

/// Returns the versions of what is in a namespace, with its records.
fn versions(namespace: &str) -> BTreeSet<String> {
    let paths = [
        format!("/api/v1/namespaces/{namespace}"),
        format!("/api/v1/namespaces/{namespace}/services"),
        format!("/api/v1/namespaces/{namespace}/secrets"),
        format!("/apis/apps/v1/namespaces/{namespace}/deployments"),
        format!("/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies"),
        format!("/apis/steading.dev/v1/namespaces/{namespace}/releases"),
        format!("/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"),
    ];
    let mut versions = BTreeSet::new();
    for path in paths {
        let found = ground()
            .get(&path)
            .unwrap_or_else(|| panic!("{path} can be read"));
        let items = found["items"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![found.clone()]);
        versions.extend(items.iter().map(|item| {
            format!(
                "{path} {} {}",
                item["metadata"]["name"], item["metadata"]["resourceVersion"]
            )
        }));
    }
    versions
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .map(|object| object.keys().map(String::as_str).collect())
        .unwrap_or_default()
}

#[test]
fn what_was_applied_is_not_applied_again() {
    let place = Place::new("again");
    place.app("shop", IMAGE, "");
    let planned = place.run("plan --detailed-exitcode").code(3);
    planned
        .out("+ Deployment again-shop/shop")
        .out("1 release: ")
        .err(&format!("cluster `{}` at https://", ground().context()))
        .err("environment `again`");
    let applied = place.run("apply --yes").code(0);
    applied
        .out("again/shop: release 1 is complete")
        .err("Deployment again-shop/shop is ready");
    place
        .run("plan --detailed-exitcode")
        .code(0)
        .out("nothing to do");
    let before = versions("again-shop");
    place.run("apply --yes").code(0).out("nothing to do");
    assert_eq!(
        versions("again-shop"),
        before,
        "a second apply writes nothing"
    );
}

#[test]
fn every_answer_can_be_had_as_json() {
    let place = Place::new("json");
    place.app("shop", IMAGE, "");
    let plan = place.run("plan --output json").code(0).json();
    assert_eq!(keys(&plan), ["plan", "report"]);
    assert_eq!(keys(&plan["plan"]), ["releases", "unchanged"]);
    assert_eq!(plan["plan"]["releases"][0]["key"]["application"], "shop");
    let applied = place.run("apply --yes --output json").code(0).json();
    assert_eq!(
        keys(&applied[0]),
        [
            "application",
            "ended",
            "environment",
            "namespace",
            "release",
            "why"
        ]
    );
    assert_eq!(applied[0]["ended"], "complete");
    assert_eq!(
        place.run("apply --yes --output json").code(0).json(),
        Value::Array(Vec::new()),
        "nothing was released"
    );
    let status = place.run("status --output json").code(0).json();
    assert_eq!(
        (&status[0]["key"]["application"], &status[0]["release"]),
        (&"shop".into(), &1.into())
    );
    let history = place.run("history shop --output json").code(0).json();
    assert_eq!(
        keys(&history[0]),
        [
            "actor",
            "created_at",
            "image",
            "kind",
            "message",
            "number",
            "phase",
            "quarantined",
            "revision"
        ]
    );
    assert_eq!(
        (
            &history[0]["actor"],
            &history[0]["image"],
            &history[0]["phase"]
        ),
        (&"alice".into(), &IMAGE.into(), &"Complete".into())
    );
    let why = place.run("why shop --output json").code(0).json();
    assert_eq!(
        keys(&why[0]),
        ["blockers", "health", "id", "managers", "owner", "release"]
    );
    let rbac = place.run("rbac shop --output json").code(0).json();
    let kinds: Vec<&Value> = rbac["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["kind"])
        .collect();
    assert_eq!(kinds, ["ServiceAccount", "Role", "RoleBinding"]);
}

#[test]
fn a_plan_can_be_shown_on_a_pull_request_and_made_again_from_a_file() {
    let place = Place::new("paper");
    place.app("shop", IMAGE, "env: { COLOUR: red }");
    place.run("apply --yes").code(0);
    place.app("shop", "ghcr.io/example/shop:1.1", "env: { COLOUR: blue }");
    let markdown = place.run("plan --output markdown").code(0);
    markdown
        .out("### Steading plan\n")
        .out("```diff\n! Deployment paper-shop/shop  (restart)\n")
        .out("(1 change, restart)")
        .out("\"red\" → \"blue\"");
    let planned = place.run("plan --save plan.json").code(0);
    planned.err("steading plan --replay plan.json");
    let again = place.run_plain("plan --replay plan.json").code(0);
    assert_eq!(again.out, planned.out);
    assert_eq!(again.err, "", "no cluster is asked");
    place.home.write("plan.json", "{}");
    place
        .run_plain("plan --replay plan.json")
        .code(1)
        .err("`plan.json` is not a saved plan of this version");
    place
        .run_plain("plan --replay nowhere.json")
        .code(1)
        .err("cannot read `nowhere.json`");
}

#[test]
fn an_earlier_release_comes_back() {
    let place = Place::new("back");
    for version in ["1.0", "1.1", "1.2"] {
        place.app("shop", &format!("ghcr.io/example/shop:{version}"), "");
        place.run("apply --yes").code(0);
    }
    place
        .run("rollback shop")
        .code(2)
        .err("nobody is there to be asked");
    let back = place.run("rollback shop --yes").code(0);
    back.out("release 4, back to 2")
        .out("back/shop: release 4 is complete");
    assert_eq!(image("back-shop"), "ghcr.io/example/shop:1.1");
    let history = place.run("history shop").code(0);
    history.out("rollback to 2").out("alice");
    let held = place.run("apply --yes").code(1);
    held.out("this version was taken back before")
        .out("steading release allow shop --env back")
        .out("1 application is held back")
        .lacks("nothing to do");
    place
        .run("rollback shop --to 9 --yes")
        .code(1)
        .err("has no complete release 9")
        .err("complete releases: 4, 3, 2, 1");
    place.run("rollback shop --to 1 --yes").code(0);
    assert_eq!(image("back-shop"), "ghcr.io/example/shop:1.0");
    place
        .run("release allow shop --number 2")
        .code(1)
        .err("the version of release 2 of back/shop is not in quarantine");
    place
        .run("release allow shop --number 3")
        .code(0)
        .out("back/shop: the version of release 3 may be released again; it was in quarantine: rolled back by `alice` in release 4");
    place
        .run("release allow shop")
        .code(0)
        .out("release 4 may be released again");
    place
        .run("release allow shop")
        .code(1)
        .err("no version of back/shop is in quarantine");
    let history = place.run("history shop").code(0);
    history.out("allowed again by `alice`: rolled back by `alice` in release 4");
    let again = place.run("apply --yes").code(0);
    again.out("release 6 is complete");
    assert_eq!(image("back-shop"), "ghcr.io/example/shop:1.2");
}

#[test]
fn an_image_does_not_go_back_by_itself() {
    let place = Place::new("down");
    place.app("shop", "ghcr.io/example/shop:1.1", "");
    place.run("apply --yes").code(0);
    place.app("shop", IMAGE, "");
    place
        .run("apply --yes")
        .code(1)
        .out("the image would go back")
        .out("--accept downgrade");
    place.run("apply --yes --accept downgrade").code(0);
    assert_eq!(image("down-shop"), IMAGE);
}

fn image(namespace: &str) -> String {
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/shop");
    let deployment = ground().get(&path).expect("the deployment is there");
    deployment["spec"]["template"]["spec"]["containers"][0]["image"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn what_is_not_known_is_named() {
    let place = Place::new("names");
    place.app("shop", IMAGE, "");
    place.run("plan shpo").code(2).err("`shop`");
    place.run_plain("plan --env nmes").code(2).err("`names`");
    place
        .run("history shop")
        .code(0)
        .err("names/shop has no releases");
    place
        .run("why shop")
        .code(1)
        .err("names/shop was not released yet")
        .err("steading apply shop --env names");
    place
        .run("rollback shop --yes")
        .code(1)
        .err("names/shop has no releases");
    for command in ["resume", "revert"] {
        let nothing = place.run(&format!("{command} shop")).code(1);
        nothing.err("no release of names/shop is open");
    }
    place.run("apply --yes").code(0);
    for command in ["resume", "revert"] {
        place
            .run(&format!("{command} shop"))
            .code(1)
            .err("no release of names/shop is open")
            .err("steading history shop --env names");
    }
    place
        .run("rollback shop --yes")
        .code(1)
        .err("has no release before the current one");
    place
        .run("why shop Service/shpo")
        .code(1)
        .err("it has: ")
        .err("Service/shop");
}
