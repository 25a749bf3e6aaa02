//! The DNS record and the visibility of a route say the same.

use steading_model::application::DnsMode;

use crate::rule::{Check, Finding, Subject, is_public, rule};

rule! {
    /// The DNS record of a route fits its visibility.
    ///
    /// ## Why
    /// A private route with a public record tells everyone that it is there, and hangs for all of them. A public route with an
    /// internal record works at home and for nobody else, and every test from inside is green.
    ///
    /// ## Example
    /// ```yaml
    /// ingress: [{ host: links, dns: proxied }]                      # found: links is private
    /// ingress: [{ host: links, visibility: public, dns: proxied }]  # right
    /// ```
    "ST4036" "dns-against-visibility" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let routes = subject
        .routes()
        .filter_map(|(path, route)| Some((path, route, route.dns?)));
    routes
        .filter_map(|(path, route, dns)| {
            let (visibility, fitting) = match (is_public(route), dns) {
                (true, DnsMode::Internal) => ("public", "proxied"),
                (false, DnsMode::Proxied | DnsMode::Direct) => ("private", "internal"),
                _ => return None,
            };
            let message = format!(
                "`{}` is {visibility}, but its DNS record is `{dns}`",
                route.host
            );
            let finding = Finding::new(subject.span(&path.key("dns")), message);
            Some(finding.help(format!(
                "leave `dns` out (then it is `{fitting}`), or change `visibility`"
            )))
        })
        .collect()
}
