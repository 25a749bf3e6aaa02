//! Hosts, ports and address ranges.

use std::fmt;

use ipnet::IpNet;

use super::dns;
use crate::node::Node;
use crate::read::{Read, Reader, read_integer};
use crate::shape::Shape;
use crate::text;

text! {
    /// A fully qualified host name, in lower case.
    pub struct HostName("host", about = "a fully qualified host name", example = "links.example.org") = parse_host;
}

text! {
    /// A short host name (completed with the estate's domain) or a fully qualified one, in lower case.
    pub struct HostRef("host-or-short-name", about = "a short name, completed with the estate's domain, or a fully qualified host name", example = "links") = parse_host_ref;
}

impl HostRef {
    /// Returns the host name where it is fully qualified.
    pub fn qualified(&self) -> Option<HostName> {
        HostName::parse(self.as_str()).ok()
    }
}

text! {
    /// A fully qualified host name, or `*.` and a zone: every host one label below it.
    pub struct HostPattern("host-pattern", about = "a fully qualified host name, or `*.` and a zone", example = "*.example.org") = parse_pattern;
}

impl HostPattern {
    /// Returns the pattern of all hosts one label below a zone.
    pub fn below(zone: &str) -> Option<Self> {
        Self::parse(&format!("*.{zone}")).ok()
    }

    /// Says whether a certificate for the pattern is good for a host: `*` stands for exactly one label.
    pub fn covers(&self, host: &str) -> bool {
        match self.as_str().strip_prefix("*.") {
            Some(zone) => host.split_once('.').is_some_and(|(_, rest)| rest == zone),
            None => self.as_str() == host,
        }
    }
}

fn parse_pattern(text: &str) -> Result<String, String> {
    match text.strip_prefix("*.") {
        Some(zone) => parse_host(zone).map(|zone| format!("*.{zone}")),
        None => parse_host(text),
    }
}

fn parse_host(text: &str) -> Result<String, String> {
    let host = parse_host_ref(text)?;
    if host.contains('.') {
        Ok(host)
    } else {
        Err(format!(
            "must be a fully qualified host name such as `links.example.org`, not `{text}`"
        ))
    }
}

fn parse_host_ref(text: &str) -> Result<String, String> {
    let host = text.trim_end_matches('.').to_lowercase();
    if host.contains("://") || host.contains('/') {
        return Err(format!(
            "must be a host name without scheme or path: `{text}`"
        ));
    }
    if host.len() > 253 {
        return Err(format!(
            "must be at most 253 characters, not {}",
            host.len()
        ));
    }
    for part in host.split('.') {
        dns::label(part, 63)?;
    }
    Ok(host)
}

/// A port, 1 to 65535.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortNumber(u16);

impl PortNumber {
    /// Makes a port; none of 0.
    pub fn new(port: u16) -> Option<Self> {
        (port > 0).then_some(Self(port))
    }

    /// Returns the number.
    pub fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for PortNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Read for PortNumber {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let port = read_integer(node, reader, 1, i64::from(u16::MAX))?;
        u16::try_from(port).ok().and_then(Self::new)
    }

    fn shape() -> Shape {
        Shape::Integer {
            least: 1,
            greatest: 65535,
        }
    }
}

/// A range of addresses, such as `192.168.0.0/16` or `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cidr(IpNet);

impl Cidr {
    /// Reads it from text; a lone address is a range of one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let range = text
            .parse::<IpNet>()
            .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
        let range = range.map_err(|_| {
            format!("must be an address range such as `192.168.0.0/16`, not `{text}`")
        })?;
        if range.addr() != range.network() {
            return Err(format!(
                "has bits beyond its length: write `{}`",
                range.trunc()
            ));
        }
        Ok(Self(range))
    }

    /// Returns the range.
    pub fn range(self) -> IpNet {
        self.0
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Read for Cidr {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, Self::parse)
    }

    fn shape() -> Shape {
        Shape::Text {
            format: "cidr",
            about: "an address range",
            example: "192.168.0.0/16",
        }
    }
}
