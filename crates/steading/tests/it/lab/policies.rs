//! The estate's own rules, beside a real API server: what `check` refuses is refused there, with the same message.
//!
//! These tests have a lab of their own, because policies hold for a whole cluster.

mod table;

use std::sync::OnceLock;

use kube::client::Body;
use serde_json::{Value, json};
use steading_rules::RULES;

use super::ground::{Ground, until};
use super::place::Place;
use table::{ROWS, Row};

const WARNING: &str = "shop has a moving tag";
const POLICIES: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
const IMAGE: &str = "ghcr.io/example/shop:1.0";

fn lab() -> &'static Ground {
    static GROUND: OnceLock<Ground> = OnceLock::new();
    GROUND.get_or_init(Ground::begin)
}

/// What the API server says to a request.
struct Answer {
    status: u16,
    warnings: Vec<String>,
    message: String,
}

fn ask(method: &str, path: &str, body: &Value) -> Answer {
    let ground = lab();
    ground.wait(async {
        let client = ground.lab().client().await.expect("the lab has a client");
        let content = if method == "PATCH" {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", content)
            .body(Body::from(body.to_string().into_bytes()))
            .expect("the request is one");
        let answer = client.send(request).await.expect("the server answers");
        let warnings = answer.headers().get_all("warning").iter();
        let warnings = warnings.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let (status, warnings) = (answer.status().as_u16(), warnings.collect());
        let bytes = answer
            .into_body()
            .collect_bytes()
            .await
            .expect("the answer can be read");
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let message = body["message"].as_str().unwrap_or_default().to_owned();
        Answer {
            status,
            warnings,
            message,
        }
    })
}

/// Asks whether an object would be taken.
fn offer(object: &Value) -> Answer {
    let (kind, namespace) = (&object["kind"], object["metadata"]["namespace"].as_str());
    let group = match kind.as_str() {
        Some("Deployment") => "/apis/apps/v1",
        Some("Ingress" | "NetworkPolicy") => "/apis/networking.k8s.io/v1",
        _ => "/api/v1",
    };
    let resource = match kind.as_str() {
        Some("Ingress") => "ingresses".to_owned(),
        Some("NetworkPolicy") => "networkpolicies".to_owned(),
        Some(kind) => format!("{}s", kind.to_lowercase()),
        None => panic!("an object has a kind"),
    };
    let namespace = namespace.expect("the objects are in namespaces");
    let path = format!("{group}/namespaces/{namespace}/{resource}?dryRun=All");
    ask("POST", &path, object)
}

/// Returns what the API server says once a policy holds.
fn refused(object: &Value) -> Answer {
    until("the policy holds", || {
        let answer = offer(object);
        let holds = answer.message.contains("ValidatingAdmissionPolicy");
        holds.then_some(answer)
    })
}

/// Makes a place where no built-in rule says anything: they know many of the rows too.
fn quiet_place() -> Place {
    let place = Place::on(lab(), "rows");
    let off = RULES.iter().map(|rule| {
        let name = rule.name;
        format!("    {name}: {{ severity: off, why: a test of other rules }}\n")
    });
    let estate = format!(
        "{}  rules:\n{}",
        place.file("estate.yaml"),
        off.collect::<String>()
    );
    place.home.write("estate.yaml", estate);
    place
}

/// Writes an application for each row: with the object that is as the rule wants, or with the other.
fn write_applications(place: &Place, object: fn(&Row) -> Value) {
    for (at, row) in ROWS.iter().enumerate() {
        let raw = format!("raw: [{}]", object(row));
        place.app(&format!("row-{at}"), IMAGE, &raw);
    }
}

fn write_rules(place: &Place) {
    for (at, row) in ROWS.iter().enumerate() {
        place.home.write(
            &format!("policies/row-{at}.yaml"),
            row.rule(at, &place.environment),
        );
    }
}

/// Returns the object of each row as Steading would apply it.
fn rendered(place: &Place) -> Vec<Value> {
    let list = place.run("render --output json").code(0).json();
    let items = list["items"].as_array().expect("it is a list");
    let of_row = |at: usize| {
        let mut found = items.iter().filter(|item| {
            item["metadata"]["name"] == "probe"
                && item["metadata"]["labels"]["steading.dev/application"] == format!("row-{at}")
        });
        found.next().expect("the object is rendered").clone()
    };
    (0..ROWS.len()).map(of_row).collect()
}

#[test]
fn what_check_refuses_is_refused_by_the_api_server() {
    let good = quiet_place();
    write_applications(&good, Row::good);
    let bad = quiet_place();
    write_applications(&bad, Row::bad);
    let (good_objects, bad_objects) = (rendered(&good), rendered(&bad));

    write_rules(&good);
    write_rules(&bad);
    let checked = good.run("check --output json").code(0).json();
    assert_eq!(own_findings(&checked), Vec::<String>::new());
    let checked = bad.run("check --output json").code(1).json();
    let found = own_findings(&checked);
    for (at, row) in ROWS.iter().enumerate() {
        let rule = format!("`row-{at}`");
        let ours: Vec<&String> = found.iter().filter(|text| text.contains(&rule)).collect();
        assert_eq!(ours.len(), 1, "{}: {ours:?}", row.expression);
        assert!(ours[0].contains(row.said), "{}: {ours:?}", row.expression);
    }

    let exported = bad
        .run_plain("policies export --output json")
        .code(0)
        .json();
    let policies = exported["items"].as_array().expect("it is a list");
    assert_eq!(policies.len(), ROWS.len() * 2);
    let namespaces = (0..ROWS.len()).map(|at| {
        let name = format!("rows-row-{at}");
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })
    });
    lab().apply(&namespaces.collect::<Vec<_>>());
    lab().apply(policies);
    for (at, row) in ROWS.iter().enumerate() {
        let refused = refused(&bad_objects[at]);
        assert_eq!(
            refused.status, 422,
            "{}: {}",
            row.expression, refused.message
        );
        assert!(
            refused.message.contains(row.there()),
            "{}: {}",
            row.expression,
            refused.message
        );
        assert!(
            refused
                .message
                .contains(&format!("row-{at}.home.steading.dev"))
        );
        let taken = offer(&good_objects[at]);
        assert_eq!(taken.status, 201, "{}: {}", row.expression, taken.message);
    }
}

/// Returns the messages of findings of own rules.
fn own_findings(checked: &Value) -> Vec<String> {
    let findings = checked["findings"].as_array().expect("it is a list");
    let ours = findings.iter().filter(|finding| {
        let code = finding["code"].as_str().unwrap_or_default();
        code.starts_with("ST49")
    });
    ours.map(|finding| finding["message"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn a_warning_warns_here_and_there() {
    let place = Place::on(lab(), "warned");
    place.app("shop", "ghcr.io/example/shop:stable", "");
    place.home.write(
        "policies/moving.yaml",
            "apiVersion: steading.dev/v1\nkind: Rule\nmetadata: { name: moving }\nspec:\n  why: nobody can say which version runs\n  severity: warning\n  \
             match: { objects: { kinds: [apps/v1/Deployment], environments: [warned] } }\n  validations:\n    \
             - expression: object.spec.template.spec.containers.all(c, c.image.matches(':[0-9]'))\n      messageExpression: object.metadata.name + ' has a moving tag'\n",
    );
    let checked = place.run("check --output json").json();
    let found = own_findings(&checked);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains(WARNING), "{found:?}");
    let exported = place
        .run_plain("policies export --output json")
        .code(0)
        .json();
    lab().apply(exported["items"].as_array().expect("it is a list"));
    let namespace =
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "warned-shop" } });
    lab().apply(&[namespace]);
    let deployment = table::deployment("ghcr.io/example/shop:stable", &json!({}));
    let mut deployment = deployment.clone();
    deployment["metadata"] = json!({
        "name": "shop",
        "namespace": "warned-shop",
        "labels": { "steading.dev/estate": "home", "steading.dev/environment": "warned" },
    });
    let warnings = until("the policy holds", || {
        let answer = offer(&deployment);
        assert_eq!(answer.status, 201, "{}", answer.message);
        Some(answer.warnings).filter(|warnings| !warnings.is_empty())
    });
    assert!(
        warnings.iter().any(|text| text.contains(WARNING)),
        "{warnings:?}"
    );
}

#[test]
fn the_api_server_knows_each_function_and_says_the_same() {
    let validations: Vec<Value> = steading_rules::policy::functions()
        .map(|(name, example)| json!({ "expression": example, "message": format!("differs: {name}") }))
        .collect();
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": { "name": "functions.example.org" },
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {
                "objectSelector": { "matchLabels": { "probe": "functions" } },
                "resourceRules": [{ "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"] }],
            },
            // One that fails at last, so that the policy is known to hold.
            "validations": validations.into_iter().chain([json!({ "expression": "false", "message": "all were true" })]).collect::<Vec<_>>(),
        },
    });
    let taken = ask("POST", &format!("{POLICIES}?dryRun=All"), &policy);
    assert_eq!(taken.status, 201, "{}", taken.message);
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": { "name": "functions.example.org" },
        "spec": { "policyName": "functions.example.org", "validationActions": ["Deny"] },
    });
    lab().apply(&[policy, binding]);
    let object = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": "probe", "namespace": "default", "labels": { "probe": "functions" } },
    });
    let answer = refused(&object);
    assert!(
        answer.message.ends_with("all were true"),
        "{} {}",
        answer.status,
        answer.message
    );
}

#[test]
fn what_is_no_rule_here_is_no_policy_there() {
    for (expression, message) in [
        ("object.spec.paused", "'x'"),
        ("object.metadata.name.size() == '3'", "'x'"),
        ("objekt.spec.replicas <= 3", "'x'"),
        ("object.metadata.name.startswith('a')", "'x'"),
        ("object.metadata.name.startsWith()", "'x'"),
        ("object.spec.replicas <= ", "'x'"),
        ("true", "object.kind"),
    ] {
        let place = Place::on(lab(), "wrong");
        place.home.write(
            "policies/wrong.yaml",
            format!(
                "apiVersion: steading.dev/v1\nkind: Rule\nmetadata: {{ name: wrong }}\nspec:\n  why: a test of mistakes\n  \
                 match: {{ objects: {{ kinds: [apps/v1/Deployment] }} }}\n  validations:\n    - expression: >-\n        {expression}\n      \
                 messageExpression: >-\n        {message}\n"
            ),
        );
        place.run("check").code(1).out("error[ST49");
        let policy = json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": { "name": "wrong.example.org" },
            "spec": {
                "matchConstraints": {
                    "resourceRules": [{ "apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"] }],
                },
                "validations": [{ "expression": expression, "messageExpression": message }],
            },
        });
        let answer = ask("POST", &format!("{POLICIES}?dryRun=All"), &policy);
        assert_eq!(answer.status, 422, "{expression} {message}");
    }
}

#[test]
fn an_installed_rule_is_kept_in_the_cluster() {
    let place = Place::on(lab(), "kept");
    place.app("shop", IMAGE, "replicas: 2");
    let rule = |install: bool| {
        format!(
            "apiVersion: steading.dev/v1\nkind: Rule\nmetadata: {{ name: few }}\nspec:\n  why: there are two nodes\n  install: {install}\n  \
             match: {{ objects: {{ kinds: [apps/v1/Deployment], environments: [kept] }} }}\n  validations:\n    \
             - {{ expression: object.spec.replicas <= 2, message: more than two replicas }}\n"
        )
    };
    place.home.write("policies/few.yaml", rule(true));
    let applied = place.run("apply --yes").code(0);
    applied.out("few.home.steading.dev");
    place
        .run("plan --detailed-exitcode")
        .code(0)
        .out("nothing to do");
    let deployment = "/apis/apps/v1/namespaces/kept-shop/deployments/shop";
    let three = json!({ "spec": { "replicas": 3 } });
    let path = format!("{deployment}?dryRun=All");
    let refused = until("the policy holds", || {
        Some(ask("PATCH", &path, &three)).filter(|answer| answer.status == 422)
    });
    assert!(
        refused.message.contains("more than two replicas"),
        "{}",
        refused.message
    );
    place.app("shop", IMAGE, "replicas: 3");
    place
        .run("plan")
        .code(1)
        .err("more than two replicas (`few`)");

    let waiver = "replicas: 3\nwaivers: [{ rule: few, why: a third node is lent }]";
    place.app("shop", IMAGE, waiver);
    // The plan asks the API server, where the waiver is not known before the first of these.
    let first = place.run("apply --yes").code(1);
    first
        .out("spec.matchConditions")
        .out("more than two replicas");
    until("the policy is gone", || {
        (ask("PATCH", &path, &three).status == 200).then_some(())
    });
    place.run("apply --yes").code(0);
    assert_eq!(
        lab().get(deployment).expect("it is there")["spec"]["replicas"],
        3
    );

    place.home.write("policies/few.yaml", rule(false));
    place.run("apply --yes").code(0);
    let gone = lab().get(&format!("{POLICIES}/few.home.steading.dev"));
    assert_eq!(gone, None, "what is not installed any more goes");
}
