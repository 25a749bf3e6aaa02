//! What stands in the way: other owners, other managers, quotas. Nothing is half done.

use serde_json::{Value, json};

use super::ground::{ground, until};
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/shop:1.0";

fn exists(path: &str) -> bool {
    ground().get(path).is_some()
}

#[test]
fn an_object_of_somebody_else_is_left_alone_until_adopted() {
    let place = Place::new("foreign");
    place.app("shop", IMAGE, "");
    ground().apply(&[
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "foreign-shop" } }),
        json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "shop", "namespace": "foreign-shop" }, "spec": { "selector": { "app": "else" }, "ports": [{ "name": "old", "port": 8080 }] } }),
    ]);
    let planned = place.run("plan").code(1);
    planned
        .out("Service foreign-shop/shop: exists already and is not ours: made by `steading-lab`")
        .out("--adopt Service/shop")
        .out("--adopt Namespace/foreign-shop");
    place.run("apply --yes").code(1).lacks("nothing to do");
    assert!(
        !exists("/apis/apps/v1/namespaces/foreign-shop/deployments/shop"),
        "nothing is half done"
    );
    let adopt = "--adopt Namespace/foreign-shop --adopt Service/shop";
    place
        .run(&format!("apply --yes {adopt}"))
        .code(0)
        .out("foreign/shop: release 1 is complete");
    place.run("plan --detailed-exitcode").code(0);
    let service = ground()
        .get("/api/v1/namespaces/foreign-shop/services/shop")
        .unwrap();
    assert_ne!(
        service["spec"]["selector"]["app"], "else",
        "it is as declared: {service}"
    );
}

#[test]
fn a_field_of_somebody_else_is_not_taken() {
    let place = Place::new("fields");
    let config = |more: &str| {
        format!(
            "raw:\n  - {{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: settings }}, data: {{ ours: a{more} }} }}"
        )
    };
    place.app("shop", IMAGE, &config(""));
    place.run("apply --yes").code(0);
    let path = "/api/v1/namespaces/fields-shop/configmaps/settings";
    ground().take_over(path, &json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "settings" }, "data": { "theirs": "b" } }));
    place
        .run("plan --detailed-exitcode")
        .code(0)
        .out("nothing to do");
    place.app("shop", IMAGE, &config(", theirs: c"));
    let held = place.run("apply --yes").code(1);
    held.out("`data.theirs` belongs to someone else: set by `stranger`")
        .out("--adopt ConfigMap/");
    assert_eq!(ground().get(path).unwrap()["data"]["theirs"], "b");
    place
        .run("apply --yes --adopt ConfigMap/fields-shop/settings")
        .code(0);
    assert_eq!(ground().get(path).unwrap()["data"]["theirs"], "c");
}

#[test]
fn what_somebody_changed_by_hand_is_shown_and_taken_back() {
    let place = Place::new("drifted");
    place.app("shop", IMAGE, "env: { COLOUR: red }");
    place.run("apply --yes").code(0);
    let path = "/apis/apps/v1/namespaces/drifted-shop/deployments/shop";
    let container = json!({ "name": "shop", "env": [{ "name": "COLOUR", "value": "blue" }] });
    ground().take_over(
        path,
        &json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "shop" }, "spec": { "template": { "spec": { "containers": [container] } } } }),
    );
    place
        .run("plan")
        .code(0)
        .out("\"blue\" → \"red\"  (changed by `stranger` at ");
    place.run("apply --yes").code(0);
    place.run("plan --detailed-exitcode").code(0);
}

#[test]
fn two_applications_cannot_have_one_object() {
    let one = Place::new("mine");
    let class = "raw:\n  - { apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: contested }, value: 7 }";
    one.app("shop", IMAGE, class);
    one.run("apply --yes").code(0);
    let other = Place::new("yours");
    other.app("bank", "ghcr.io/example/bank:1.0", class);
    let held = other.run("apply --yes").code(1);
    held.out("PriorityClass contested: exists already and is not ours: made by `mine/shop`")
        .out("take it out there first, or rename yours");
    assert!(!exists(
        "/apis/apps/v1/namespaces/yours-bank/deployments/bank"
    ));
    other
        .run("apply --yes --adopt PriorityClass/contested")
        .code(0);
    one.run("plan")
        .code(1)
        .out("PriorityClass contested: exists already and is not ours: made by `yours/bank`");
    other.app("shop", IMAGE, class);
    other
        .run("plan")
        .code(1)
        .err("PriorityClass")
        .err("contested")
        .lacks("cluster `");
}

#[test]
fn what_does_not_fit_is_not_begun() {
    let place = Place::new("large");
    place.app("shop", IMAGE, "availability: { replicas: 30 }");
    place
        .run("apply --yes")
        .code(1)
        .err("the pods need 30 of `pods` during a release, but the quota is 20")
        .err("set `quota.pods`");
    place.app(
        "shop",
        IMAGE,
        "resources: { cpu: 900m, memory: 1Ti }\nquota: { memory: 2Ti, why: a test }",
    );
    place.run("apply --yes").code(1);
    assert!(
        !exists("/api/v1/namespaces/large-shop"),
        "nothing was touched"
    );
}

#[test]
fn pods_that_cannot_share_a_node_are_counted_before_anything_is_begun() {
    let place = Place::new("apart");
    place.app(
        "shop",
        IMAGE,
        "availability: { replicas: 5 }\nsecurity: { hostNetwork: a test }",
    );
    place
        .run("apply --yes")
        .code(1)
        .out("port 8080/TCP of a node can be taken once: 5 pods at a time")
        .out("need as many nodes, and 2 fit");
    assert!(
        !exists("/api/v1/namespaces/apart-shop"),
        "nothing was touched"
    );
}

#[test]
fn a_quota_of_the_operator_is_named() {
    let place = Place::new("full");
    place.app("shop", IMAGE, "");
    place.run("apply --yes").code(0);
    let quota = json!({ "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "tight", "namespace": "full-shop" }, "spec": { "hard": { "pods": "1" } } });
    ground().apply(&[quota]);
    // Until it is counted, it is not in force.
    let path = "/api/v1/namespaces/full-shop/resourcequotas/tight";
    until("the quota is counted", || {
        let quota = ground().get(path)?;
        quota["status"]["used"].is_object().then_some(quota)
    });
    place.app("shop", "ghcr.io/example/shop:1.1", "");
    let full = place.run("apply --yes --wait 8s").code(1);
    full.out("tight");
    let path = "/apis/apps/v1/namespaces/full-shop/deployments/shop";
    let image =
        |object: Value| object["spec"]["template"]["spec"]["containers"][0]["image"].clone();
    assert_eq!(image(ground().get(path).unwrap()), IMAGE);
}

#[test]
fn a_kind_that_the_cluster_does_not_know_is_named() {
    let place = Place::new("unserved");
    place.app(
        "shop",
        IMAGE,
        "raw:\n  - { apiVersion: example.org/v1, kind: Gadget, metadata: { name: one }, spec: {} }",
    );
    let held = place.run("apply --yes").code(1);
    held.out("Gadget")
        .out("the cluster does not know this kind")
        .out("custom resource definition");
}

#[test]
fn what_the_server_refuses_is_said_before_anything_is_begun() {
    let place = Place::new("refused");
    place.app("shop", IMAGE, "");
    place.run("apply --yes").code(0);
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": { "name": "refused" },
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": { "resourceRules": [{ "apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["deployments"] }] },
            "validations": [{ "expression": "object.metadata.namespace != 'refused-shop'", "message": "the house does not want this" }],
        },
    });
    let binding = json!({ "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": { "name": "refused" }, "spec": { "policyName": "refused", "validationActions": ["Deny"] } });
    ground().apply(&[policy, binding]);
    place.app("shop", "ghcr.io/example/shop:1.1", "");
    let held = (0..40)
        .map(|_| place.run("plan"))
        .find(|ran| ran.out.contains("the API server refuses it"));
    held.expect("the policy must act")
        .code(1)
        .out("the house does not want this");
    place
        .run("apply --yes")
        .code(1)
        .out("the house does not want this");
    ground().send(
        "DELETE",
        "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/refused",
        &Value::Null,
    );
}
