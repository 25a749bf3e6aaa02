//! What people may do with the kubeconfig that they are given, asked of the API server as them. On a lab of its own: what people have is
//! in the release that all tests of another lab share.

use std::os::unix::fs::PermissionsExt;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};

use super::deploy::with_token;
use super::ground::Ground;
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/shop:1.0";
/// What gives `alice` her rights in `shop`.
const BINDING: &str =
    "/apis/rbac.authorization.k8s.io/v1/namespaces/prod-shop/rolebindings/person.alice";

/// The people of the tests: `alice` edits, `bob` looks, `carol` is an administrator of the same application as `alice`.
const PEOPLE: &str = "  people:
    alice: { role: edit, applications: [shop], namespaces: [alice-lab] }
    bob: { role: view, user: robert }
    carol: { role: admin, applications: [shop], namespaces: [carol-lab], groups: [family] }
";

/// What may be asked for: who, verb, resource (`resource.group/part`), namespace, and whether that is right.
const TABLE: &[(&str, &str, &str, &str, bool)] = &[
    ("alice", "list", "pods", "prod-shop", true),
    ("alice", "get", "pods/log", "prod-shop", true),
    ("alice", "list", "releases.steading.dev", "prod-shop", true),
    ("alice", "delete", "pods", "prod-shop", true),
    (
        "alice",
        "patch",
        "deployments.apps/scale",
        "prod-shop",
        true,
    ),
    ("alice", "create", "pods/portforward", "prod-shop", true),
    ("alice", "create", "pods/exec", "prod-shop", false),
    ("alice", "create", "pods", "prod-shop", false),
    (
        "alice",
        "patch",
        "pods/ephemeralcontainers",
        "prod-shop",
        false,
    ),
    ("alice", "patch", "deployments.apps", "prod-shop", false),
    ("alice", "create", "jobs.batch", "prod-shop", false),
    ("alice", "get", "secrets", "prod-shop", false),
    ("alice", "list", "secrets", "prod-shop", false),
    (
        "alice",
        "create",
        "serviceaccounts/token",
        "prod-shop",
        false,
    ),
    (
        "alice",
        "create",
        "rolebindings.rbac.authorization.k8s.io",
        "prod-shop",
        false,
    ),
    (
        "alice",
        "patch",
        "releases.steading.dev",
        "prod-shop",
        false,
    ),
    ("alice", "create", "deployments.apps", "alice-lab", true),
    ("alice", "get", "secrets", "alice-lab", true),
    ("alice", "create", "pods/exec", "alice-lab", true),
    (
        "alice",
        "create",
        "ingresses.networking.k8s.io",
        "alice-lab",
        false,
    ),
    (
        "alice",
        "delete",
        "networkpolicies.networking.k8s.io",
        "alice-lab",
        false,
    ),
    ("alice", "delete", "resourcequotas", "alice-lab", false),
    (
        "alice",
        "create",
        "rolebindings.rbac.authorization.k8s.io",
        "alice-lab",
        false,
    ),
    ("alice", "patch", "namespaces", "alice-lab", false),
    ("alice", "list", "pods", "carol-lab", false),
    ("alice", "list", "pods", "prod-mail", false),
    ("alice", "list", "pods", "prod-other", false),
    ("alice", "list", "secrets", "steading-system", false),
    ("alice", "list", "pods", "", false),
    ("alice", "list", "namespaces", "", false),
    ("alice", "list", "nodes", "", false),
    ("bob", "list", "pods", "prod-mail", true),
    ("bob", "get", "pods/log", "prod-mail", true),
    ("bob", "delete", "pods", "prod-mail", false),
    ("bob", "patch", "deployments.apps/scale", "prod-mail", false),
    ("bob", "get", "secrets", "prod-mail", false),
    ("bob", "list", "pods", "prod-shop", false),
    ("carol", "create", "pods/exec", "prod-shop", true),
    ("carol", "get", "secrets", "prod-shop", false),
    ("carol", "patch", "deployments.apps", "prod-shop", false),
    (
        "carol",
        "create",
        "rolebindings.rbac.authorization.k8s.io",
        "prod-shop",
        false,
    ),
    (
        "carol",
        "create",
        "rolebindings.rbac.authorization.k8s.io",
        "carol-lab",
        true,
    ),
    (
        "carol",
        "create",
        "networkpolicies.networking.k8s.io",
        "carol-lab",
        true,
    ),
    ("carol", "list", "pods", "alice-lab", false),
];

#[test]
fn people_may_do_what_their_role_says_and_nothing_elsewhere() {
    let ground = Ground::begin();
    let place = Place::on(&ground, "prod");
    estate(&place, &ground, PEOPLE);
    place.app("shop", IMAGE, "");
    place.app("mail", IMAGE, "owner: bob");
    place.app("other", IMAGE, "");
    place.run("apply --yes").code(0);
    place.run("plan --detailed-exitcode").code(0);
    listed(&place);
    let people = ["alice", "bob", "carol"].map(|name| (name, given(&place, &ground, name)));
    let as_whom = |name: &str| {
        &people
            .iter()
            .find(|(known, _)| *known == name)
            .expect("it is there")
            .1
    };
    for (who, verb, resource, namespace, expected) in TABLE {
        let allowed = may(&ground, as_whom(who), verb, resource, namespace);
        assert_eq!(
            allowed, *expected,
            "{who} {verb} {resource} in `{namespace}`"
        );
    }
    in_an_application(&ground, as_whom("alice"));
    with_the_program(&place);
    in_a_namespace_of_her_own(&ground, as_whom("alice"));
    beyond_her_rights(&ground, as_whom("carol"));
    a_pipeline_binds_them(&place, &ground);
    taken_away(&place, &ground, as_whom("alice"));
    logs_in_with_openid_connect(&place, &ground);
}

fn estate(place: &Place, ground: &Ground, people: &str) {
    place.estate(&format!("{{ context: {} }}", ground.context()));
    let text = place.file("estate.yaml") + people;
    place.home.write("estate.yaml", text);
}

fn listed(place: &Place) {
    let list = place.run_plain("people list --env prod").code(0);
    list.out("alice   edit   alice          alice-lab, prod-shop")
        .out("bob     view   robert         prod-mail")
        .out("carol   admin  carol, family  carol-lab, prod-shop");
    let json = place.run_plain("people list --output json").code(0).json();
    assert_eq!(json[1]["applications"], json!(["mail"]));
    place
        .run_plain("people kubeconfig alise --env prod")
        .code(2)
        .err("did you mean `alice`?");
    place
        .run_plain("people kubeconfig alice --env prod --expires 5m")
        .code(2)
        .err("`--expires` must be at least 10m, not 5m");
}

/// Makes the kubeconfig of a person, and returns a client that uses it.
fn given(place: &Place, ground: &Ground, name: &str) -> Client {
    let line = format!("people kubeconfig {name}");
    let ran = place.run(&line).code(0);
    ran.err(&format!("wrote `{name}.prod.kubeconfig`: user `"))
        .err("the certificate holds for 90d at most");
    let path = place.home.path().join(format!("{name}.prod.kubeconfig"));
    let mode = std::fs::metadata(&path)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(&path).expect("it is there");
    let key = text.lines().find(|line| line.contains("client-key-data"));
    let key = key
        .expect("it is there")
        .split_once(": ")
        .expect("it is there")
        .1;
    assert!(key.len() > 100);
    ran.lacks(key);
    place
        .run(&line)
        .code(1)
        .err(&format!("`{name}.prod.kubeconfig` exists already"));
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), text);
    let requests = ground.get("/apis/certificates.k8s.io/v1/certificatesigningrequests");
    assert_eq!(
        requests.expect("it is there")["items"],
        json!([]),
        "nothing is left behind"
    );
    client(ground, &text)
}

fn client(ground: &Ground, text: &str) -> Client {
    let kubeconfig = Kubeconfig::from_yaml(text).expect("it is there");
    ground.wait(async {
        let options = KubeConfigOptions::default();
        let config = Config::from_custom_kubeconfig(kubeconfig, &options);
        Client::try_from(config.await.expect("it is there")).expect("it is there")
    })
}

/// Asks the server whether somebody may do something, as them.
fn may(ground: &Ground, client: &Client, verb: &str, resource: &str, namespace: &str) -> bool {
    let (resource, part) = resource.split_once('/').unwrap_or((resource, ""));
    let (resource, group) = resource.split_once('.').unwrap_or((resource, ""));
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": { "resourceAttributes": {
            "verb": verb, "group": group, "resource": resource, "subresource": part, "namespace": namespace,
        } },
    });
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let answer = ask(ground, client, "POST", path, &review).expect("it is there");
    answer["status"]["allowed"] == true
}

fn ask(
    ground: &Ground,
    client: &Client,
    method: &str,
    path: &str,
    body: &Value,
) -> Result<Value, String> {
    let body = if body.is_null() {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .body(body)
        .expect("it is there");
    let answer = ground.wait(client.request_text(request));
    let text = answer.map_err(|error| error.to_string())?;
    Ok(serde_json::from_str(&text).expect("it is there"))
}

#[track_caller]
fn refused(answer: Result<Value, String>, why: &str) {
    let said = answer.expect_err("it is refused");
    assert!(said.contains(why), "{said}");
}

fn in_an_application(ground: &Ground, alice: &Client) {
    let pods = "/api/v1/namespaces/prod-shop/pods";
    let list = ask(ground, alice, "GET", pods, &Value::Null).expect("it is there");
    let pod = list["items"][0]["metadata"]["name"]
        .as_str()
        .expect("it is there");
    ask(
        ground,
        alice,
        "DELETE",
        &format!("{pods}/{pod}"),
        &Value::Null,
    )
    .expect("it is there");
    let secrets = "/api/v1/namespaces/prod-shop/secrets";
    let records = ground.get(secrets).expect("it is there");
    assert_ne!(records["items"], json!([]), "there is something to hide");
    refused(
        ask(ground, alice, "GET", secrets, &Value::Null),
        "forbidden",
    );
    refused(
        ask(ground, alice, "POST", pods, &pod_of(&json!({}))),
        "forbidden",
    );
    let elsewhere = "/api/v1/namespaces/prod-mail/pods";
    refused(
        ask(ground, alice, "GET", elsewhere, &Value::Null),
        "forbidden",
    );
}

/// Who may look can also look with `steading`.
fn with_the_program(place: &Place) {
    let own = "--kubeconfig alice.prod.kubeconfig";
    place
        .run(&format!("history shop {own}"))
        .code(0)
        .out("1        Complete");
    place
        .run(&format!("status shop {own}"))
        .code(4)
        .err("cannot read the releases")
        .err("`steading history APP` needs rights in one namespace only");
    place
        .run(&format!("apply shop --yes {own}"))
        .code(4)
        .lacks("is complete");
}

fn in_a_namespace_of_her_own(ground: &Ground, alice: &Client) {
    let pods = "/api/v1/namespaces/alice-lab/pods";
    let made = ask(ground, alice, "POST", pods, &pod_of(&json!({}))).expect("it is there");
    let resources = &made["spec"]["containers"][0]["resources"];
    assert_eq!(
        resources["requests"]["memory"], "64Mi",
        "the tier's limits count"
    );
    let important = pod_of(&json!({ "priorityClassName": "steading-core" }));
    refused(
        ask(ground, alice, "POST", pods, &important),
        "exceeded quota: no-priority",
    );
    let greedy = json!({ "containers": [container(&json!({ "requests": { "cpu": "3" } }))] });
    refused(
        ask(ground, alice, "POST", pods, &pod_of(&greedy)),
        "exceeded quota: person",
    );
    let host = pod_of(&json!({ "hostNetwork": true }));
    refused(
        ask(ground, alice, "POST", pods, &host),
        "violates PodSecurity",
    );
    let open = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": { "name": "open" },
        "spec": { "type": "NodePort", "ports": [{ "port": 80 }] },
    });
    let services = "/api/v1/namespaces/alice-lab/services";
    refused(
        ask(ground, alice, "POST", services, &open),
        "exceeded quota: person",
    );
}

/// An administrator of a namespace gives others what she has, and no more.
fn beyond_her_rights(ground: &Ground, carol: &Client) {
    let path = "/apis/rbac.authorization.k8s.io/v1/namespaces/carol-lab/roles";
    let role = |resource: &str| {
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": { "name": resource },
            "rules": [{ "apiGroups": [""], "resources": [resource], "verbs": ["create"] }],
        })
    };
    ask(ground, carol, "POST", path, &role("pods")).expect("it is there");
    let more = ask(ground, carol, "POST", path, &role("resourcequotas"));
    refused(
        more,
        "attempting to grant RBAC permissions not currently held",
    );
}

/// The pipeline of an application makes the bindings of its owners, with what `steading rbac` gives it and no more.
fn a_pipeline_binds_them(place: &Place, ground: &Ground) {
    let printed = place.run("rbac shop --output json").code(0).json();
    ground.apply(printed["items"].as_array().expect("it is there"));
    ground.send("DELETE", BINDING, &Value::Null);
    let mut pipeline = Place::on(ground, "prod");
    estate(&pipeline, ground, PEOPLE);
    let manifest = pipeline.declaration("shop", IMAGE, "");
    pipeline.home.write("shop/manifest.yaml", manifest);
    pipeline.kubeconfig(&with_token(ground, "prod-shop"));
    pipeline
        .run("deploy shop/manifest.yaml --image ghcr.io/example/shop:1.1")
        .code(0);
    assert!(ground.get(BINDING).is_some());
    place.app("shop", "ghcr.io/example/shop:1.1", "");
}

/// Whoever is no longer among the people has no rights, whatever an earlier release of an application brings back.
fn taken_away(place: &Place, ground: &Ground, alice: &Client) {
    let less = PEOPLE.replace("role: edit", "role: view");
    estate(place, ground, &less);
    place.run("apply shop --yes").code(0);
    assert!(may(ground, alice, "list", "pods", "prod-shop"));
    assert!(!may(ground, alice, "delete", "pods", "prod-shop"));
    let without: String = PEOPLE
        .lines()
        .filter(|line| !line.contains("alice:"))
        .collect::<Vec<_>>()
        .join("\n");
    estate(place, ground, &format!("{without}\n"));
    place.run("apply --yes --accept-deletes 20");
    assert!(!may(ground, alice, "list", "pods", "prod-shop"));
    place
        .run("apply --yes --accept Namespace/alice-lab")
        .code(0);
    assert!(!may(ground, alice, "list", "pods", "prod-shop"));
    assert!(!may(ground, alice, "list", "pods", "alice-lab"));
    place.run("rollback shop --to 1 --yes").code(0);
    assert!(
        ground.get(BINDING).is_some(),
        "the rollback brings the binding back"
    );
    assert!(!may(ground, alice, "list", "pods", "prod-shop"));
}

fn logs_in_with_openid_connect(place: &Place, ground: &Ground) {
    let login = "  identity: { oidc: { issuer: \"https://login.example.org\", clientId: kubernetes, scopes: [email] } }\n";
    estate(place, ground, &format!("{PEOPLE}{login}"));
    place
        .run("people kubeconfig bob --output given/bob")
        .code(0)
        .err(
            "wrote `given/bob`: user `robert`, namespace `prod-mail`; logs in with OpenID Connect",
        );
    let text = place.file("given/bob");
    assert!(
        text.contains("--oidc-issuer-url=https://login.example.org"),
        "{text}"
    );
    assert!(text.contains("namespace: prod-mail"), "{text}");
    assert!(!text.contains("client-key-data"), "{text}");
}

fn container(resources: &Value) -> Value {
    json!({
        "name": "app", "image": IMAGE, "resources": resources,
        "securityContext": {
            "allowPrivilegeEscalation": false, "runAsNonRoot": true, "runAsUser": 1000,
            "capabilities": { "drop": ["ALL"] }, "seccompProfile": { "type": "RuntimeDefault" },
        },
    })
}

/// Returns a pod that may run in a restricted namespace, with what is said of it.
fn pod_of(more: &Value) -> Value {
    let mut spec = json!({ "containers": [container(&json!({}))] });
    for (key, value) in more.as_object().expect("it is there") {
        spec[key] = value.clone();
    }
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": { "generateName": "try-" }, "spec": spec,
    })
}
