//! Where the requests of a route go.
//!
//! A Gateway reaches Services, and trusts only certificates that it can verify by name. Envoy Gateway has a kind of its own for hosts
//! outside of the cluster and for what is not verified (`Backend`, which its configuration must allow); for others both are errors.

use serde_json::{Value, json};
use steading_model::FieldPath;
use steading_model::application::{Protocol, Upstream, UpstreamHost, UpstreamTlsFields};
use steading_model::estate::GatewayPolicies;

use super::{V1, policies};
use crate::backend;
use crate::codes::GATEWAY_TARGET;
use crate::json::Fields;
use crate::route::Entry;
use crate::scope::{Output, Scope};

/// The API of Envoy Gateway.
pub(super) const ENVOY: &str = "gateway.envoyproxy.io/v1alpha1";
/// Its group.
pub(super) const ENVOY_GROUP: &str = "gateway.envoyproxy.io";

/// Where requests go.
pub(super) struct Target {
    /// The reference, with its defaults.
    pub(super) reference: Value,
    protocol: Protocol,
}

impl Target {
    /// Says whether gRPC is spoken there.
    pub(super) fn is_grpc(&self) -> bool {
        self.protocol == Protocol::Grpc
    }
}

/// What a `Backend` of Envoy Gateway stands for.
struct Outside {
    name: String,
    endpoint: Value,
    tls: Option<Value>,
}

/// Returns where the requests of a route go, if anywhere, and adds what that needs; the error was reported.
pub(super) fn target(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    output: &mut Output,
) -> Result<Option<Target>, ()> {
    if entry.route.redirect_to.is_some() {
        return Ok(None);
    }
    let own = entry.route.upstream.as_ref();
    if let Some(upstream) = own {
        let path = entry.path.key("upstream");
        return outside(scope, (&entry.name, upstream), &path, output).map(Some);
    }
    if let Some(upstream) = &scope.application.fields.upstream {
        let path = scope.application.field("upstream");
        return outside(scope, (scope.name(), upstream), &path, output).map(Some);
    }
    let backend = backend::backend(scope, entry, output).ok_or(())?;
    let protocol = backend.protocol;
    let service = (backend.service.as_str(), backend.port);
    if protocol != Protocol::Https || entry.is_passed_through() {
        return Ok(Some(at_service(service, protocol)));
    }
    let zone = &scope.estate.fields.domains.cluster;
    let host = format!("{}.{}.svc.{zone}", service.0, scope.namespace());
    let outside = Outside {
        name: format!("{}-{}", backend.service, backend.port),
        endpoint: json!({ "fqdn": { "hostname": host, "port": service.1 } }),
        tls: Some(json!({ "insecureSkipVerify": true })),
    };
    let what = format!(
        "`{}` speaks TLS with a certificate that no name is known for",
        backend.service
    );
    extended(scope, (outside, &what), &entry.path, output).map(Some)
}

fn at_service((name, port): (&str, u16), protocol: Protocol) -> Target {
    Target {
        reference: json!({ "group": "", "kind": "Service", "name": name, "port": port, "weight": 1 }),
        protocol,
    }
}

/// Returns a device or machine outside of the cluster.
fn outside(
    scope: &Scope<'_>,
    (name, upstream): (&str, &Upstream),
    path: &FieldPath,
    output: &mut Output,
) -> Result<Target, ()> {
    let port = upstream.port.get();
    let endpoint = match &upstream.host {
        UpstreamHost::Address(address) => {
            json!({ "ip": { "address": address.to_string(), "port": port } })
        }
        UpstreamHost::Name(host) => json!({ "fqdn": { "hostname": host.as_str(), "port": port } }),
    };
    let verified = upstream.verification();
    let unverified = verified.is_some_and(|tls| tls.unverified.is_some());
    let outside = Outside {
        name: name.to_owned(),
        endpoint,
        tls: unverified.then(|| json!({ "insecureSkipVerify": true })),
    };
    let is_name = matches!(upstream.host, UpstreamHost::Name(_));
    if is_name || unverified {
        let what = if unverified {
            format!("the certificate of `{}` is not verified", upstream.host)
        } else {
            format!("`{}` is a name outside of the cluster", upstream.host)
        };
        let target = extended(scope, (outside, &what), path, output)?;
        if let Some(tls) = verified.filter(|_| !unverified) {
            verification(scope, (name, "Backend"), (upstream, tls), path, output)?;
        }
        return Ok(target);
    }
    if let Some(tls) = verified {
        verification(scope, (name, "Service"), (upstream, tls), path, output)?;
    }
    Ok(at_service((name, port), Protocol::Http))
}

/// Adds the `Backend` for what the standard has no word for; an error where nobody has.
fn extended(
    scope: &Scope<'_>,
    (outside, what): (Outside, &str),
    path: &FieldPath,
    output: &mut Output,
) -> Result<Target, ()> {
    if policies(scope.estate) != GatewayPolicies::EnvoyGateway {
        let message = format!("{what}, and Gateway API has no word for that");
        let help = "write an address and the name in its certificate (`tls: { serverName: … }`), let the application speak plain \
                    HTTP, or have Envoy Gateway's `Backend` (`ingress.policies: envoy-gateway`)";
        output.error(scope, GATEWAY_TARGET, path, message, help);
        return Err(());
    }
    let spec = Fields::new()
        .with("endpoints", vec![outside.endpoint])
        .with("tls", outside.tls);
    let is_new = !output
        .objects
        .iter()
        .any(|object| object.id.kind.kind == "Backend" && object.id.name == outside.name);
    if is_new {
        let object = scope.named(outside.name.as_str()).object(ENVOY, "Backend");
        output.push(scope, object.with("spec", spec), path);
    }
    Ok(Target {
        reference: json!({ "group": ENVOY_GROUP, "kind": "Backend", "name": outside.name, "weight": 1 }),
        protocol: Protocol::Http,
    })
}

/// Adds how the certificate of something is verified.
fn verification(
    scope: &Scope<'_>,
    (name, kind): (&str, &str),
    (upstream, tls): (&Upstream, &UpstreamTlsFields),
    path: &FieldPath,
    output: &mut Output,
) -> Result<(), ()> {
    let named = match &upstream.host {
        UpstreamHost::Name(host) => Some(host),
        UpstreamHost::Address(_) => None,
    };
    // The resolver reported an upstream whose certificate nobody can verify.
    let host = tls.server_name.as_ref().or(named).ok_or(())?;
    let is_new = !output
        .objects
        .iter()
        .any(|object| object.id.kind.kind == "BackendTLSPolicy" && object.id.name == name);
    if is_new {
        let validation = Fields::new().with("hostname", host.as_str());
        let validation = match &tls.authority {
            Some(secret) => validation.with(
                "caCertificateRefs",
                vec![json!({ "group": "", "kind": "Secret", "name": secret.as_str() })],
            ),
            None => validation.with("wellKnownCACertificates", "System"),
        };
        let group = if kind == "Backend" { ENVOY_GROUP } else { "" };
        let spec = Fields::new()
            .with(
                "targetRefs",
                vec![json!({ "group": group, "kind": kind, "name": name })],
            )
            .with("validation", validation);
        let object = scope.named(name).object(V1, "BackendTLSPolicy");
        output.push(scope, object.with("spec", spec), path);
    }
    Ok(())
}
