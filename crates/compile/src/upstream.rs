//! A device or machine outside the cluster that stands where the pods would: for a whole application, or for one of its routes.
//!
//! An address becomes a Service without selector and an `EndpointSlice`. A host name becomes an `ExternalName`, which Traefik follows
//! only with `allowExternalNameServices`: prefer the address. No network policy is needed: the connection goes from the ingress
//! controller to the device, and no pod of the application has a part in it.

use std::net::IpAddr;

use serde_json::{Value, json};
use steading_model::FieldPath;
use steading_model::application::{Upstream, UpstreamHost, UpstreamTlsFields};
use steading_model::name::HostName;

use crate::json::Fields;
use crate::scope::{Output, Scope};
use crate::{gateway, route};

/// The name of its port.
const NAME: &str = "http";

/// Adds the Services of everything outside the cluster.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    if let Some(upstream) = &scope.application.fields.upstream {
        let path = scope.application.field("upstream");
        service(scope, scope.name(), upstream, &path, output);
    }
    for entry in route::entries(scope) {
        if let Some(upstream) = &entry.route.upstream {
            let path = entry.path.key("upstream");
            service(scope, &entry.name, upstream, &path, output);
        }
    }
}

fn service(
    scope: &Scope<'_>,
    name: &str,
    upstream: &Upstream,
    path: &FieldPath,
    output: &mut Output,
) {
    let port = Fields::new()
        .with("name", NAME)
        .with("port", upstream.port.get())
        .with("targetPort", upstream.port.get())
        .with("protocol", "TCP");
    let spec = Fields::new().with("ports", vec![Value::from(port)]);
    let spec = match &upstream.host {
        UpstreamHost::Address(address) => {
            output.push(scope, slice(scope, name, upstream, *address), path);
            spec
        }
        // A Gateway follows no such Service.
        UpstreamHost::Name(_) if gateway::is_used(scope.estate) => return,
        UpstreamHost::Name(host) => spec
            .with("type", "ExternalName")
            .with("externalName", host.as_str()),
    };
    let object = scope.named(name).object("v1", "Service").with("spec", spec);
    output.push(scope, object, path);
}

/// Returns how the TLS of an upstream is verified, with the name of that.
pub(crate) fn transport(
    service: &str,
    host: &UpstreamHost,
    tls: &UpstreamTlsFields,
) -> (String, Fields) {
    let UpstreamTlsFields {
        server_name,
        authority,
        unverified,
    } = tls;
    if unverified.is_some() {
        return self::unverified();
    }
    let named = match host {
        UpstreamHost::Name(name) => Some(name),
        UpstreamHost::Address(_) => None,
    };
    let name = server_name.as_ref().or(named).map(HostName::as_str);
    let authority = authority
        .iter()
        .map(|secret| json!({ "secret": secret.as_str() }));
    let fields = Fields::new()
        .with("serverName", name)
        .with("rootCAs", authority.collect::<Vec<_>>());
    (service.to_owned(), fields)
}

/// Returns a transport that takes any certificate: pods are dialled by address, for which no certificate is made.
pub(crate) fn unverified() -> (String, Fields) {
    let fields = Fields::new().with("insecureSkipVerify", true);
    ("unverified".to_owned(), fields)
}

fn slice(scope: &Scope<'_>, name: &str, upstream: &Upstream, address: IpAddr) -> Fields {
    let family = if address.is_ipv4() { "IPv4" } else { "IPv6" };
    let port = json!({ "name": NAME, "port": upstream.port.get(), "protocol": "TCP" });
    let endpoint = json!({ "addresses": [address.to_string()], "conditions": { "ready": true } });
    scope
        .named(name)
        .label("kubernetes.io/service-name", name)
        .label("endpointslice.kubernetes.io/managed-by", "steading.dev")
        .object("discovery.k8s.io/v1", "EndpointSlice")
        .with("addressType", family)
        .with("ports", vec![port])
        .with("endpoints", vec![endpoint])
}
