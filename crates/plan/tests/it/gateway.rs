//! What opens up where routes are those of Gateway API.

use serde_json::{Value, json};
use steading_model::{Desired, GroupKind, Object};
use steading_plan::{Action, Effect, Wave};

use crate::example::{application, options};
use crate::world::World;

fn route(visibility: &str, gateway: &str) -> Value {
    json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
    "metadata": {"name": "shop", "annotations": {"steading.dev/visibility": visibility}},
    "spec": {
        "hostnames": ["shop.example.org"],
        "parentRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": gateway, "namespace": "network"}],
        "rules": [{"matches": [{"path": {"type": "PathPrefix", "value": "/"}}], "backendRefs": [{"name": "shop", "port": 80}]}],
    }})
}

fn policy() -> Value {
    json!({"apiVersion": "gateway.envoyproxy.io/v1alpha1", "kind": "SecurityPolicy", "metadata": {"name": "shop"},
    "spec": {
        "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "shop"}],
        "authorization": {"defaultAction": "Deny", "rules": [{"action": "Allow", "principal": {"clientCIDRs": ["10.0.0.0/8"]}}]},
        "extAuth": {"failOpen": false, "http": {"path": "/auth"}},
    }})
}

fn web(objects: Vec<Value>) -> Desired {
    let mut objects = objects;
    let namespace =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "prod-shop"}});
    objects.push(namespace);
    application("shop", "prod-shop", objects)
}

fn private() -> Vec<Value> {
    vec![route("private", "internal"), policy()]
}

/// Returns the worst effect of going from one to the other.
fn worst(before: &Desired, after: &Desired) -> Option<Effect> {
    let world = World::running(std::slice::from_ref(before), &options());
    let (plan, report) = world.plan(std::slice::from_ref(after), &options());
    let releases = plan.releases.iter().chain(&report.held_back);
    let steps = releases.flat_map(|release| &release.steps);
    steps.map(|step| step.effect).max()
}

fn changed(pointer: &str, value: Value) -> Desired {
    let mut desired = web(private());
    let is_route = pointer.starts_with("/route");
    let kind = if is_route {
        "HTTPRoute"
    } else {
        "SecurityPolicy"
    };
    let object = desired
        .objects
        .iter_mut()
        .find(|object| object.id.kind.kind == kind);
    let pointer = pointer.trim_start_matches("/route");
    *object.unwrap().json.pointer_mut(pointer).unwrap() = value;
    desired
}

#[test]
fn what_opens_a_route_is_an_exposure() {
    let before = web(private());
    let gateway = "/route/spec/parentRefs/0/name";
    let visibility = "/route/metadata/annotations/steading.dev~1visibility";
    for (after, effect) in [
        (before.clone(), None),
        // On another Gateway, but still past the allow-list.
        (changed(gateway, json!("other")), Some(Effect::None)),
        (changed(visibility, json!("public")), Some(Effect::Exposure)),
        (
            web(vec![route("public", "external"), policy()]),
            Some(Effect::Exposure),
        ),
        (
            web(vec![route("private", "internal")]),
            Some(Effect::Exposure),
        ),
        (
            changed("/spec/extAuth/http/path", json!("/other")),
            Some(Effect::Exposure),
        ),
        (
            changed("/spec/extAuth", json!(null)),
            Some(Effect::Exposure),
        ),
        (
            changed("/spec/extAuth/failOpen", json!(true)),
            Some(Effect::Exposure),
        ),
        (
            changed("/spec/authorization/defaultAction", json!("Allow")),
            Some(Effect::Exposure),
        ),
        (
            changed(
                "/spec/authorization/rules/0/principal/clientCIDRs",
                json!(["0.0.0.0/0"]),
            ),
            Some(Effect::Exposure),
        ),
        (
            changed(
                "/spec/authorization/rules/0/principal/clientCIDRs",
                json!(["10.1.0.0/16"]),
            ),
            Some(Effect::None),
        ),
        (
            changed("/spec/targetRefs/0/name", json!("other")),
            Some(Effect::Exposure),
        ),
        (web(vec![]), Some(Effect::Downtime)),
    ] {
        assert_eq!(worst(&before, &after), effect, "{:?}", after.objects);
    }
}

/// Beside the protected host, a path of it without a login, on the same private Gateway.
fn carved() -> Vec<Value> {
    let mut path = route("private", "internal");
    path["metadata"]["name"] = json!("api");
    path["spec"]["rules"][0]["matches"][0]["path"]["value"] = json!("/api");
    private().into_iter().chain([path]).collect()
}

#[test]
fn a_path_carved_out_of_a_protected_host_is_an_exposure() {
    assert_eq!(
        worst(&web(private()), &web(carved())),
        Some(Effect::Exposure)
    );
    // Without the login above it, nothing is carved out.
    let open = |routes: Vec<Value>| {
        let routes = routes.into_iter();
        web(routes
            .filter(|one| one["kind"] != "SecurityPolicy")
            .collect())
    };
    assert_eq!(worst(&open(private()), &open(carved())), Some(Effect::None));
    // The protected path goes, and the host without a login answers instead.
    let mut guarded = carved();
    for object in &mut guarded {
        if object["kind"] == "SecurityPolicy" {
            object["spec"]["targetRefs"][0]["name"] = json!("api");
            object["metadata"]["name"] = json!("api");
        }
    }
    let left = web(vec![route("private", "internal")]);
    assert_eq!(worst(&web(guarded), &left), Some(Effect::Exposure));
}

#[test]
fn a_public_route_opens_with_a_host_or_path_of_its_own() {
    let before = web(vec![route("public", "external")]);
    for (pointer, value, effect) in [
        (
            "/spec/hostnames/0",
            json!("other.example.org"),
            Effect::Exposure,
        ),
        (
            "/spec/rules/0/matches/0/path/value",
            json!("/api"),
            Effect::Exposure,
        ),
        ("/spec/rules/0/backendRefs/0/port", json!(81), Effect::None),
    ] {
        let mut after = before.clone();
        let mut objects = after.objects.iter_mut();
        let object = objects.find(|object| object.id.kind.kind == "HTTPRoute");
        *object.unwrap().json.pointer_mut(pointer).unwrap() = value;
        assert_eq!(worst(&before, &after), Some(effect), "{pointer}");
    }
}

#[test]
fn a_middleware_that_a_route_no_longer_names_was_a_gate() {
    let named = |name: &str| {
        let mut route = route("public", "external");
        route["spec"]["rules"][0]["filters"] = json!([{"type": "ExtensionRef",
            "extensionRef": {"group": "traefik.io", "kind": "Middleware", "name": name}}]);
        let middleware = |name: &str, spec: Value| json!({"apiVersion": "traefik.io/v1alpha1", "kind": "Middleware", "metadata": {"name": name}, "spec": spec});
        web(vec![
            route,
            middleware("login", json!({"forwardAuth": {"address": "http://sso"}})),
            middleware("headers", json!({"headers": {}})),
        ])
    };
    assert_eq!(
        worst(&named("login"), &named("headers")),
        Some(Effect::Exposure)
    );
    assert_eq!(
        worst(&named("headers"), &named("login")),
        Some(Effect::None)
    );
}

#[test]
fn policies_stand_before_the_route() {
    let (plan, _) = World::default().plan(&[web(private())], &options());
    let steps: Vec<(Wave, &str, Action)> = plan.releases[0]
        .steps
        .iter()
        .map(|step| (step.wave, step.id.kind.kind.as_str(), step.action))
        .collect();
    assert_eq!(
        steps,
        [
            (Wave::Ground, "Namespace", Action::Create),
            (Wave::Configuration, "SecurityPolicy", Action::Create),
            (Wave::Routes, "HTTPRoute", Action::Create),
        ]
    );
}

#[test]
fn a_new_route_without_a_gate_is_exposed_only_if_it_is_public() {
    let nothing = web(vec![]);
    for (objects, effect) in [
        (vec![route("public", "external")], Effect::Exposure),
        (vec![route("private", "internal")], Effect::None),
        (private(), Effect::None),
    ] {
        assert_eq!(worst(&nothing, &web(objects)), Some(effect));
    }
    let mut raw = route("private", "external");
    raw["metadata"]
        .as_object_mut()
        .unwrap()
        .remove("annotations");
    let object = Object::from_json(raw.clone(), None).unwrap();
    assert_eq!(
        object.id.kind,
        GroupKind::new("gateway.networking.k8s.io", "HTTPRoute")
    );
    assert_eq!(worst(&nothing, &web(vec![raw])), Some(Effect::Exposure));
}
