//! What is not as it was released: found, named with its author, watched, and put back.

use serde_json::{Value, json};

use super::ground::ground;
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/shop:1.0";

fn deployment(place: &Place) -> String {
    let namespace = place.namespace("shop");
    format!("/apis/apps/v1/namespaces/{namespace}/deployments/shop")
}

fn service(place: &Place) -> String {
    let namespace = place.namespace("shop");
    format!("/api/v1/namespaces/{namespace}/services/shop")
}

/// A released shop with two replicas.
fn released(environment: &str) -> Place {
    let place = Place::new(environment);
    place.app("shop", IMAGE, "replicas: 2\nenv: { COLOUR: red }");
    place.run("apply --yes").code(0);
    place
}

fn scale(place: &Place, replicas: u32) {
    let path = format!("{}?fieldManager=somebody", deployment(place));
    ground().send("PATCH", &path, &json!({ "spec": { "replicas": replicas } }));
}

#[test]
fn drift_names_the_field_both_values_and_its_author() {
    let place = released("adrift");
    place
        .run("drift")
        .code(0)
        .out("no drift: 1 application as released");
    scale(&place, 5);
    ground().send("DELETE", &service(&place), &Value::Null);
    let drift = place.run("drift").code(1);
    drift
        .out("adrift/shop: not as release 1 made it")
        .out("~ spec.replicas: 2 → 5  (changed by `somebody` at 20")
        .out("- Service adrift-shop/shop  is not there");
    let rows = place.run("drift shop --output json").code(1).json();
    let changed = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["what"] == "changed");
    let changed = changed.expect("a field changed");
    assert_eq!(
        [&changed["released"], &changed["live"], &changed["manager"]],
        [&json!(2), &json!(5), &json!("somebody")]
    );
    place
        .run("drift --revert --yes")
        .code(0)
        .out("release 2 is complete");
    place.run("drift").code(0).out("no drift");
    assert_eq!(
        ground().get(&deployment(&place)).unwrap()["spec"]["replicas"],
        2
    );
    place.run("plan --detailed-exitcode").code(0);
}

#[test]
fn an_edited_declaration_has_not_drifted() {
    let place = released("edited");
    place.app("shop", IMAGE, "replicas: 3\nenv: { COLOUR: blue }");
    place.run("plan --detailed-exitcode").code(3);
    place.run("drift").code(0).out("no drift");
}

#[test]
fn drift_is_said_while_it_happens() {
    let place = released("watched");
    let mut watch = place.start("drift --watch");
    watch.until("watching 1 application");
    scale(&place, 4);
    watch.until("spec.replicas: 2 → 4  (changed by `somebody`");
    scale(&place, 2);
    watch.until("watched/shop: as released again");
    // A release is no drift, neither under way nor afterwards.
    place.app(
        "shop",
        "ghcr.io/example/shop:1.1",
        "replicas: 3\nenv: { COLOUR: blue }",
    );
    place.run("apply --yes").code(0);
    scale(&place, 6);
    watch.until("spec.replicas: 3 → 6");
    scale(&place, 3);
    scale(&place, 7);
    watch.until("changed 3 times by now");
    watch.signal("INT");
    let said = place.end(watch);
    said.lacks("2 → 3").lacks("COLOUR").lacks("1.0");
}
