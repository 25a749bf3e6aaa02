//! What is kept although nothing declares it: data, namespaces with more in them, kinds that are in use.

use serde_json::{Value, json};

use super::ground::ground;
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/shop:1.0";
const DATA: &str =
    "storage: { mountPath: /data, size: 1Gi, data: plain, backup: { none: a test } }";

fn is_there(path: &str) -> bool {
    let live = ground().get(path);
    live.is_some_and(|object| object["metadata"]["deletionTimestamp"].is_null())
}

fn gone_from(place: &Place, application: &str) {
    std::fs::remove_dir_all(place.home.path().join("applications").join(application))
        .expect("the folder is there");
}

#[test]
fn a_volume_goes_only_by_name() {
    let place = Place::new("volume");
    place.app("shop", IMAGE, "");
    place.app("wiki", IMAGE, DATA);
    place.run("apply --yes").code(0);
    gone_from(&place, "wiki");
    let applied = place.run("apply --yes --accept-deletes 20").code(0);
    applied
        .out("PersistentVolumeClaim volume-wiki/wiki-data: is no longer declared, and kept: it holds data: plain")
        .out("to delete it: `--accept PersistentVolumeClaim/wiki-data`");
    let claim = "/api/v1/namespaces/volume-wiki/persistentvolumeclaims/wiki-data";
    assert!(is_there(claim));
    let named = place
        .run("apply --yes --accept PersistentVolumeClaim/wiki-data")
        .code(0);
    named.out("- PersistentVolumeClaim volume-wiki/wiki-data  data loss");
    assert!(!is_there(claim));
    assert!(is_there("/api/v1/namespaces/volume-wiki"));
}

fn note(namespace: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "note", "namespace": namespace }, "data": { "whose": "not ours" },
    })
}

#[test]
fn a_namespace_goes_only_by_name_and_with_the_names_of_what_others_have_in_it() {
    let place = Place::new("crowded");
    place.app("shop", IMAGE, "");
    place.app("wiki", IMAGE, "");
    place.run("apply --yes").code(0);
    ground().apply(&[note("crowded-wiki")]);
    gone_from(&place, "wiki");
    let applied = place.run("apply --yes --accept-deletes 20").code(0);
    applied
        .out("Namespace crowded-wiki: is no longer declared, and kept: everything in it would go with it")
        .out("to delete it: `--accept Namespace/crowded-wiki`");
    let named = place
        .run("apply --yes --accept Namespace/crowded-wiki")
        .code(0);
    named.out("it holds `ConfigMap crowded-wiki/note`, which is not ours");
    assert!(is_there("/api/v1/namespaces/crowded-wiki/configmaps/note"));
    let both = "apply --yes --accept Namespace/crowded-wiki --accept ConfigMap/crowded-wiki/note";
    let gone = place.run(both).code(0);
    gone.out("- Namespace crowded-wiki  data loss")
        .out("the records of its releases went with the namespace");
    assert!(!is_there("/api/v1/namespaces/crowded-wiki"));
    place
        .run("plan --detailed-exitcode")
        .code(0)
        .lacks("crowded-wiki");
}

const DEFINITION: &str = "raw:
  - apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: { name: widgets.kept.example.org }
    spec:
      group: kept.example.org
      scope: Namespaced
      names: { kind: Widget, plural: widgets }
      versions:
        - { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }";

#[test]
fn a_kind_that_is_in_use_goes_only_by_name() {
    let place = Place::new("kinds");
    place.app("shop", IMAGE, DEFINITION);
    place.run("apply --yes").code(0);
    let widget = json!({
        "apiVersion": "kept.example.org/v1", "kind": "Widget", "metadata": { "name": "one", "namespace": "kinds-shop" },
    });
    ground().apply(&[widget]);
    place.app("shop", IMAGE, "");
    let applied = place.run("apply --yes").code(0);
    applied
        .out("CustomResourceDefinition widgets.kept.example.org: is no longer declared, and kept: all objects of its kind would go with it")
        .out("to delete it: `--accept CustomResourceDefinition/widgets.kept.example.org`");
    let widgets = "/apis/kept.example.org/v1/namespaces/kinds-shop/widgets/one";
    assert!(is_there(widgets));
    let name = "CustomResourceDefinition/widgets.kept.example.org";
    place
        .run(&format!("apply --yes --accept {name}"))
        .code(0)
        .out("- CustomResourceDefinition widgets.kept.example.org  data loss");
    assert!(!is_there(widgets));
}
