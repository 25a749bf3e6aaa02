//! Certificates: one for each host of an application, unless the route names a secret or a wildcard fits.
//!
//! A wildcard's secret stays in one place, where the ingress controller's own store serves it (Traefik's default `TLSStore`):
//! copies of its key in every namespace would have as many owners. Routes under it ask for TLS and name no secret.

use serde_json::json;
use steading_model::FieldPath;
use steading_model::name::HostName;

use crate::codes::NO_ISSUER;
use crate::json::Fields;
use crate::names;
use crate::route::Entry;
use crate::scope::{Output, Scope};

/// Returns `tls` of a route, and adds the certificate that it needs.
pub(crate) fn tls(scope: &Scope<'_>, entry: &Entry<'_>, output: &mut Output) -> Fields {
    if let Some(secret) = &entry.route.tls_secret {
        return Fields::new().with("secretName", secret.as_str());
    }
    let Some(certificates) = &scope.estate.fields.certificates else {
        return Fields::new();
    };
    let zone = entry.host.as_str().split_once('.').map(|(_, zone)| zone);
    if certificates
        .wildcards
        .keys()
        .any(|wildcard| Some(wildcard.as_str()) == zone)
    {
        return Fields::new();
    }
    Fields::new().with("secretName", own(scope, entry, output))
}

/// Adds the certificate of a route's host, once, and returns its secret; none where the estate has no certificates.
pub(crate) fn own(scope: &Scope<'_>, entry: &Entry<'_>, output: &mut Output) -> Option<String> {
    for_host(scope, entry.host, &entry.path.key("host"), output)
}

/// Adds the certificate that a program opens itself, and returns its secret.
pub(crate) fn of_host(
    scope: &Scope<'_>,
    host: &HostName,
    path: &FieldPath,
    output: &mut Output,
) -> Option<String> {
    let secret = for_host(scope, host, path, output);
    if secret.is_none() {
        let message =
            format!("nobody makes a certificate for `{host}`: the estate has no `certificates`");
        let help = "add `certificates: { issuer: … }` to the estate, or mount an `existingSecret`";
        output.error(scope, NO_ISSUER, path, message, help);
    }
    secret
}

fn for_host(
    scope: &Scope<'_>,
    host: &HostName,
    path: &FieldPath,
    output: &mut Output,
) -> Option<String> {
    let certificates = scope.estate.fields.certificates.as_ref()?;
    let name = format!("{}-tls", names::slug(host.as_str()));
    let is_new = !output
        .objects
        .iter()
        .any(|object| object.id.kind.kind == "Certificate" && object.id.name == name);
    if is_new {
        let spec = Fields::new()
            .with("secretName", name.as_str())
            .with("dnsNames", vec![host.as_str()])
            .with("issuerRef", json!({ "group": "cert-manager.io", "kind": "ClusterIssuer", "name": certificates.issuer.as_str() }));
        let object = scope
            .named(name.as_str())
            .object("cert-manager.io/v1", "Certificate")
            .with("spec", spec);
        output.push(scope, object, path);
    }
    Some(name)
}
