//! What opens up where routes are Traefik's own: each gate taken away, made wider, or gone round.

use serde_json::{Value, json};
use steading_model::Desired;
use steading_plan::Effect;

use crate::example::{application, options};
use crate::world::World;

const WHOLE: &str = "Host(`shop.example.org`)";
const API: &str = "Host(`shop.example.org`) && (Path(`/api`) || PathPrefix(`/api/`))";
const DEEP: &str = "Host(`shop.example.org`) && (Path(`/api/v1`) || PathPrefix(`/api/v1/`))";
const APIX: &str = "Host(`shop.example.org`) && (Path(`/apix`) || PathPrefix(`/apix/`))";

fn route(name: &str, rule: &str, gates: &[&str]) -> Value {
    let gates: Vec<Value> = gates.iter().map(|name| json!({ "name": name })).collect();
    json!({"apiVersion": "traefik.io/v1alpha1", "kind": "IngressRoute", "metadata": {"name": name},
    "spec": {"routes": [{"kind": "Rule", "match": rule, "middlewares": gates, "services": [{"name": "shop", "port": 80}]}]}})
}

fn passed_through(gates: &[&str]) -> Value {
    let gates: Vec<Value> = gates.iter().map(|name| json!({ "name": name })).collect();
    json!({"apiVersion": "traefik.io/v1alpha1", "kind": "IngressRouteTCP", "metadata": {"name": "mail"},
    "spec": {"routes": [{"match": "HostSNI(`mail.example.org`)", "middlewares": gates, "services": [{"name": "shop", "port": 443}]}], "tls": {"passthrough": true}}})
}

fn middleware(kind: &str, name: &str, spec: &Value) -> Value {
    json!({"apiVersion": "traefik.io/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec})
}

fn gates() -> Vec<Value> {
    let asked = |address: &str| json!({ "forwardAuth": { "address": address } });
    let listed = json!({ "ipAllowList": { "sourceRange": ["10.0.0.0/8"] } });
    vec![
        middleware("Middleware", "private-only", &listed),
        middleware("MiddlewareTCP", "private-only", &listed),
        middleware(
            "Middleware",
            "login",
            &asked("http://sso/auth?rd=1&groups=family,staff"),
        ),
        middleware(
            "Middleware",
            "staff",
            &asked("http://sso/auth?rd=1&groups=staff"),
        ),
        middleware("Middleware", "anyone", &asked("http://sso/auth?rd=1")),
        middleware("Middleware", "token", &asked("http://shop-bearer:8080/KEY")),
        middleware(
            "Middleware",
            "other-token",
            &asked("http://shop-bearer:8080/OTHER"),
        ),
        middleware(
            "Middleware",
            "wake-up",
            &json!({ "plugin": { "sablier": { "sablierUrl": "http://s", "group": "shop" } } }),
        ),
        middleware(
            "Middleware",
            "guard",
            &json!({ "plugin": { "guard": { "key": "x" } } }),
        ),
        middleware(
            "Middleware",
            "rate",
            &json!({ "rateLimit": { "average": 1 } }),
        ),
    ]
}

fn shop(routes: Vec<Value>, gates: Vec<Value>) -> Desired {
    let namespace =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "prod-shop"}});
    let objects = routes.into_iter().chain(gates).chain([namespace]).collect();
    application("shop", "prod-shop", objects)
}

/// Says whether going from some routes to others opens anything.
fn exposes(before: Vec<Value>, after: Vec<Value>) -> bool {
    effect(&shop(before, gates()), &shop(after, gates())) == Some(Effect::Exposure)
}

fn effect(before: &Desired, after: &Desired) -> Option<Effect> {
    let world = World::running(std::slice::from_ref(before), &options());
    let (plan, report) = world.plan(std::slice::from_ref(after), &options());
    let releases = plan.releases.iter().chain(&report.held_back);
    let steps = releases.flat_map(|release| &release.steps);
    steps.map(|step| step.effect).max()
}

#[test]
fn a_gate_that_is_lost_or_wider_is_an_exposure() {
    let rows: &[(&[&str], &[&str], bool)] = &[
        (&["private-only", "login"], &["login"], true),
        (&["private-only", "login"], &["private-only"], true),
        (&["login"], &["staff"], false),
        (&["staff"], &["login"], true),
        (&["staff"], &["anyone"], true),
        (&["anyone"], &["staff"], false),
        (&["token"], &[], true),
        (&["token"], &["other-token"], true),
        (&["login"], &["token"], true),
        (&["guard"], &[], true),
        (&["login", "wake-up"], &["login"], false),
        (&["login", "rate"], &["login"], false),
        (&["login"], &["login", "wake-up", "rate"], false),
    ];
    for (before, after, expected) in rows {
        let one = |gates: &[&str]| vec![route("shop", WHOLE, gates)];
        assert_eq!(
            exposes(one(before), one(after)),
            *expected,
            "{before:?} {after:?}"
        );
    }
}

#[test]
fn a_path_that_is_carved_out_is_an_exposure() {
    let whole = |gates: &[&str]| route("shop", WHOLE, gates);
    let rows: &[(&[&str], &str, &[&str], bool)] = &[
        (&["private-only", "login"], API, &["private-only"], true),
        (
            &["private-only", "login"],
            API,
            &["private-only", "login"],
            false,
        ),
        (
            &["private-only", "login"],
            API,
            &["private-only", "token"],
            true,
        ),
        (&["login"], API, &["login"], false),
        (&["login"], API, &[], true),
        (&[], API, &["login"], false),
        (&[], API, &[], false),
    ];
    for (before, rule, gates, expected) in rows {
        let after = vec![whole(before), route("api", rule, gates)];
        assert_eq!(
            exposes(vec![whole(before)], after),
            *expected,
            "{before:?} {gates:?}"
        );
    }
    // The nearest rule above counts, and only whole segments of a path.
    let before = || vec![whole(&[]), route("api", API, &["login"])];
    let with = |rule: &str, gates: &[&str]| {
        let mut routes = before();
        routes.push(route("new", rule, gates));
        routes
    };
    assert!(exposes(before(), with(DEEP, &[])));
    assert!(!exposes(before(), with(APIX, &[])));
}

#[test]
fn a_protected_path_that_goes_leaves_the_wider_one() {
    let rows: &[(&[&str], &[&str], bool)] = &[
        (&[], &["login"], true),
        (&["login"], &["login"], false),
        (&["staff"], &["login"], false),
        (&["login"], &["staff"], true),
    ];
    for (whole, api, expected) in rows {
        let whole = || route("shop", WHOLE, whole);
        let before = vec![whole(), route("api", API, api)];
        assert_eq!(exposes(before, vec![whole()]), *expected, "{api:?}");
        let mut both = route("shop", WHOLE, &[]);
        both["spec"]["routes"] = json!([
            whole()["spec"]["routes"][0],
            route("api", API, api)["spec"]["routes"][0]
        ]);
        assert_eq!(
            exposes(vec![both], vec![whole()]),
            *expected,
            "{api:?} in one object"
        );
    }
}

#[test]
fn connections_that_are_passed_through_have_an_allow_list_too() {
    assert!(!exposes(vec![], vec![passed_through(&["private-only"])]));
    assert!(exposes(vec![], vec![passed_through(&[])]));
    assert!(exposes(
        vec![passed_through(&["private-only"])],
        vec![passed_through(&[])]
    ));
    // The login of a host cannot be asked for any more once its connections are passed through.
    let opened = || {
        route(
            "mail",
            "Host(`mail.example.org`)",
            &["private-only", "login"],
        )
    };
    let after = vec![passed_through(&["private-only"])];
    assert!(exposes(vec![opened()], after));
}

#[test]
fn a_middleware_that_admits_more_is_an_exposure() {
    let routes = || {
        vec![
            route("shop", WHOLE, &["private-only", "login"]),
            passed_through(&["private-only"]),
        ]
    };
    let rows = [
        (
            0,
            "/spec/ipAllowList/sourceRange",
            json!(["10.0.0.0/8", "192.168.0.0/16"]),
            true,
        ),
        (
            0,
            "/spec/ipAllowList/sourceRange",
            json!(["10.1.0.0/16"]),
            false,
        ),
        (
            1,
            "/spec/ipAllowList/sourceRange",
            json!(["0.0.0.0/0"]),
            true,
        ),
        (
            2,
            "/spec/forwardAuth/address",
            json!("http://sso/auth?rd=1&groups=family,staff,guests"),
            true,
        ),
        (
            2,
            "/spec/forwardAuth/address",
            json!("http://sso/auth?rd=1&groups=family"),
            false,
        ),
        (
            2,
            "/spec/forwardAuth/address",
            json!("http://other/auth?rd=1&groups=family,staff"),
            true,
        ),
        (
            7,
            "/spec/plugin",
            json!({ "sablier": { "sablierUrl": "http://t", "group": "shop" } }),
            false,
        ),
    ];
    for (at, pointer, value, expected) in rows {
        let mut changed = gates();
        *changed[at].pointer_mut(pointer).unwrap() = value.clone();
        let effect = effect(&shop(routes(), gates()), &shop(routes(), changed));
        assert_eq!(effect == Some(Effect::Exposure), expected, "{value}");
    }
}
