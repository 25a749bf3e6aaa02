//! Hosts are in the estate's zones.

use steading_model::name::HostName;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// Hosts are in one of the estate's zones.
    ///
    /// ## Why
    /// For a host in any other zone nobody makes a DNS record and no issuer signs a certificate. A misspelt zone deploys well and
    /// never answers.
    ///
    /// ## Example
    /// With `domains: { public: example.org, private: home.example.org }`:
    /// ```yaml
    /// ingress: [{ host: links.exmaple.org }] # found
    /// ingress: [{ host: links }]             # right
    /// ```
    "ST4034" "host-outside-domains" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let domains = &subject.estate.fields.domains;
    let zones: Vec<&HostName> = [&domains.public]
        .into_iter()
        .chain(&domains.private)
        .chain(&domains.additional)
        .collect();
    let outside = subject.routes().filter_map(|(path, route)| {
        let host = route.host.qualified()?;
        (!zones.iter().any(|zone| is_in(&host, zone))).then_some((path, host))
    });
    outside
        .map(|(path, host)| {
            let names: Vec<&str> = zones.iter().map(|zone| zone.as_str()).collect();
            let message = format!("`{host}` is in no zone of the estate");
            let help = format!(
                "zones: {}; further ones go into `domains.additional` of the estate",
                names.join(", ")
            );
            Finding::new(subject.span(&path.key("host")), message).help(help)
        })
        .collect()
}

fn is_in(host: &HostName, zone: &HostName) -> bool {
    host.as_str()
        .strip_suffix(zone.as_str())
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
