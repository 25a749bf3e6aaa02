//! What is declared no more goes; data, other environments and what is not ours stay.

use super::ground::ground;
use super::place::Place;

const DATA: &str =
    "storage: { mountPath: /data, size: 1Gi, data: plain, backup: { none: a test } }";

fn exists(path: &str) -> bool {
    ground()
        .get(path)
        .is_some_and(|object| object["metadata"]["deletionTimestamp"].is_null())
}

#[test]
fn an_application_that_is_declared_no_more_goes_and_its_data_stays() {
    let place = Place::new("prune");
    place.app("shop", "ghcr.io/example/shop:1.0", "");
    place.app("wiki", "ghcr.io/example/wiki:1.0", DATA);
    place.run("apply --yes").code(0);
    std::fs::remove_dir_all(place.home.path().join("applications/wiki")).unwrap();
    place
        .run("plan shop --detailed-exitcode")
        .code(0)
        .lacks("wiki");
    let planned = place
        .run("plan --detailed-exitcode --accept-deletes 20")
        .code(3);
    planned
        .out("- Deployment prune-wiki/wiki")
        .out("PersistentVolumeClaim prune-wiki/wiki")
        .out("is no longer declared, and kept: ")
        .lacks("- PersistentVolumeClaim");
    place.run("apply --yes").code(1).out("--accept-deletes");
    assert!(exists(
        "/apis/apps/v1/namespaces/prune-wiki/deployments/wiki"
    ));
    place
        .run("apply --yes --accept-deletes 20")
        .code(0)
        .out("prune/wiki: release 2 is complete");
    assert!(!exists(
        "/apis/apps/v1/namespaces/prune-wiki/deployments/wiki"
    ));
    assert!(
        exists("/api/v1/namespaces/prune-wiki/persistentvolumeclaims/wiki-data")
            || exists_any_claim(),
        "data stays"
    );
    assert!(exists(
        "/apis/apps/v1/namespaces/prune-shop/deployments/shop"
    ));
    place
        .run("plan --detailed-exitcode")
        .code(0)
        .out("nothing to do")
        .out("kept");
    place.run("history wiki").code(0).out("Complete");
    let back = place.run("rollback wiki --yes --to 1").code(0);
    back.out("release 3 is complete");
    assert!(exists(
        "/apis/apps/v1/namespaces/prune-wiki/deployments/wiki"
    ));
}

fn exists_any_claim() -> bool {
    let claims = ground()
        .get("/api/v1/namespaces/prune-wiki/persistentvolumeclaims")
        .unwrap_or_default();
    claims["items"]
        .as_array()
        .is_some_and(|items| !items.is_empty())
}

#[test]
fn another_environment_on_the_same_cluster_is_left_alone() {
    let place = Place::new("blue");
    let context = ground().context();
    let both = format!("{{ context: {context} }}, green: {{ context: {context} }}");
    place.estate(&both);
    let declaration = place
        .declaration("shop", "ghcr.io/example/shop:1.0", "")
        .replace("{ blue: {} }", "{ blue: {}, green: {} }");
    place
        .home
        .write("applications/shop/application.yaml", declaration);
    place
        .run_plain("apply --env green --yes")
        .code(0)
        .out("green/shop: release 1 is complete");
    place.run("plan").code(0).lacks("green");
    place.run("apply --yes").code(0).lacks("green");
    place
        .run_plain("plan --env green --detailed-exitcode")
        .code(0);
    place.app("shop", "ghcr.io/example/shop:1.0", "");
    place.run("plan --detailed-exitcode").code(0);
    place
        .run_plain("plan --env green --detailed-exitcode --accept-deletes 20")
        .code(3)
        .out("- Deployment green-shop/shop")
        .lacks("blue");
}

#[test]
fn an_error_is_not_nothing_is_declared() {
    let place = Place::new("error");
    place.app("shop", "ghcr.io/example/shop:1.0", "");
    place.app("wiki", "ghcr.io/example/wiki:1.0", "");
    place.run("apply --yes").code(0);
    place
        .home
        .write("applications/wiki/application.yaml", "kind: [");
    let stopped = place.run("apply --yes").code(1);
    stopped
        .err("the declarations have errors: nothing is planned")
        .err("applications/wiki/application.yaml:1")
        .lacks("cluster `");
    assert!(exists(
        "/apis/apps/v1/namespaces/error-wiki/deployments/wiki"
    ));
}

#[test]
fn an_object_that_goes_takes_nothing_with_it() {
    let place = Place::new("lean");
    place.app(
        "shop",
        "ghcr.io/example/shop:1.0",
        "jobs: { report: { schedule: '0 3 * * *', command: [report] } }",
    );
    place.run("apply --yes").code(0);
    assert!(exists(
        "/apis/batch/v1/namespaces/lean-shop/cronjobs/shop-report"
    ));
    place.app("shop", "ghcr.io/example/shop:1.0", "");
    place
        .run("apply --yes")
        .code(0)
        .out("- CronJob lean-shop/shop-report");
    assert!(!exists(
        "/apis/batch/v1/namespaces/lean-shop/cronjobs/shop-report"
    ));
    assert!(exists(
        "/apis/apps/v1/namespaces/lean-shop/deployments/shop"
    ));
}
