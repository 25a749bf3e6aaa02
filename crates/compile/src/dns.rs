//! DNS records: what external-dns should make of a route.
//!
//! It looks at annotations with its own prefix only, and makes nothing of a route without `target`. Internal answers have a prefix of
//! their own, so that the program that publishes records never sees them, however it is set up.

use steading_model::application::{DnsMode, Visibility};
use steading_model::estate::{Dns, DnsProvider, DnsRecord};
use steading_model::name::{AnnotationPrefix, HostName};

use crate::codes::NO_DNS_TARGET;
use crate::route::{self, Entry};
use crate::scope::{Metadata, Output, Scope};

/// The prefix of external-dns, before its release 0.22 and with `--annotation-prefix` since.
const PUBLIC: &str = "external-dns.alpha.kubernetes.io/";
/// The prefix of the program that answers in the private network.
const INTERNAL: &str = "internal-dns.steading.dev/";

/// Adds the annotations from which the records of a route are made.
pub(crate) fn annotated(scope: &Scope<'_>, entry: &Entry<'_>, metadata: Metadata) -> Metadata {
    let Some(dns) = &scope.estate.fields.dns else {
        return metadata;
    };
    match dns.provider {
        DnsProvider::ExternalDns => {}
    }
    records(dns, entry)
        .into_iter()
        .fold(metadata, |metadata, (mode, record)| {
            one(entry, metadata, mode, record)
        })
}

/// Adds the annotation from which the record of a listener is made; it points at the address of the Service.
pub(crate) fn listener(visibility: Visibility, host: &HostName, metadata: Metadata) -> Metadata {
    let prefix = match visibility {
        Visibility::Public => PUBLIC,
        Visibility::Private => INTERNAL,
    };
    metadata.annotation(&format!("{prefix}hostname"), host.as_str())
}

/// Reports routes whose record nobody makes.
pub(crate) fn check(scope: &Scope<'_>, output: &mut Output) {
    if let Some(dns) = &scope.estate.fields.dns {
        for entry in route::entries(scope) {
            has_record(scope, dns, &entry, output);
        }
    }
}

fn has_record(scope: &Scope<'_>, dns: &Dns, entry: &Entry<'_>, output: &mut Output) {
    let mode = entry.dns();
    if mode == DnsMode::None || record(dns, mode).is_some() {
        return;
    }
    let message = format!(
        "`{}` wants the DNS record `{mode}`, and the estate does not say where that points",
        entry.host
    );
    let help = format!(
        "add `dns.{mode}: {{ targets: […] }}` to the estate, or `{{ none: why }}`; or write `dns: none` here"
    );
    output.error(scope, NO_DNS_TARGET, &entry.path.key("dns"), message, help);
}

/// Returns the records of a route. Private routes never get a public one, whatever is asked for.
fn records<'a>(dns: &'a Dns, entry: &Entry<'_>) -> Vec<(DnsMode, &'a DnsRecord)> {
    let public = entry.visibility() == Visibility::Public;
    let mode = entry.dns();
    let allowed = public || mode == DnsMode::Internal;
    let own = record(dns, mode)
        .filter(|_| allowed)
        .map(|record| (mode, record));
    let inside = public && dns.split_horizon == Some(true) && mode != DnsMode::Internal;
    let inside = record(dns, DnsMode::Internal)
        .filter(|_| inside && mode != DnsMode::None)
        .map(|record| (DnsMode::Internal, record));
    own.into_iter().chain(inside).collect()
}

fn record(dns: &Dns, mode: DnsMode) -> Option<&DnsRecord> {
    match mode {
        DnsMode::Proxied => dns.proxied.as_ref(),
        DnsMode::Direct => dns.direct.as_ref(),
        DnsMode::Internal => dns.internal.as_ref(),
        DnsMode::None => None,
    }
}

fn one(entry: &Entry<'_>, metadata: Metadata, mode: DnsMode, record: &DnsRecord) -> Metadata {
    let DnsRecord {
        targets,
        prefix,
        ttl,
        none,
    } = record;
    if none.is_some() {
        return metadata;
    }
    let usual = if mode == DnsMode::Internal {
        INTERNAL
    } else {
        PUBLIC
    };
    let prefix = prefix.as_ref().map_or(usual, AnnotationPrefix::as_str);
    let targets: Vec<String> = targets.iter().map(ToString::to_string).collect();
    let proxied = match mode {
        DnsMode::Proxied => Some("true"),
        DnsMode::Direct => Some("false"),
        DnsMode::Internal | DnsMode::None => None,
    };
    metadata
        .annotation(&format!("{prefix}hostname"), entry.host.as_str())
        .annotation(&format!("{prefix}target"), targets.join(","))
        .annotation_if(&format!("{prefix}ttl"), ttl.map(|ttl| ttl.to_string()))
        .annotation_if(&format!("{prefix}cloudflare-proxied"), proxied)
}
