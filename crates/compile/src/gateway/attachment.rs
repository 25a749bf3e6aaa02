//! Which Gateway a route attaches to, and where the certificate of its host is.
//!
//! A Gateway is a component of the estate; its listeners hold a certificate for the hosts that the estate names (a wildcard of the zone,
//! where it names none). Another host gets a `ListenerSet` beside the application, with a certificate of its own, where the estate
//! allows it; elsewhere it is an error, because nothing would answer there.

use serde_json::{Value, json};
use steading_model::application::Visibility;
use steading_model::estate::Gateway;
use steading_model::name::SubdomainName;
use steading_model::{Diagnostic, FieldPath};

use super::{GROUP, V1};
use crate::codes::{NO_CERTIFICATE, NO_GATEWAY};
use crate::json::Fields;
use crate::route::Entry;
use crate::scope::{Output, Scope};
use crate::{certificate, names};

/// The port of HTTPS.
const HTTPS: u16 = 443;

/// What a route attaches to.
pub(super) struct Attachment {
    /// The reference, with its defaults.
    pub(super) reference: Value,
}

/// Returns the Gateway of a visibility.
pub(super) fn gateway<'a>(scope: &Scope<'a>, visibility: Visibility) -> Option<&'a Gateway> {
    let gateways = scope.estate.fields.ingress.gateways.as_ref()?;
    match visibility {
        Visibility::Private => gateways.private.as_ref(),
        Visibility::Public => gateways.public.as_ref(),
    }
}

/// Returns where the estate speaks of the Gateway of a visibility.
pub(super) fn place(visibility: Visibility) -> FieldPath {
    let gateways = FieldPath::default()
        .key("spec")
        .key("ingress")
        .key("gateways");
    gateways.key(visibility.as_str())
}

/// Returns what a route attaches to whose connections are opened by the application.
pub(super) fn unopened(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    output: &mut Output,
) -> Option<Attachment> {
    let gateway = known(scope, entry, output)?;
    let section = gateway.passthrough_section.as_ref();
    Some(at_gateway(gateway, section.map(SubdomainName::as_str)))
}

/// Returns what a route attaches to, and adds the listener and the certificate that it needs.
pub(super) fn attachment(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    output: &mut Output,
) -> Option<Attachment> {
    let gateway = known(scope, entry, output)?;
    let is_served = gateway.serves(entry.host.as_str(), zone(scope, entry.visibility()));
    if is_served && entry.route.tls_secret.is_none() {
        let section = gateway.section.as_ref();
        return Some(at_gateway(gateway, section.map(SubdomainName::as_str)));
    }
    let certifies = entry.route.tls_secret.is_some() || scope.estate.fields.certificates.is_some();
    if gateway.listener_sets != Some(true) || !certifies {
        no_certificate(scope, entry, gateway, output);
        return None;
    }
    Some(own_listener(scope, entry, gateway, output))
}

fn known<'a>(scope: &Scope<'a>, entry: &Entry<'_>, output: &mut Output) -> Option<&'a Gateway> {
    let visibility = entry.visibility();
    let found = gateway(scope, visibility);
    if found.is_none() {
        let message = format!(
            "`{}` is {visibility}, and the estate names no {visibility} Gateway",
            entry.host
        );
        let help = format!(
            "add `gateways: {{ {visibility}: {{ name: …, namespace: … }} }}` to the estate's `ingress`"
        );
        output.error(scope, NO_GATEWAY, &entry.path, message, help);
    }
    found
}

fn zone<'a>(scope: &Scope<'a>, visibility: Visibility) -> &'a str {
    let domains = &scope.estate.fields.domains;
    match visibility {
        Visibility::Public => domains.public.as_str(),
        Visibility::Private => domains.private.as_ref().unwrap_or(&domains.public).as_str(),
    }
}

fn at_gateway(gateway: &Gateway, section: Option<&str>) -> Attachment {
    let reference = Fields::new()
        .with("group", GROUP)
        .with("kind", "Gateway")
        .with("name", gateway.name.as_str())
        .with("namespace", gateway.namespace.as_str())
        .with("sectionName", section);
    Attachment {
        reference: reference.into(),
    }
}

fn no_certificate(scope: &Scope<'_>, entry: &Entry<'_>, gateway: &Gateway, output: &mut Output) {
    let visibility = entry.visibility();
    let (path, message, help) = match &entry.route.tls_secret {
        Some(secret) => (
            entry.path.key("tlsSecret"),
            format!(
                "`{}` brings the certificate `{secret}`, and the listeners of Gateway `{}` have their own",
                entry.host, gateway.name
            ),
            format!(
                "set `listenerSets: true` at the estate's `gateways.{visibility}`, or remove `tlsSecret`"
            ),
        ),
        None => (
            entry.path.key("host"),
            format!(
                "no listener of Gateway `{}` has a certificate for {}",
                gateway.name, entry.host
            ),
            format!(
                "add the host to `hosts` of the estate's `gateways.{visibility}` once a listener has its certificate, or set \
                 `listenerSets: true` there together with the estate's `certificates`"
            ),
        ),
    };
    let place = scope.estate.tree.span_at(&place(visibility));
    let finding = Diagnostic::error(NO_CERTIFICATE, message)
        .at(scope.span(&path))
        .label(place, "the Gateway is declared here")
        .help(help);
    output.report.push(finding);
}

/// Several routes of one host share its listener.
fn own_listener(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    gateway: &Gateway,
    output: &mut Output,
) -> Attachment {
    let name = names::slug(entry.host.as_str());
    let is_new = !output
        .objects
        .iter()
        .any(|object| object.id.kind.kind == "ListenerSet" && object.id.name == name);
    if is_new {
        let secret = match &entry.route.tls_secret {
            Some(secret) => secret.to_string(),
            None => certificate::own(scope, entry, output).unwrap_or_default(),
        };
        let object = scope
            .named(name.as_str())
            .object(V1, "ListenerSet")
            .with("spec", listener(entry, gateway, &secret));
        output.push(scope, object, &entry.path.key("host"));
    }
    let reference = Fields::new()
        .with("group", GROUP)
        .with("kind", "ListenerSet")
        .with("name", name)
        .with("namespace", scope.namespace())
        .with("sectionName", "https");
    Attachment {
        reference: reference.into(),
    }
}

fn listener(entry: &Entry<'_>, gateway: &Gateway, secret: &str) -> Fields {
    let parent = json!({ "group": GROUP, "kind": "Gateway", "name": gateway.name.as_str(), "namespace": gateway.namespace.as_str() });
    let certificate = json!({ "group": "", "kind": "Secret", "name": secret });
    let listener = json!({
        "name": "https",
        "hostname": entry.host.as_str(),
        "port": HTTPS,
        "protocol": "HTTPS",
        "tls": { "mode": "Terminate", "certificateRefs": [certificate] },
        "allowedRoutes": { "namespaces": { "from": "Same" } },
    });
    Fields::new()
        .with("parentRef", parent)
        .with("listeners", vec![listener])
}
