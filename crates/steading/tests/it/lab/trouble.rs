//! Versions that do not work: they are put back, named, and not tried again by themselves.

use steading_lab::{Fault, FaultRule, Target};

use super::ground::ground;
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/shop:1.0";

#[test]
fn a_broken_version_is_put_back_and_remembered() {
    let place = Place::new("unwell");
    place.app("shop", IMAGE, "env: { COLOUR: red }");
    place.run("apply --yes").code(0);
    place.app(
        "shop",
        "ghcr.io/example/shop:1.1-lab-crash",
        "env: { COLOUR: blue }",
    );
    let broken = place.run("apply --yes --wait 8s").code(1);
    broken
        .out("release 2 failed, and everything was put back")
        .out("Deployment unwell-shop/shop")
        .out("CrashLoopBackOff");
    broken.err("✗ unwell/shop: everything is put back");
    place.run("status").code(0).out(IMAGE).out("ready");
    place
        .run("history shop")
        .code(0)
        .out("Reverted")
        .out("CrashLoopBackOff");
    place
        .run("apply --yes")
        .code(1)
        .out("this version was taken back before");
    place.app("shop", "ghcr.io/example/shop:1.2", "env: { COLOUR: blue }");
    place
        .run("apply --yes")
        .code(0)
        .out("release 3 is complete");
}

#[test]
fn a_first_version_that_is_broken_leaves_nothing() {
    let place = Place::new("stillborn");
    place.app("shop", "ghcr.io/example/shop:1.1-lab-unpullable", "");
    let broken = place.run("apply --yes --wait 5s --output json").code(1);
    let outcome = &broken.json()[0];
    assert_eq!(outcome["ended"], "reverted");
    let why = outcome["why"].as_str().unwrap();
    assert!(
        why.contains("ErrImagePull") || why.contains("ImagePullBackOff"),
        "{why}"
    );
    let left = ground()
        .get("/apis/apps/v1/namespaces/stillborn-shop/deployments")
        .map(|list| list["items"].clone());
    assert_eq!(left.unwrap_or_default().as_array().map_or(0, Vec::len), 0);
}

#[test]
fn what_broke_later_is_named() {
    let place = Place::new("later");
    place.app("shop", IMAGE, "secrets: { generate: [TOKEN] }");
    place.run("apply --yes").code(0);
    let target = Target::App {
        namespace: "later-shop".into(),
        name: "shop".into(),
    };
    let secret = ground().get("/api/v1/namespaces/later-shop/secrets/shop-generated");
    let secret = secret.unwrap()["data"]["TOKEN"]
        .as_str()
        .unwrap()
        .to_owned();
    let rule = FaultRule {
        log: Some(format!("starting\nnobody knows {secret}\n\n")),
        ..FaultRule::new(target, Fault::Crash)
    };
    ground().wait(ground().lab().fault(rule)).unwrap();
    let pods = "/api/v1/namespaces/later-shop/pods";
    ground().send("DELETE", pods, &serde_json::Value::Null);
    let broken = (0..50)
        .map(|_| place.run("status"))
        .find(|ran| ran.out.contains("CrashLoopBackOff"));
    let broken = broken.expect("the status must show it").code(1);
    broken.out("not ready");
    let why = place.run("why shop").code(1);
    why.out("Deployment later-shop/shop")
        .out("CrashLoopBackOff")
        .out("its last line: nobody knows •••")
        .out("belongs to later/shop")
        .out("current release 1 by `alice`");
    place
        .run("why shop Service/shop")
        .out("Service later-shop/shop");
    place
        .run("status shop")
        .code(1)
        .out("CrashLoopBackOff")
        .out("NetworkPolicy later-shop/default-deny");
}
