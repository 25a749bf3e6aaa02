//! An application is retired: nobody names it, a backup is there, routes go first, data stays, and nothing brings it back unasked.

use serde_json::{Value, json};

use super::ground::ground;
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/wiki:1.0";
const ROUTED: &str =
    "ingress: [{ host: wiki, visibility: public, auth: { public: a test }, tlsSecret: wiki-tls }]
secrets: { generate: [SESSION_KEY] }
storage: { mountPath: /data, size: 1Gi, data: sensitive, backup: { schedule: '0 3 * * *' } }";
const CLAIM: &str = "/api/v1/namespaces/NS/persistentvolumeclaims/wiki-data";

fn live(place: &Place, path: &str) -> Option<Value> {
    let namespace = place.namespace("wiki");
    let found = ground().get(&path.replace("NS", &namespace));
    found.filter(|object| object["metadata"]["deletionTimestamp"].is_null())
}

fn runs(place: &Place) -> bool {
    live(place, "/apis/apps/v1/namespaces/NS/deployments/wiki").is_some()
}

fn annotation(place: &Place, name: &str) -> String {
    let claim = live(place, CLAIM).expect("the claim is there");
    let text = claim["metadata"]["annotations"][name].as_str();
    text.unwrap_or_default().to_owned()
}

/// Somebody writes an annotation on the claim.
fn annotate(place: &Place, name: &str, value: &str) {
    let claim = CLAIM.replace("NS", &place.namespace("wiki"));
    let patch = json!({ "metadata": { "annotations": { name: value } } });
    ground().send("PATCH", &claim, &patch);
}

fn wiki(environment: &str) -> Place {
    let place = Place::new(environment);
    place.app("wiki", IMAGE, ROUTED);
    place.run("apply --yes").code(0);
    place
}

fn remove_file(place: &Place) {
    std::fs::remove_dir_all(place.home.path().join("applications/wiki"))
        .expect("the folder is there");
}

#[test]
fn whoever_names_it_is_shown_with_file_and_line() {
    let place = wiki("named");
    place.app(
        "shop",
        "ghcr.io/example/shop:1.0",
        "dependsOn: [wiki]\nenv: { WIKI: \"https://wiki-named.example.org/start\", API: \"http://wiki.named-wiki:80\" }",
    );
    let refused = place.run("retire wiki --yes --backup-taken").code(1);
    refused
        .err("named/shop is released after it: `spec.dependsOn[0]`")
        .err("applications/shop/application.yaml:10:15")
        .err("named/shop holds an address in its namespace: `spec.env.API`")
        .err("names its host `wiki-named.example.org`: `spec.env.WIKI`")
        .err("applications/shop/application.yaml:11:")
        .err("named/wiki is still named: nothing is retired");
    assert!(runs(&place));
    // Without its own file it is named all the same.
    remove_file(&place);
    place
        .run("retire wiki --yes --backup-taken")
        .code(1)
        .err("applications/shop/application.yaml:10:15")
        .err("named/wiki is still named: nothing is retired");
    place
        .home
        .write("applications/shop/application.yaml", "kind: [");
    place
        .run("retire wiki --yes --backup-taken")
        .code(1)
        .err("the declarations have errors: nothing is retired");
    assert!(runs(&place));
}

#[test]
fn a_backup_is_demanded_where_one_is_declared() {
    let place = wiki("unsaved");
    let refused = place.run("retire wiki --yes").code(1);
    refused
        .err("PersistentVolumeClaim unsaved-wiki/wiki-data: a backup is declared, and none can be seen")
        .err("unsaved/wiki has data without a backup of today")
        .err("steading makes no backups yet")
        .err("--backup-taken");
    annotate(&place, "steading.dev/backed-up-at", "2020-01-01T00:00:00Z");
    let old = place.run("retire wiki --yes").code(1);
    old.err("the last backup that can be seen is of 2020-01-01T00:00:00Z");
    assert!(runs(&place));
    let now = jiff::Timestamp::now().to_string();
    annotate(&place, "steading.dev/backed-up-at", &now);
    place.run("retire wiki --yes").code(0);
    assert!(!runs(&place));
}

/// The kind of snapshots, as far as it matters here.
fn snapshots() -> Value {
    let open = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {
            "name": "volumesnapshots.snapshot.storage.k8s.io",
            "annotations": { "api-approved.kubernetes.io": "https://github.com/kubernetes-csi/external-snapshotter/pull/814" },
        },
        "spec": {
            "group": "snapshot.storage.k8s.io", "scope": "Namespaced",
            "names": { "kind": "VolumeSnapshot", "plural": "volumesnapshots", "singular": "volumesnapshot" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": open } }],
        },
    })
}

#[test]
fn a_snapshot_of_today_that_is_ready_is_a_backup() {
    let place = wiki("snapped");
    ground().define(&[snapshots()]);
    let snapshot = |claim: &str, is_ready: bool| {
        let now = jiff::Timestamp::now().to_string();
        json!({
            "apiVersion": "snapshot.storage.k8s.io/v1", "kind": "VolumeSnapshot",
            "metadata": { "namespace": "snapped-wiki", "name": format!("{claim}-{is_ready}") },
            "spec": { "source": { "persistentVolumeClaimName": claim } },
            "status": { "readyToUse": is_ready, "creationTime": now },
        })
    };
    ground().apply(&[snapshot("wiki-data", false), snapshot("other", true)]);
    let refused = place.run("retire wiki --yes").code(1);
    refused.err("wiki-data: a backup is declared, and none can be seen");
    ground().apply(&[snapshot("wiki-data", true)]);
    place.run("retire wiki --yes").code(0);
    assert!(!runs(&place));
}

#[test]
fn data_stays_and_nothing_brings_it_back_unasked() {
    let place = wiki("calm");
    let retired = place
        .run("retire wiki --yes --backup-taken --keep-data 40d")
        .code(0);
    let until = annotation(&place, "steading.dev/keep-until");
    retired
        .out("calm/wiki: release 2, which takes it away")
        .out("- IngressRoute calm-wiki/wiki")
        .out("calm/wiki: release 2 is complete")
        .err(&format!("kept in `calm-wiki` until {until}"))
        .err("goes when the claim is deleted (Delete)")
        .err("take `calm` out of its `environments` at applications/wiki/application.yaml:");
    assert!(!runs(&place));
    assert!(annotation(&place, "steading.dev/reclaim").contains("(Delete)"));
    let applied = place.run("apply --yes").code(1);
    applied
        .out("calm/wiki: was retired, and is declared still")
        .out("--accept Application/wiki")
        .lacks("is complete");
    assert!(!runs(&place));
    remove_file(&place);
    let planned = place.run("plan --detailed-exitcode").code(0);
    planned.out(&format!(
        "is data of an application that was retired, and kept until {until}"
    ));
    place.run("status").code(0).out("retired on ").out(&until);
    place.run("history wiki").code(0).out("retire");
    let early = place.run("retire wiki --yes --delete-data").code(0);
    early.out("nothing to do");
    annotate(&place, "steading.dev/keep-until", "2026-01-31");
    let planned = place.run("plan").code(0);
    planned
        .out("it was kept until 2026-01-31, and that is over")
        .out("steading retire wiki --env calm --delete-data");
    place
        .run("status")
        .code(0)
        .out("its data was kept until 2026-01-31");
    assert!(live(&place, CLAIM).is_some(), "it is not deleted by itself");
    let deleted = place.run("retire wiki --yes --delete-data").code(0);
    deleted
        .out("- PersistentVolumeClaim calm-wiki/wiki-data  data loss")
        .out("Secret calm-wiki/wiki-generated: is data of an application that was retired, and kept until");
    assert!(live(&place, CLAIM).is_none());
}

#[test]
fn a_retired_application_comes_back_when_asked() {
    let place = wiki("comeback");
    let key =
        || live(&place, "/api/v1/namespaces/NS/secrets/wiki-generated").unwrap()["data"].clone();
    let before = key();
    place.run("retire wiki --yes --backup-taken").code(0);
    // Its route opens something, and that is accepted by name as ever.
    let refused = place.run("rollback wiki --yes").code(1);
    refused.out("its effect is exposure: it must be accepted by name");
    let (_, name) = refused.out.split_once("--accept ").expect("it is named");
    let name: String = name.chars().take_while(|one| *one != '`').collect();
    let route = format!("--accept {name}");
    place.run(&format!("rollback wiki --yes {route}")).code(0);
    assert!(runs(&place));
    assert_eq!(annotation(&place, "steading.dev/keep-until"), "");
    place.run("plan --detailed-exitcode").code(0);
    place.run("retire wiki --yes --backup-taken").code(0);
    place
        .run(&format!("apply --yes --accept Application/wiki {route}"))
        .code(0)
        .out("comeback/wiki: release 5 is complete");
    assert!(runs(&place));
    assert_eq!(key(), before, "values that were made once are the same");
    place.run("plan --detailed-exitcode").code(0);
}

#[test]
fn its_file_is_changed_on_request_only() {
    let place = wiki("filed");
    let path = "applications/wiki/application.yaml";
    place.home.write("applications/wiki/notes.txt", "mine");
    place.run("retire wiki --yes --backup-taken").code(0);
    let before = place.file(path);
    place
        .run("retire wiki --yes --backup-taken --write")
        .code(0)
        .err("`applications/wiki/application.yaml`: removed");
    assert!(before.contains("filed: {}"));
    assert!(!place.home.path().join(path).exists());
    assert_eq!(place.file("applications/wiki/notes.txt"), "mine");
    place.run("plan --detailed-exitcode").code(0);
}

#[test]
fn a_run_that_dies_leaves_the_old_or_the_new() {
    let place = wiki("killed");
    let mut running = place.start("retire wiki --yes --backup-taken");
    running.until("release 2 begun");
    running.kill();
    place.run("retire wiki --yes --backup-taken").code(0);
    assert!(!runs(&place));
    assert!(live(&place, CLAIM).is_some());
    let history = place.run("history wiki").code(0);
    history.lacks("Running").lacks("Reverting");
}

#[test]
fn what_was_never_released_cannot_be_retired() {
    let place = wiki("unknown");
    place
        .run("retire wikki --yes")
        .code(1)
        .err("nothing of unknown/wikki was released on this cluster")
        .err("did you mean `wiki`?");
    place
        .run("retire wiki --yes --delete-data")
        .code(1)
        .err("unknown/wiki was not retired: its data is in use");
}
