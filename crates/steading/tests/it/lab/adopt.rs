//! What somebody changed in the cluster becomes what the declaration says.

use serde_json::json;

use super::ground::ground;
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/shop:1.0";
const MORE: &str = "replicas: 2  # two, for the weekend
env: { COLOUR: red, DEPTH: 3, MODE: \"off\" }";

fn released(environment: &str) -> Place {
    let place = Place::new(environment);
    place.app("shop", IMAGE, MORE);
    place
        .home
        .write("applications/shop/shop.conf", "colour = red\n");
    place.run("apply --yes").code(0);
    place
}

fn patch(place: &Place, spec: &serde_json::Value) {
    let namespace = place.namespace("shop");
    let path =
        format!("/apis/apps/v1/namespaces/{namespace}/deployments/shop?fieldManager=somebody");
    ground().send("PATCH", &path, &json!({ "spec": spec }));
}

fn declaration(place: &Place) -> String {
    place.file("applications/shop/application.yaml")
}

/// The container as it is in the cluster.
fn live(place: &Place) -> serde_json::Value {
    let namespace = place.namespace("shop");
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/shop");
    let live = ground().get(&path).expect("it was applied");
    live["spec"]["template"]["spec"]["containers"][0].clone()
}

/// The container as it is, with other variables.
fn container(place: &Place, env: &serde_json::Value) -> serde_json::Value {
    let mut container = live(place);
    for (name, value) in env.as_object().expect("they are by name") {
        let all = container["env"]
            .as_array_mut()
            .expect("there are variables");
        let one = all
            .iter_mut()
            .find(|one| one["name"] == *name)
            .expect("it is declared");
        one["value"] = value.clone();
    }
    container
}

#[test]
fn adopted_values_are_written_where_they_come_from() {
    let place = released("adopted");
    let container = container(
        &place,
        &json!({ "COLOUR": "blue", "DEPTH": "4", "MODE": "on" }),
    );
    patch(
        &place,
        &json!({ "replicas": 5, "template": { "spec": { "containers": [container] } } }),
    );
    let before = declaration(&place);
    let shown = place.run("adopt shop").code(0);
    shown
        .out("+  replicas: 5  # two, for the weekend")
        .out("+  env: { COLOUR: blue, DEPTH: 4, MODE: \"on\" }")
        .out("spec.replicas (declaration)")
        .out("nothing is written yet: `--write` does it");
    assert_eq!(declaration(&place), before);
    place.run("adopt shop --write").code(0).out("written");
    let expected = before.replace("replicas: 2  #", "replicas: 5  #").replace(
        "COLOUR: red, DEPTH: 3, MODE: \"off\"",
        "COLOUR: blue, DEPTH: 4, MODE: \"on\"",
    );
    assert_eq!(declaration(&place), expected);
    place.run("drift").code(0).out("no drift");
    place.run("plan --detailed-exitcode").code(0);
    place
        .run("adopt shop")
        .code(0)
        .out("no drift: nothing to adopt");
}

#[test]
fn items_of_lists_come_go_and_change_where_they_are_written() {
    let place = Place::new("listed");
    let args = "args:
  - serve # the only command
  - --workers=2
  # where others reach it
  - --port=$(PORT)
command: [/bin/shop, -v]";
    place.app("shop", IMAGE, args);
    place.run("apply --yes").code(0);
    let mut container = live(&place);
    let port = container["args"][2].clone();
    container["args"] = json!(["serve", "--workers=4", port, "--quiet"]);
    container["command"] = json!(["/bin/shop"]);
    patch(
        &place,
        &json!({ "template": { "spec": { "containers": [container] } } }),
    );
    let before = declaration(&place);
    place
        .run("adopt shop --write")
        .code(0)
        .out("spec.args (declaration)");
    let expected = before
        .replace("--workers=2", "--workers=4")
        .replace("[/bin/shop, -v]", "[/bin/shop]")
        .replace("$(PORT)\n", "$(PORT)\n    - --quiet\n");
    assert_eq!(declaration(&place), expected);
    place.run("drift").code(0).out("no drift");
}

#[test]
fn a_default_of_the_estate_is_changed_there() {
    let place = Place::new("defaulted");
    let estate = format!(
        "{}  defaults: {{ spec: {{ replicas: 2 }} }} # for all\n",
        place.file("estate.yaml")
    );
    place.home.write("estate.yaml", &estate);
    place.app("shop", IMAGE, "");
    place.app("stall", IMAGE, "");
    place.run("apply --yes").code(0);
    patch(&place, &json!({ "replicas": 4 }));
    place
        .run("adopt shop --write")
        .code(0)
        .out("(estate default)")
        .out("this changes defaulted: shop, stall");
    assert_eq!(
        place.file("estate.yaml"),
        estate.replace("replicas: 2", "replicas: 4")
    );
}

#[test]
fn what_no_line_makes_is_said_and_nothing_is_written() {
    let place = released("strange");
    patch(
        &place,
        &json!({ "revisionHistoryLimit": 1, "template": { "metadata": { "annotations": { "steading.dev/x": "y" } } } }),
    );
    let namespace = place.namespace("shop");
    ground().send(
        "DELETE",
        &format!("/api/v1/namespaces/{namespace}/services/shop"),
        &json!(null),
    );
    let before = declaration(&place);
    place
        .run("adopt shop --write")
        .code(1)
        .out("Service strange-shop/shop: only fields can be adopted");
    assert_eq!(declaration(&place), before);
}
