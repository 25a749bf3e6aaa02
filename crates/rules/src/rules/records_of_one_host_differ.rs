//! A host has one public record.

use std::collections::BTreeMap;

use steading_model::Span;
use steading_model::application::{DnsMode, Route};
use steading_model::name::{EnvironmentName, HostName};

use crate::rule::{Check, Finding, Run, is_public, rule};

rule! {
    /// All public routes of a host want the same DNS record.
    ///
    /// ## Why
    /// A host has one record, not one for each path. Where one route wants the proxy and another one the address itself, the program that
    /// makes records takes one of them, perhaps another one tomorrow: the host leaves the proxy, and the address that it hid is known.
    ///
    /// ## Example
    /// ```yaml
    /// ingress:
    ///   - { host: shop, visibility: public }
    ///   - { host: shop, path: /sync, visibility: public, dns: direct } # found
    ///   - { host: sync, visibility: public, dns: direct }              # right: a host of its own
    /// ```
    "ST4125" "records-of-one-host-differ" Warning => Check::Together(check)
}

fn check(run: &Run<'_>) -> Vec<Finding> {
    let mut records: BTreeMap<(&EnvironmentName, HostName), (DnsMode, Span)> = BTreeMap::new();
    let mut found = Vec::new();
    for (at, application) in run.applications.iter().enumerate() {
        let subject = run.subject(application);
        for (path, route) in subject.routes() {
            let wanted = record(route);
            let Some((host, wanted)) = subject.host(route).zip(wanted) else {
                continue;
            };
            let span = subject.span(&path.key("dns"));
            let key = (&application.environment, host.clone());
            let (first, place) = records.entry(key).or_insert((wanted, span));
            if *first != wanted {
                let message = format!("`{host}` wants the DNS records `{first}` and `{wanted}`");
                let finding = Finding::new(span, message).of(at);
                found.push(
                    finding.label(*place, "the other one").help(
                        "write the same `dns` on both, or give one of them a host of its own",
                    ),
                );
            }
        }
    }
    found
}

/// Returns the public record that a route wants.
fn record(route: &Route) -> Option<DnsMode> {
    let mode = route.dns.unwrap_or(DnsMode::Proxied);
    let wanted = matches!(mode, DnsMode::Proxied | DnsMode::Direct);
    (is_public(route) && wanted).then_some(mode)
}
