//! A device or machine outside the cluster that stands where the pods would.
//!
//! An address becomes a Service without selector and an `EndpointSlice`. A host name becomes an `ExternalName`, which Traefik follows
//! only with `allowExternalNameServices`: prefer the address.

use std::net::IpAddr;

use serde_json::json;
use steading_model::application::{Upstream, UpstreamHost};

use crate::json::Fields;
use crate::scope::{Output, Scope};

/// The name of its port.
const NAME: &str = "http";

/// Adds the Service of the upstream.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    let Some(upstream) = &scope.application.fields.upstream else {
        return;
    };
    let path = scope.application.field("upstream");
    let port = Fields::new()
        .with("name", NAME)
        .with("port", upstream.port.get())
        .with("targetPort", upstream.port.get())
        .with("protocol", "TCP");
    let spec = Fields::new().with("ports", vec![serde_json::Value::from(port)]);
    let spec = match &upstream.host {
        UpstreamHost::Address(address) => {
            output.push(scope, slice(scope, upstream, *address), &path);
            spec
        }
        UpstreamHost::Name(host) => spec
            .with("type", "ExternalName")
            .with("externalName", host.as_str()),
    };
    output.push(
        scope,
        scope
            .named(scope.name())
            .object("v1", "Service")
            .with("spec", spec),
        &path,
    );
}

/// Returns how the TLS of an upstream is verified: by its name, where it has one.
pub(crate) fn transport(host: &UpstreamHost) -> (&'static str, Fields) {
    match host {
        UpstreamHost::Address(_) => unverified(),
        UpstreamHost::Name(host) => ("upstream", Fields::new().with("serverName", host.as_str())),
    }
}

/// Returns a transport that takes any certificate: pods and addresses are dialled by address, for which no certificate is made.
pub(crate) fn unverified() -> (&'static str, Fields) {
    ("unverified", Fields::new().with("insecureSkipVerify", true))
}

fn slice(scope: &Scope<'_>, upstream: &Upstream, address: IpAddr) -> Fields {
    let family = if address.is_ipv4() { "IPv4" } else { "IPv6" };
    let port = json!({ "name": NAME, "port": upstream.port.get(), "protocol": "TCP" });
    let endpoint = json!({ "addresses": [address.to_string()], "conditions": { "ready": true } });
    scope
        .named(scope.name())
        .label("kubernetes.io/service-name", scope.name())
        .label("endpointslice.kubernetes.io/managed-by", "steading.dev")
        .object("discovery.k8s.io/v1", "EndpointSlice")
        .with("addressType", family)
        .with("ports", vec![port])
        .with("endpoints", vec![endpoint])
}
