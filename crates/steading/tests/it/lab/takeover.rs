//! What others made becomes an application's, as it is: real Helm, real kubectl.

use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::ground::ground;
use super::peers::{helm, kubectl, start_helm};
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/shop:1.0";
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// An application that has everything that [`workload`] makes but `OLD`.
fn place(environment: &str) -> Place {
    let place = Place::new(environment);
    place.app("shop", IMAGE, "replicas: 2\nenv: { COLOUR: red }");
    place
}

/// A Deployment and a Service as people write them, with the selector that the declaration has too.
fn workload(environment: &str, image: &str) -> String {
    let labels = format!(
        "{{ app.kubernetes.io/name: shop, app.kubernetes.io/instance: {environment}-shop, app.kubernetes.io/component: shop }}"
    );
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{ name: shop, labels: {{ team: shop, app.kubernetes.io/managed-by: Helm }} }}
spec:
  replicas: 2
  selector: {{ matchLabels: {labels} }}
  template:
    metadata: {{ labels: {labels} }}
    spec:
      containers:
        - name: shop
          image: {image}
          ports: [{{ name: http, containerPort: 8080 }}]
          env: [{{ name: COLOUR, value: red }}, {{ name: OLD, value: a }}]
---
apiVersion: v1
kind: Service
metadata: {{ name: shop, labels: {{ team: shop }} }}
spec:
  selector: {labels}
  ports: [{{ name: http, port: 80, targetPort: 8080 }}]
"
    )
}

/// Writes a chart with the workload, and a `ConfigMap` that no declaration makes.
fn chart(place: &Place, image: &str) {
    let workload = workload(&place.environment, image);
    let extra = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: extra }\ndata: { a: b }\n";
    let home = &place.home;
    home.write(
        "chart/Chart.yaml",
        "apiVersion: v2\nname: shop\nversion: 1.2.3\n",
    );
    home.write("chart/templates/all.yaml", format!("{workload}{extra}"));
}

fn live(place: &Place, path: &str) -> Value {
    let path = path.replace("NS", &place.namespace("shop"));
    ground()
        .get(&path)
        .unwrap_or_else(|| panic!("{path} is not there"))
}

fn deployment(place: &Place) -> Value {
    live(place, "/apis/apps/v1/namespaces/NS/deployments/shop")
}

fn service(place: &Place) -> Value {
    live(place, "/api/v1/namespaces/NS/services/shop")
}

/// Returns the UIDs of the pods, once there are two.
fn pods(place: &Place) -> Vec<Value> {
    for _ in 0..400 {
        let list = live(place, "/api/v1/namespaces/NS/pods");
        let pods = list["items"].as_array().expect("it is a list").iter();
        let mut uids: Vec<Value> = pods.map(|pod| pod["metadata"]["uid"].clone()).collect();
        if uids.len() == 2 {
            uids.sort_by_key(Value::to_string);
            return uids;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("there are never two pods");
}

/// Returns those who own fields of an object, subresources aside.
fn owners(object: &Value) -> Vec<String> {
    let entries = object["metadata"]["managedFields"]
        .as_array()
        .expect("somebody wrote it");
    let entries = entries
        .iter()
        .filter(|entry| entry.get("subresource").is_none());
    let names = entries.map(|entry| format!("{} {}", entry["manager"], entry["operation"]));
    names.map(|name| name.replace('"', "")).collect()
}

/// Takes over what is there, and makes sure that nothing restarts and only ownership changes.
fn taken_over(place: &Place, from: &str) {
    let (before, pods_before) = (deployment(place), pods(place));
    place
        .run(&format!("adopt shop --from {from}"))
        .code(0)
        .out("nothing is taken over yet");
    assert_eq!(owners(&deployment(place)), owners(&before));
    let taken = place
        .run(&format!("adopt shop --from {from} --write --yes"))
        .code(0);
    taken.out("release 1 is complete");
    assert_eq!(deployment(place)["spec"], before["spec"]);
    assert_eq!(pods(place), pods_before);
    for object in [deployment(place), service(place)] {
        assert_eq!(owners(&object), ["steading Apply"], "{}", object["kind"]);
        let metadata = object["metadata"].to_string();
        assert!(
            !metadata.contains(LAST_APPLIED) && !metadata.contains("meta.helm.sh"),
            "{metadata}"
        );
        assert_eq!(
            object["metadata"]["labels"]["app.kubernetes.io/managed-by"],
            "steading"
        );
    }
    place.run("drift shop").code(0);
    place.run("history shop").code(0).out("takeover");
    place
        .run(&format!("adopt shop --from {from}"))
        .code(0)
        .out("nothing to take over");
}

/// Makes sure that the next release is as planned: what the former owner set goes, what it did not set does not come up.
fn next_release(place: &Place) {
    let planned = place.run("plan shop").code(0);
    planned
        .out("containers[shop].env[OLD]")
        .out("- metadata.labels.team")
        .lacks("terminationMessagePath")
        .lacks("finalizers")
        .lacks("belongs to");
    place
        .run("apply shop --yes")
        .code(0)
        .out("release 2 is complete");
    let env = deployment(place)["spec"]["template"]["spec"]["containers"][0]["env"].to_string();
    assert!(!env.contains("OLD"), "{env}");
    place.run("plan shop --detailed-exitcode").code(0);
}

fn from_helm(environment: &str, how: &str, kept_in: &str) {
    let place = place(environment);
    chart(&place, IMAGE);
    let namespace = place.namespace("shop");
    let install = format!("install web chart -n {namespace} --create-namespace {how}");
    helm(&install, kept_in, &place.home);
    pods(&place);
    let shown = place.run("adopt shop --from helm").code(0);
    shown
        .out(&format!("✓ Deployment {namespace}/shop"))
        .out("goes: annotation `meta.helm.sh/release-name`")
        .out(&format!(
            "Helm's release `{namespace}/web` (shop 1.2.3, revision 1, deployed) has 3 objects"
        ))
        .out(&format!(
            "ConfigMap {namespace}/extra: left alone, the declaration does not make it"
        ))
        .out("restart");
    taken_over(&place, "helm");
    let removal = format!("delete {kept_in} -n {namespace} -l owner=helm,name=web");
    assert!(
        place
            .transcript()
            .contains(&format!("  kubectl {removal}\n")),
        "{}",
        place.transcript()
    );
    kubectl(&removal, &place.home);
    assert_eq!(
        helm(
            &format!("list -n {namespace} --short"),
            kept_in,
            &place.home
        ),
        ""
    );
    assert!(live(&place, "/api/v1/namespaces/NS/configmaps/extra")["data"]["a"] == "b");
    next_release(&place);
}

#[test]
fn what_helm_applied_is_taken_over_and_its_record_can_go() {
    from_helm("helmed", "", "secret");
}

#[test]
fn what_helm_wrote_as_it_used_to_is_taken_over_without_the_defaults() {
    from_helm("helmed-once", "--server-side=false", "secret");
}

#[test]
fn what_helm_remembers_in_config_maps_is_found_too() {
    from_helm("helmed-openly", "", "configmap");
}

fn from_kubectl(environment: &str, how: &str) {
    let place = place(environment);
    let namespace = place.namespace("shop");
    place.home.write("all.yaml", workload(environment, IMAGE));
    kubectl(&format!("create namespace {namespace}"), &place.home);
    kubectl(
        &format!("apply -n {namespace} -f all.yaml {how}"),
        &place.home,
    );
    kubectl(
        &format!("annotate -n {namespace} deployment shop by=hand"),
        &place.home,
    );
    taken_over(&place, "kubectl");
    next_release(&place);
}

#[test]
fn what_kubectl_applied_is_taken_over() {
    from_kubectl("applied", "");
}

#[test]
fn what_kubectl_applied_server_side_is_taken_over() {
    from_kubectl("applied-there", "--server-side");
}

/// Makes objects as Terraform does: as a whole, under a name of its own.
fn terraformed(place: &Place, manager: &str) {
    let namespace = place.namespace("shop");
    let home = &place.home;
    home.write("all.yaml", workload(&place.environment, IMAGE));
    kubectl(&format!("create namespace {namespace}"), home);
    kubectl(
        &format!("create -n {namespace} -f all.yaml --field-manager {manager}"),
        home,
    );
}

#[test]
fn only_what_was_named_is_taken_over() {
    let place = place("terraformed");
    let namespace = place.namespace("shop");
    terraformed(&place, "HashiCorp");
    let shown = place.run("adopt shop --from helm").code(0);
    shown
        .out(&format!("✓ Namespace {namespace}"))
        .out(&format!(
            "· Service {namespace}/shop: left alone, it is `HashiCorp`'s"
        ))
        .out("`--from terraform` takes it over too");
    taken_over(&place, "terraform,kubectl");
    next_release(&place);
}

#[test]
fn what_stays_with_others_is_said() {
    let place = place("shared-owners");
    let namespace = place.namespace("shop");
    terraformed(&place, "own-tool");
    kubectl(
        &format!("label -n {namespace} service shop kept=yes"),
        &place.home,
    );
    let shown = place
        .run("adopt shop --from own-tool --write --yes")
        .code(0);
    shown
        .out("stays with `kubectl-label`")
        .out("metadata.labels: kept");
    assert_eq!(
        owners(&service(&place)),
        ["steading Apply", "kubectl-label Update"]
    );
    place.run("apply shop --yes").code(0);
    assert_eq!(service(&place)["metadata"]["labels"]["kept"], "yes");
}

#[test]
fn another_selector_is_a_replacement_and_that_is_said_before() {
    let place = place("selected");
    let namespace = place.namespace("shop");
    let other =
        workload("selected", IMAGE).replace("app.kubernetes.io/component: shop", "component: shop");
    place.home.write("all.yaml", other);
    kubectl(&format!("create namespace {namespace}"), &place.home);
    kubectl(&format!("apply -n {namespace} -f all.yaml"), &place.home);
    let shown = place.run("adopt shop --from kubectl").code(0);
    shown
        .out(&format!("± Deployment {namespace}/shop"))
        .out("replace");
    place.run("adopt shop --from kubectl --write --yes").code(0);
    let planned = place.run("plan shop").code(0);
    planned.out(&format!("± Deployment {namespace}/shop"));
}

#[test]
fn what_another_application_releases_is_refused() {
    let place = place("elsewhere");
    let namespace = place.namespace("shop");
    terraformed(&place, "own-tool");
    let labels = "app.kubernetes.io/managed-by=steading steading.dev/estate=other";
    kubectl(
        &format!("label -n {namespace} service shop {labels}"),
        &place.home,
    );
    let before = deployment(&place);
    let refused = place.run("adopt shop --from any --write --yes").code(1);
    refused
        .err("nothing of elsewhere/shop is taken over")
        .err(&format!(
            "`Service {namespace}/shop` exists already and is not ours: made by `estate other`"
        ))
        .err("take it out of that application first");
    assert_eq!(owners(&deployment(&place)), owners(&before));
}

#[test]
fn helm_at_work_is_not_disturbed() {
    let place = place("pending");
    let namespace = place.namespace("shop");
    chart(&place, "ghcr.io/example/shop:1.0-lab-crash");
    let install =
        format!("install web chart -n {namespace} --create-namespace --wait --timeout 60s");
    let mut running = start_helm(&install, &place.home);
    pods(&place);
    running.kill().expect("it can be killed");
    running.wait().expect("it can be waited for");
    let refused = place.run("adopt shop --from helm --write --yes").code(1);
    refused
        .err(&format!(
            "Helm is at work on its release `{namespace}/web`: pending-install"
        ))
        .err(&format!("`helm rollback web -n {namespace}`"));
    assert!(!owners(&deployment(&place)).contains(&"steading Apply".to_owned()));
}

#[test]
fn values_of_secrets_are_kept_and_never_said() {
    let place = Place::new("discreet");
    let namespace = place.namespace("shop");
    let secret = "{ apiVersion: v1, kind: Secret, metadata: { name: login }, stringData: { password: PASSWORD } }";
    let declared = secret.replace("PASSWORD", "another-word");
    let more = format!(
        "secrets: {{ generate: [SESSION_KEY] }}\nwaivers: [{{ rule: raw-secret, why: a test }}]\nraw:\n  - {declared}"
    );
    place.app("shop", IMAGE, &more);
    kubectl(&format!("create namespace {namespace}"), &place.home);
    let given = secret.replace("PASSWORD", "correct-horse-battery");
    place.home.write("secret.yaml", given);
    kubectl(&format!("apply -n {namespace} -f secret.yaml"), &place.home);
    let generated = "create secret generic shop-generated --from-literal=SESSION_KEY=made-long-ago";
    kubectl(&format!("{generated} -n {namespace}"), &place.home);
    let secret = |name: &str| live(&place, &format!("/api/v1/namespaces/NS/secrets/{name}"));
    let (login, session) = (secret("login"), secret("shop-generated"));
    place
        .run("adopt shop --from kubectl --write --yes")
        .code(0)
        .out("goes: annotation `kubectl.kubernetes.io/last-applied");
    let after = secret("login");
    assert_eq!(after["data"], login["data"]);
    assert_eq!(after["metadata"].get("annotations"), None);
    assert_eq!(owners(&after), ["steading Apply"]);
    place.run("apply shop --yes").code(0);
    assert_ne!(secret("login")["data"], login["data"]);
    assert_eq!(secret("shop-generated")["data"], session["data"]);
    let said = place.transcript();
    let coded = login["data"]["password"].as_str().expect("it is text");
    for value in [
        "correct-horse-battery",
        "another-word",
        "made-long-ago",
        coded,
    ] {
        assert!(!said.contains(value), "{said}");
    }
}
