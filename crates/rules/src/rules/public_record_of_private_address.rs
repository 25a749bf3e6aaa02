//! Public records point to where the internet can go.

use steading_model::FieldPath;
use steading_model::application::UpstreamHost;
use steading_model::estate::{DnsRecord, Estate};
use steading_model::name::Cidr;

use crate::rule::{Check, Finding, rule};

rule! {
    /// A public DNS record does not point to a private address.
    ///
    /// ## Why
    /// Nobody outside reaches the route, and everybody learns how the network inside is numbered. At home it works, so every test from
    /// inside is green. Resolvers with rebinding protection drop such answers, at home as well.
    ///
    /// ## Example
    /// ```yaml
    /// dns:
    ///   direct: { targets: [192.168.10.5] } # found
    ///   direct: { targets: [203.0.113.7] }  # right
    /// ```
    "ST4123" "public-record-of-private-address" Warning => Check::Estate(check)
}

/// The ranges that are routed nowhere on the internet.
const LOCAL: [&str; 8] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
];

fn check(estate: &Estate) -> Vec<Finding> {
    let Some(dns) = &estate.fields.dns else {
        return Vec::new();
    };
    let path = FieldPath::default().key("spec").key("dns");
    let records = [("proxied", &dns.proxied), ("direct", &dns.direct)];
    let records = records
        .into_iter()
        .filter_map(|(key, record)| Some((path.key(key).key("targets"), record.as_ref()?)));
    records
        .flat_map(|(path, record)| private(estate, &path, record))
        .collect()
}

fn private(estate: &Estate, path: &FieldPath, record: &DnsRecord) -> Vec<Finding> {
    let local: Vec<Cidr> = LOCAL
        .iter()
        .filter_map(|text| Cidr::parse(text).ok())
        .collect();
    let targets = record.targets.iter().enumerate();
    targets
        .filter_map(|(at, target)| match target {
            UpstreamHost::Address(address) => Some((at, Cidr::parse(&address.to_string()).ok()?)),
            UpstreamHost::Name(_) => None,
        })
        .filter(|(_, address)| {
            local
                .iter()
                .any(|local| local.range().contains(&address.range()))
        })
        .map(|(at, address)| {
            let address = address.range().addr();
            let message = format!("a public record points to a private address: {address}");
            let finding = Finding::new(estate.tree.span_at(&path.index(at)), message);
            finding.help("name the public address or the tunnel, or move it to `dns.internal`")
        })
        .collect()
}
