//! Certificates: one for each host of an application, unless the route names a secret or a wildcard fits.
//!
//! A wildcard's secret stays in one place, where the ingress controller's own store serves it (Traefik's default `TLSStore`):
//! copies of its key in every namespace would have as many owners. Routes under it ask for TLS and name no secret.

use serde_json::json;

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
    let certificates = scope.estate.fields.certificates.as_ref()?;
    let name = format!("{}-tls", names::slug(entry.host.as_str()));
    let is_new = !output
        .objects
        .iter()
        .any(|object| object.id.kind.kind == "Certificate" && object.id.name == name);
    if is_new {
        let spec = Fields::new()
            .with("secretName", name.as_str())
            .with("dnsNames", vec![entry.host.as_str()])
            .with("issuerRef", json!({ "group": "cert-manager.io", "kind": "ClusterIssuer", "name": certificates.issuer.as_str() }));
        let object = scope
            .named(name.as_str())
            .object("cert-manager.io/v1", "Certificate")
            .with("spec", spec);
        output.push(scope, object, &entry.path.key("host"));
    }
    Some(name)
}
