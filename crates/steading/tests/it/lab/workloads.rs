//! What the cluster makes of components, jobs and volumes: the parts whose point is its behaviour.

use serde_json::{Value, json};

use super::ground::ground;
use super::place::Place;

/// Writes an application that says itself what it runs.
fn write(place: &Place, name: &str, spec: &str) {
    let environment = &place.environment;
    place.home.write(
        &format!("applications/{name}/application.yaml"),
        format!(
            "apiVersion: steading.dev/v1\nkind: Application\nmetadata: {{ name: {name} }}\nspec:\n  description: A test\n  \
             image: ghcr.io/example/{name}:1.0\n  resources: {{ cpu: 10m, memory: 16Mi }}\n{spec}environments: {{ {environment}: {{}} }}\n"
        ),
    );
}

/// Returns the pods of an application.
fn pods(place: &Place, application: &str) -> Vec<Value> {
    let namespace = place.namespace(application);
    let pods = ground().get(&format!("/api/v1/namespaces/{namespace}/pods"));
    let pods = pods.expect("the namespace is there");
    pods["items"].as_array().expect("pods are a list").clone()
}

#[test]
fn components_that_share_a_volume_run_on_one_node() {
    let place = Place::new("sharing");
    let spec = "  components:
    server: { command: [serve], storage: { mountPath: /d, size: 1Gi } }
    reader: { command: [read], replicas: 3, volumes: { data: { volume: server/data, readOnly: true } } }
    sorter: { command: [sort], volumes: [server/data] }
  jobs:
    index: { command: [index], volumes: [server/data] }
";
    write(&place, "films", spec);
    place.run("apply --yes").code(0).out("is complete");
    let pods = pods(&place, "films");
    let nodes: Vec<&Value> = pods.iter().map(|pod| &pod["spec"]["nodeName"]).collect();
    assert!(pods.len() >= 5 && nodes[0].is_string(), "{nodes:?}");
    assert!(nodes.iter().all(|node| *node == nodes[0]), "{nodes:?}");
    place
        .run("plan --detailed-exitcode")
        .code(0)
        .out("nothing to do");
}

#[test]
fn an_application_of_jobs_alone_is_applied() {
    let place = Place::new("nightly");
    let spec = "  jobs:
    copy: { schedule: \"30 3 * * *\", timeZone: Europe/Berlin, command: [copy], storage: { mountPath: /s, size: 1Gi } }
    once: { like: copy, command: [seed] }
";
    write(&place, "nightly", spec);
    place.run("apply --yes").code(0).out("is complete");
    let namespace = place.namespace("nightly");
    let path = format!("/apis/batch/v1/namespaces/{namespace}/cronjobs/nightly-copy");
    let schedule = ground().get(&path).expect("the schedule is there");
    assert_eq!(schedule["spec"]["timeZone"], "Europe/Berlin");
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments");
    let deployments = ground().get(&path).expect("the namespace is there");
    assert_eq!(deployments["items"], json!([]));
    place
        .run("plan --detailed-exitcode")
        .code(0)
        .out("nothing to do");
}

#[test]
fn each_component_migrates_once_before_any_new_pod() {
    let place = Place::new("migrating");
    let spec = "  components:
    shop: { command: [serve], init: { migrate: { command: [migrate, shop] } } }
    stock: { command: [serve, stock], init: { migrate: { command: [migrate, stock] } } }
    mailer: { like: shop, command: [mail] }
";
    write(&place, "shop", spec);
    place.run("apply --yes").code(0).out("is complete");
    let namespace = place.namespace("shop");
    let jobs = ground().get(&format!("/apis/batch/v1/namespaces/{namespace}/jobs"));
    let jobs = jobs.expect("the namespace is there");
    let jobs = jobs["items"].as_array().expect("jobs are a list");
    assert_eq!(jobs.len(), 2, "{jobs:?}");
    let done = |job: &Value| job["status"]["completionTime"].as_str().map(str::to_owned);
    let done: Vec<String> = jobs.iter().filter_map(done).collect();
    assert_eq!(done.len(), 2, "both are done");
    let last = done.iter().max().expect("both are done");
    for pod in pods(&place, "shop") {
        let component = &pod["metadata"]["labels"]["app.kubernetes.io/component"];
        let of_job = component
            .as_str()
            .is_some_and(|name| name.starts_with("job."));
        let made = pod["metadata"]["creationTimestamp"].as_str();
        assert!(
            of_job || made >= Some(last.as_str()),
            "{component} {made:?} {last}"
        );
    }
}

#[test]
fn claims_of_replicas_grow_in_place() {
    let place = Place::new("growing");
    let estate = place.file("estate.yaml");
    let grows = "plain: { class: standard, grows: true }";
    place.home.write(
        "estate.yaml",
        estate.replace("plain: { class: standard }", grows),
    );
    ground().send(
        "PATCH",
        "/apis/storage.k8s.io/v1/storageclasses/standard",
        &json!({ "allowVolumeExpansion": true }),
    );
    let spec = |size: &str| {
        format!(
            "  kind: stateful\n  replicas: 2\n  command: [serve]\n  storage: {{ mountPath: /d, size: {size}, maxSize: 8Gi }}\n"
        )
    };
    write(&place, "store", &spec("1Gi"));
    place.run("apply --yes").code(0).out("is complete");
    let namespace = place.namespace("store");
    let set = format!("/apis/apps/v1/namespaces/{namespace}/statefulsets/store");
    let before = ground().get(&set).expect("the set is there");
    write(&place, "store", &spec("2Gi"));
    place.run("apply --yes").code(0).out("is complete");
    let after = ground().get(&set).expect("the set is there");
    assert_eq!(before["metadata"]["uid"], after["metadata"]["uid"]);
    let claim = |number: u32| {
        let path =
            format!("/api/v1/namespaces/{namespace}/persistentvolumeclaims/data-store-{number}");
        ground().get(&path).expect("the claim is there")["spec"]["resources"]["requests"]["storage"]
            .clone()
    };
    assert_eq!((claim(0), claim(1)), (json!("2Gi"), json!("2Gi")));
    // The estate's resizer makes one larger: that is its business up to `maxSize`.
    let path = format!("/api/v1/namespaces/{namespace}/persistentvolumeclaims/data-store-0");
    ground().send(
        "PATCH",
        &path,
        &json!({ "spec": { "resources": { "requests": { "storage": "4Gi" } } } }),
    );
    place
        .run("plan --detailed-exitcode")
        .code(0)
        .out("nothing to do");
    write(&place, "store", &spec("1Gi").replace(", maxSize: 8Gi", ""));
    place
        .run("plan --detailed-exitcode")
        .out("a claim cannot shrink: it has 2Gi, and 1Gi is declared");
}

#[test]
fn a_claimed_device_is_taken_by_the_server_and_its_reasons_are_in_the_plan() {
    let place = Place::new("devices");
    let estate = place.file("estate.yaml");
    let accelerators = "  accelerators: { default: { claim: { deviceClass: gpu.example.com } } }\n";
    place
        .home
        .write("estate.yaml", format!("{estate}{accelerators}"));
    ground().apply(&[json!({
        "apiVersion": "resource.k8s.io/v1", "kind": "DeviceClass", "metadata": { "name": "gpu.example.com" },
        "spec": { "selectors": [{ "cel": { "expression": "device.driver == 'gpu.example.com'" } }] },
    })]);
    let spec = "  command: [serve]
  replicas: 0
  placement: { gpu: { memory: 10Gi } }
  volumes: { cards: { mountPath: /dev/dri, data: host, path: /dev/dri, why: \"the device files\" } }
  security: { capabilities: { NET_ADMIN: \"makes a tunnel\" } }
";
    write(&place, "model", spec);
    place
        .run("plan")
        .out("! `model` has the capability `NET_ADMIN`: makes a tunnel")
        .out("! the pod sees `/dev/dri` of the node: the device files");
    place.run("apply --yes").code(0).out("is complete");
    let namespace = place.namespace("model");
    let path = format!("/apis/resource.k8s.io/v1/namespaces/{namespace}/resourceclaimtemplates");
    let templates = ground().get(&path).expect("the kind is served");
    let request = &templates["items"][0]["spec"]["spec"]["devices"]["requests"][0]["exactly"];
    assert_eq!(request["deviceClassName"], "gpu.example.com");
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/model");
    let deployment = ground().get(&path).expect("the deployment is there");
    let pod = &deployment["spec"]["template"]["spec"];
    assert_eq!(
        pod["resourceClaims"][0]["resourceClaimTemplateName"],
        templates["items"][0]["metadata"]["name"]
    );
    place
        .run("plan --detailed-exitcode")
        .code(0)
        .out("nothing to do");
}
