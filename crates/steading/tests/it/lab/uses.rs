//! An application with a database of its own, on a real API server; the test does what the database's operator does.

use serde_json::{Value, json};

use super::ground::{ground, until};
use super::place::Place;
use super::secrets::plain;

/// The password that the operator makes up.
const PASSWORD: &str = "marked31d7Letters0and9digits";
const CLUSTERS: &str = "/apis/postgresql.cnpg.io/v1/namespaces/store-shop/clusters";

/// Writes an estate with a catalogue.
fn estate(place: &Place) {
    place.estate(&format!("{{ context: {} }}", ground().context()));
    let mut text = place.file("estate.yaml");
    text.push_str(
        "  catalogue:\n    postgres:\n      postgres:\n        cloudNativePG:\n          image: ghcr.io/cloudnative-pg/postgresql:17.5\n          \
         storage: { size: 1Gi }\n          backup: { none: a test }\n          pooler: {}\n",
    );
    place.home.write("estate.yaml", text);
}

/// Makes what the operator makes of a cluster: the credentials, then the status.
fn operate(name: &str) {
    let path = format!("{CLUSTERS}/{name}");
    until(&path, || ground().get(&path));
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/basic-auth",
        "metadata": { "name": format!("{name}-app"), "namespace": "store-shop" },
        "stringData": { "username": "shop", "password": PASSWORD, "uri": format!("postgresql://shop:{PASSWORD}@{name}-rw:5432/shop") },
    });
    ground().apply(&[secret]);
    assert!(
        deployment().is_none(),
        "nothing runs before its database does"
    );
    let status = json!({ "status": {
        "phase": "Cluster in healthy state", "instances": 1, "readyInstances": 1,
        "conditions": [{ "type": "Ready", "status": "True", "reason": "ClusterIsReady", "message": "Cluster is Ready", "lastTransitionTime": "2026-11-21T12:00:00Z" }],
    } });
    ground().send("PATCH", &format!("{path}/status"), &status);
    let pooler = "/apis/postgresql.cnpg.io/v1/namespaces/store-shop/poolers/shop-postgres-pooler";
    until(pooler, || ground().get(pooler));
    ground().send(
        "PATCH",
        &format!("{pooler}/status"),
        &json!({ "status": { "instances": 1 } }),
    );
}

fn deployment() -> Option<Value> {
    ground().get("/apis/apps/v1/namespaces/store-shop/deployments/shop")
}

/// Returns the variables of the container of a pod, in order, by name.
fn variables(pod: &Value) -> Vec<(String, Value)> {
    let env = pod["spec"]["containers"][0]["env"].as_array().cloned();
    let variables = env.unwrap_or_default().into_iter();
    variables
        .map(|variable| {
            (
                variable["name"].as_str().unwrap_or_default().to_owned(),
                variable,
            )
        })
        .collect()
}

/// Puts in what a kubelet puts in: variables that stand before, by the rules of Kubernetes.
fn resolved(variables: &[(String, Value)], name: &str) -> String {
    let at = variables.iter().position(|(known, _)| known == name);
    let at = at.unwrap_or_else(|| panic!("no variable `{name}`"));
    let (before, variable) = (&variables[..at], &variables[at].1);
    let reference = &variable["valueFrom"]["secretKeyRef"];
    if let (Some(secret), Some(key)) = (reference["name"].as_str(), reference["key"].as_str()) {
        let path = format!("/api/v1/namespaces/store-shop/secrets/{secret}");
        let secret = ground().get(&path).expect("the Secret is there");
        let value = secret["data"][key].as_str().expect("the key is there");
        return plain(value);
    }
    let text = variable["value"].as_str().unwrap_or_default().to_owned();
    before.iter().fold(text, |text, (name, _)| {
        let reference = format!("$({name})");
        if text.contains(&reference) {
            text.replace(&reference, &resolved(before, name))
        } else {
            text
        }
    })
}

#[test]
fn a_database_of_its_own_comes_first_is_guarded_and_restarts_its_user() {
    let place = Place::new("store");
    estate(&place);
    let uses = "uses: { postgres: { env: { url: DATABASE_URL, host: DB_HOST } } }\nenv: { NOTE: \"$(DB_HOST) and ${uses.postgres.password}\" }";
    place.app("shop", "ghcr.io/example/shop:1.0", uses);
    let running = place.start("apply --yes");
    operate("shop-postgres");
    place
        .end(running)
        .code(0)
        .out("store/shop: release 1 is complete");

    let pods = || {
        let pods = ground().get(
            "/api/v1/namespaces/store-shop/pods?labelSelector=app.kubernetes.io/name%3Dshop",
        )?;
        pods["items"].as_array()?.first().cloned()
    };
    let pod = until("a pod", pods);
    let variables = variables(&pod);
    let host = "shop-postgres-pooler.store-shop.svc.cluster.local";
    assert_eq!(
        resolved(&variables, "DATABASE_URL"),
        format!("postgresql://shop:{PASSWORD}@{host}:5432/shop")
    );
    assert_eq!(resolved(&variables, "DB_HOST"), host);
    let note = variables
        .iter()
        .find(|(name, _)| name == "NOTE")
        .map(|(_, variable)| variable["value"].clone());
    assert_eq!(
        note,
        Some(json!("$$(DB_HOST) and $(STEADING_POSTGRES_PASSWORD)"))
    );

    place.run("plan --detailed-exitcode").code(0);
    let changed = json!({ "stringData": { "password": format!("{PASSWORD}2") } });
    ground().send(
        "PATCH",
        "/api/v1/namespaces/store-shop/secrets/shop-postgres-app",
        &changed,
    );
    place
        .run("plan --detailed-exitcode")
        .code(3)
        .out("Deployment store-shop/shop")
        .out("restart");
    place.run("apply --yes").code(0);

    place.app("shop", "ghcr.io/example/shop:1.0", "");
    place.run("plan").out("it holds data: sensitive");
    place.run("apply --yes").code(0);
    assert!(
        ground().get(&format!("{CLUSTERS}/shop-postgres")).is_some(),
        "a database is kept"
    );
    let said = place.transcript();
    assert!(!said.contains(PASSWORD), "a password is said");
}
