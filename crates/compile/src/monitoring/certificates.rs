//! Certificates that run out although they should have been renewed.
//!
//! Of certificates that are made here cert-manager tells when they should have been renewed, so that short-lived ones do not cry wolf.
//! Its metrics lose their namespace to that of its own pod where the scraper is not told to keep it (`honorLabels`): both are looked
//! for. Certificates of others (a secret that a route names, a wildcard) are seen as clients see them: by the probe.

use std::collections::BTreeSet;

use steading_model::Object;
use steading_model::application::AlertSeverity::{self, Critical, Warning};
use steading_model::application::BuiltInAlert::CertificateExpiring;

use super::alert::{Alert, Watch};
use super::matcher::{any, selector};
use super::targets::Target;

/// How many days before the end.
const DAYS: u16 = 14;
/// How many seconds before the end somebody should act now.
const NOW: u32 = 2 * DAY;
/// How many seconds a renewal may take.
const RENEWAL: u32 = 3600;
const DAY: u32 = 86_400;

/// Adds the alerts.
pub(super) fn alerts(watch: &mut Watch<'_>, objects: &[&Object], targets: &[Target]) {
    let certificates: Vec<&Object> = objects
        .iter()
        .copied()
        .filter(|object| object.id.kind.is("cert-manager.io", "Certificate"))
        .collect();
    if !certificates.is_empty() {
        own(watch, &certificates);
    }
    let hosts: BTreeSet<&str> = certificates
        .iter()
        .filter_map(|object| object.json["spec"]["dnsNames"].as_array())
        .flatten()
        .filter_map(serde_json::Value::as_str)
        .collect();
    let urls: Vec<&str> = targets
        .iter()
        .filter(|target| !hosts.contains(target.host.as_str()))
        .map(|target| target.url.as_str())
        .collect();
    if !urls.is_empty() {
        others(watch, &urls);
    }
}

/// Returns the spans of time before the end, in seconds, with how bad each is.
fn spans(watch: &Watch<'_>) -> Vec<(String, AlertSeverity)> {
    let settings = watch.settings(CertificateExpiring);
    let days = settings.and_then(|settings| settings.days).unwrap_or(DAYS);
    let early = u32::from(days) * DAY;
    let mut spans = vec![(format!("< {}", early.min(NOW)), Critical)];
    if early > NOW {
        spans.push((format!("< {early} >= {NOW}"), Warning));
    }
    spans
}

fn own(watch: &mut Watch<'_>, certificates: &[&Object]) {
    let names = any(certificates.iter().map(|object| object.id.name.as_str()));
    let namespace = watch.scope.namespace();
    let series = |metric: &str| {
        let by = |label| {
            selector(&[
                (label, "=", namespace.to_owned()),
                ("name", "=~", names.clone()),
            ])
        };
        format!(
            "max by (name) ({metric}{} or {metric}{})",
            by("namespace"),
            by("exported_namespace")
        )
    };
    let end = series("certmanager_certificate_expiration_timestamp_seconds");
    let renewal = series("certmanager_certificate_renewal_timestamp_seconds");
    for (span, severity) in spans(watch) {
        watch.add(Alert {
            name: CertificateExpiring,
            severity,
            lasting: 3600,
            component: None,
            expression: format!("{end} - time() {span}\nand time() - {renewal} > {RENEWAL}"),
            summary: format!("the certificate `{namespace}/{{{{ $labels.name }}}}` is not renewed"),
            description: format!(
                "It should have been renewed, or was never issued. `kubectl -n {namespace} describe certificate {{{{ $labels.name }}}}` names the request that fails."
            ),
        });
    }
}

fn others(watch: &mut Watch<'_>, urls: &[&str]) {
    let scope = watch.scope;
    let this = selector(&[
        ("namespace", "=", scope.namespace().to_owned()),
        ("application", "=", scope.name().to_owned()),
        ("environment", "=", scope.environment().to_owned()),
        ("instance", "=~", any(urls.iter().copied())),
    ]);
    for (span, severity) in spans(watch) {
        watch.add(Alert {
            name: CertificateExpiring,
            severity,
            lasting: 3600,
            component: None,
            expression: format!(
                "max by (namespace, host, instance) (probe_ssl_earliest_cert_expiry{this}) - time() {span}"
            ),
            summary: "the certificate of `{{ $labels.host }}` runs out in {{ $value | humanizeDuration }}".to_owned(),
            description: "The route does not get its certificate from here: whoever makes the secret that it names, or the wildcard of its zone, does not renew it.".to_owned(),
        });
    }
}
