//! Who makes the DNS records of routes, and the tiles on the dashboard.

use crate::application::UpstreamHost;
use crate::name::{AnnotationPrefix, Reason};
use crate::{choice, record};

record! {
    /// Who makes the DNS records of routes. Without it nobody does.
    pub struct Dns {
        /// The program that reads what routes want. Example: `external-dns`.
        "provider" provider: DnsProvider,
        /// Records of `dns: proxied`: the tunnel's name, or the proxy's. Default: nobody makes them. Example: `{ targets:
        /// [tunnel.example.org] }`.
        "proxied" proxied: Option<DnsRecord>,
        /// Records of `dns: direct`: the estate's public address. Default: nobody makes them. Example: `{ targets: [203.0.113.10] }`.
        "direct" direct: Option<DnsRecord>,
        /// Answers of `dns: internal`: the ingress controller's address in the private network. Default: nobody makes them. Example: `{
        /// targets: [192.168.10.2] }`.
        "internal" internal: Option<DnsRecord>,
        /// Public routes get the internal answer in the private network besides. Default: `false`.
        "splitHorizon" split_horizon: Option<bool>,
    }
}

choice! {
    /// The program that makes DNS records.
    pub enum DnsProvider {
        /// external-dns, which reads annotations of routes.
        ExternalDns = "external-dns",
    }
}

record! {
    /// What records of one kind are.
    pub struct DnsRecord {
        /// Where they point: addresses, or one host name. Default: none. Example: `[203.0.113.10]`.
        "targets" targets: Vec<UpstreamHost>,
        /// What the annotations begin with that the program looks at (its `--annotation-prefix`). Default:
        /// `external-dns.alpha.kubernetes.io/`; for internal answers `internal-dns.steading.dev/`, so that a program that publishes records
        /// never sees them. Example: `public-dns.example.org/`.
        "prefix" prefix: Option<AnnotationPrefix>,
        /// How long answers may be kept, in seconds. Default: the program's. Unit: seconds. Example: `300`.
        "ttl" ttl: Option<u32>,
        /// Nobody makes them here, with the reason. Default: somebody makes them. Example: `the zone has a wildcard record`.
        "none" none: Option<Reason>,
    }
}

impl DnsRecord {
    /// Returns what does not fit, as a phrase that follows the field's name.
    pub fn problem(&self) -> Option<&'static str> {
        let names = self
            .targets
            .iter()
            .filter(|target| matches!(target, UpstreamHost::Name(_)))
            .count();
        match (&self.none, self.targets.len()) {
            (Some(_), 1..) => Some("has both `targets` and `none`"),
            (None, 0) => Some("needs `targets`, or `none` with the reason"),
            (None, all) if names > 1 || (names == 1 && all > 1) => {
                Some("has a host name beside other targets: a record is one name, or addresses")
            }
            _ => None,
        }
    }
}

record! {
    /// The dashboard that shows tiles of routes.
    pub struct Dashboard {
        /// The program. Example: `homepage`.
        "kind" kind: DashboardKind,
    }
}

choice! {
    /// A program that shows tiles.
    pub enum DashboardKind {
        /// Homepage, which reads annotations (`gethomepage.dev/…`) of routes.
        Homepage = "homepage",
    }
}
