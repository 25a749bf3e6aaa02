//! What stands outside the cluster where pods would.

use crate::name::{HostName, PortNumber, Reason, SubdomainName};
use crate::node::{Node, ScalarKind};
use crate::read::{Read, Reader};
use crate::record;
use crate::shape::Shape;

record! {
    /// A device or machine outside the cluster.
    pub struct Upstream {
        /// Its address, or its host name. Prefer the address: names need `allowExternalNameServices` of the ingress controller. Example:
        /// `192.168.10.20`. Derives: `endpoints` of the `EndpointSlice`, or `externalName`.
        "host" host: UpstreamHost,
        /// Its port. Example: `8006`.
        "port" port: PortNumber,
        /// Whether it speaks TLS, and how its certificate is verified: `true`, `false`, or a mapping. Default: `false`. Example: `true`.
        /// Derives: `scheme: https` and a transport of its own: the certificate is verified by host name, not by address.
        "tls" tls: Option<UpstreamTls>,
    }
}

impl Upstream {
    /// Returns how its certificate is verified, where it speaks TLS.
    pub fn verification(&self) -> Option<&UpstreamTlsFields> {
        match &self.tls {
            Some(UpstreamTls::On(fields)) => Some(fields),
            Some(UpstreamTls::Off) | None => None,
        }
    }
}

/// A host name or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpstreamHost {
    /// An address.
    Address(std::net::IpAddr),
    /// A host name.
    Name(HostName),
}

impl std::fmt::Display for UpstreamHost {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => address.fmt(formatter),
            Self::Name(name) => name.fmt(formatter),
        }
    }
}

impl UpstreamHost {
    /// Reads a host name or an address; the error is a phrase.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(address) => Ok(Self::Address(address)),
            Err(_) => HostName::parse(text).map(Self::Name),
        }
    }
}

impl Read for UpstreamHost {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, Self::parse)
    }

    fn shape() -> Shape {
        Shape::Text {
            format: "host-or-address",
            about: "a host name or an address",
            example: "192.168.1.20",
        }
    }
}

/// Whether something outside the cluster speaks TLS.
#[derive(Clone, Debug, PartialEq)]
pub enum UpstreamTls {
    /// It does not.
    Off,
    /// It does, and this is how its certificate is verified.
    On(UpstreamTlsFields),
}

record! {
    /// How the certificate of something outside the cluster is verified.
    pub struct UpstreamTlsFields {
        /// The name in its certificate. Default: `host`, where that is a name. Example: `nas.home.example.org`.
        "serverName" server_name: Option<HostName>,
        /// A Secret in the application's namespace whose `ca.crt` signed the certificate. Default: the public authorities. Example:
        /// `house-authority`.
        "authority" authority: Option<SubdomainName>,
        /// The certificate is not verified at all, with the reason. Default: it is verified. Example: `the printer makes its own
        /// certificate`.
        "unverified" unverified: Option<Reason>,
    }
}

impl Read for UpstreamTls {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.as_scalar().map(|scalar| scalar.kind) {
            Some(ScalarKind::Boolean(true)) => Some(Self::On(UpstreamTlsFields {
                server_name: None,
                authority: None,
                unverified: None,
            })),
            Some(ScalarKind::Boolean(false)) => Some(Self::Off),
            _ => UpstreamTlsFields::read(node, reader).map(Self::On),
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Boolean, UpstreamTlsFields::shape()])
    }
}
