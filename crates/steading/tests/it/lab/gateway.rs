//! Routes of Gateway API on a real API server: its definitions take them, a Gateway's refusal is named, and what opens up is asked for.

use serde_json::{Value, json};

use super::ground::ground;
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/shop:1.0";
const ROUTES: &str = "/apis/gateway.networking.k8s.io/v1/namespaces/gateway-shop";
const ENVOY: &str = "/apis/gateway.envoyproxy.io/v1alpha1/namespaces/gateway-shop";
/// What is said of the estate's routes.
const INGRESS: &str = "  ingress:
    controller: gateway-api
    policies: envoy-gateway
    gateways:
      private: { name: internal, namespace: network, listenerSets: true }
      public: { name: external, namespace: network }
    sso: { url: http://sso.sso/auth }
    retry: {}
    compress: {}
  certificates: { issuer: letsencrypt }
";

/// A route that is private; one on a host of its own; one for gRPC; and devices with and without a certificate to verify.
const SHOP: &str = "ingress:
  - host: shop.example.org
  - { host: shop.example.org, path: /api, auth: { app: tokens }, limits: { requests: 5, body: 5Mi }, stripPrefix: true }
  - { host: a.b.example.org, auth: { app: its own }, headers: { Server: \"\" } }
  - { host: old.example.org, auth: { public: leads on }, redirectTo: https://www.example.org/new }
  - { host: printer.example.org, upstream: { host: 192.168.1.20, port: 631, tls: { unverified: its own certificate } } }
  - { host: store.example.org, upstream: { host: 192.168.1.30, port: 5001, tls: { serverName: store.example.org } } }
";

fn place() -> Place {
    let place = Place::new("gateway");
    let estate = place.file("estate.yaml") + INGRESS;
    place.home.write("estate.yaml", estate);
    ground().apply(&[
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "sso" } }),
    ]);
    place
}

fn spec(path: &str) -> Value {
    ground().get(path).expect("it is there")["spec"].clone()
}

#[test]
fn routes_of_gateway_api_are_taken_and_what_a_gateway_refuses_is_named() {
    let place = place();
    place.app("shop", IMAGE, SHOP);
    let applied = place.run("apply --yes").code(0);
    applied.out("gateway/shop: release 1 is complete");
    place.run("plan --detailed-exitcode").code(0);
    let route = spec(&format!("{ROUTES}/httproutes/shop-example-org"));
    assert_eq!(route["parentRefs"][0]["name"], "internal");
    let policy = spec(&format!("{ENVOY}/securitypolicies/shop-example-org"));
    assert_eq!(policy["authorization"]["defaultAction"], "Deny");
    assert_eq!(policy["extAuth"]["failOpen"], false);
    let listeners = spec(&format!("{ROUTES}/listenersets/a-b-example-org"));
    assert_eq!(listeners["listeners"][0]["hostname"], "a.b.example.org");
    spec(&format!("{ROUTES}/backendtlspolicies/store-example-org"));
    spec(&format!("{ENVOY}/backends/printer-example-org"));
    refused(&place);
    opened(&place);
}

fn refused(place: &Place) {
    let path = format!("{ROUTES}/httproutes/shop-example-org");
    let mut route = ground().get(&path).expect("it is there");
    let condition = json!({
        "type": "Accepted", "status": "False", "reason": "NoMatchingListenerHostname", "message": "",
        "lastTransitionTime": "2026-11-21T12:00:00Z", "observedGeneration": route["metadata"]["generation"],
    });
    route["status"]["parents"][0]["conditions"] = json!([condition]);
    ground().send("PUT", &format!("{path}/status"), &route);
    place
        .run("status")
        .out("not accepted by gateway network/internal: NoMatchingListenerHostname");
}

/// The private route becomes a public one: nobody takes that for granted.
fn opened(place: &Place) {
    let public = SHOP.replace(
        "- host: shop.example.org\n",
        "- { host: shop.example.org, visibility: public }\n",
    );
    place.app("shop", IMAGE, &public);
    let planned = place.run("plan").code(1);
    planned.out("exposure").out("HTTPRoute/shop-example-org");
}
