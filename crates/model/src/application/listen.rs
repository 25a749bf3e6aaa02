//! Layer-4 exposure: ports that are reachable without the ingress controller.

use std::net::IpAddr;

use super::{RoutePort, Visibility};
use crate::name::{Cidr, ComponentName, HostRef, PortNumber, Reason};
use crate::node::{Node, ScalarKind};
use crate::read::{Read, Reader};
use crate::shape::Shape;
use crate::{choice, record};

record! {
    /// A port that is reachable from outside the cluster without the ingress controller: no login, no certificate, no limits.
    pub struct Listen {
        /// The component that answers. Default: the application's only one, or the one named after it. Example: `resolver`.
        "component" component: Option<ComponentName>,
        /// The port outside, or a range of ports. Default: the port of the component that has the listener's name, else its first. Example:
        /// `27015-27030`. Derives: `port` of the Service.
        "port" port: Option<PortRange>,
        /// The port of the component that answers, by number or name. A range goes to the same numbers. Default: the port that has the
        /// listener's name, else the one with the same number, else the number itself. Example: `dns`. Derives: `targetPort` of the
        /// Service.
        "target" target: Option<RoutePort>,
        /// What is spoken. Default: what the component's port speaks, else `tcp`. Example: `udp`. Derives: `protocol` of the Service's
        /// port; two of them for `both`.
        "protocol" protocol: Option<ListenProtocol>,
        /// The load balancer's address: `shared`, `own`, or an address. Default: `shared`. Example: `192.168.1.53`. Derives: the annotation
        /// by which the load balancer shares an address.
        "address" address: Option<ListenAddress>,
        /// Pods see the client's own address; only nodes with a pod answer. An address that is shared cannot have it with `MetalLB` and
        /// Cilium. Default: `false`. Example: `true`. Derives: `externalTrafficPolicy: Local`.
        "preserveClientAddress" preserve_client_address: Option<bool>,
        /// Who may connect: the estate's private ranges, or everyone (then with `why`). Default: `private`. Example: `public`.
        "visibility" visibility: Option<Visibility>,
        /// Address ranges that may connect, instead of the estate's private ones. Default: none. Example: `[192.168.7.0/24]`.
        "from" from: Vec<Cidr>,
        /// Why everyone may connect; required with `visibility: public`. Default: none. Example: `players are anywhere`.
        "why" why: Option<Reason>,
        /// A host name for the address, as for a route. Default: none. Example: `games`.
        "host" host: Option<HostRef>,
    }
}

choice! {
    /// What is spoken on a port that is reachable from outside.
    pub enum ListenProtocol {
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
        /// Both, on the same number.
        Both = "both",
    }
}

impl ListenProtocol {
    /// Returns the transports, as Kubernetes calls them.
    pub fn transports(self) -> &'static [&'static str] {
        match self {
            Self::Tcp => &["TCP"],
            Self::Udp => &["UDP"],
            Self::Both => &["TCP", "UDP"],
        }
    }
}

/// The load balancer's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListenAddress {
    /// The estate's, which all that share it have.
    Shared,
    /// Any of its own.
    Own,
    /// This one, of its own.
    At(IpAddr),
}

impl Read for ListenAddress {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, |text| match text {
            "shared" => Ok(Self::Shared),
            "own" => Ok(Self::Own),
            _ => text
                .parse()
                .map(Self::At)
                .map_err(|_| format!("must be `shared`, `own` or an address, not `{text}`")),
        })
    }

    fn shape() -> Shape {
        Shape::Either(vec![
            Shape::Choice(&[
                ("shared", "The estate's, which all that share it have."),
                ("own", "Any of its own."),
            ]),
            Shape::Text {
                format: "address",
                about: "an address",
                example: "192.168.1.53",
            },
        ])
    }
}

/// A port, or a range of ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortRange {
    /// The first.
    pub first: PortNumber,
    /// The last; of one port, the same.
    pub last: PortNumber,
}

/// The most ports of one range: each is a port of the Service, and a rule on every node.
const MOST: u16 = 200;

impl PortRange {
    /// Reads `53` or `27015-27030`; the error is a phrase that follows the field's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let port = |text: &str| text.trim().parse().ok().and_then(PortNumber::new);
        let (Some(first), Some(last)) = (port(first), port(last)) else {
            return Err(format!(
                "must be a port such as `53`, or a range such as `27015-27030`, not `{text}`"
            ));
        };
        if last < first {
            return Err(format!("ends before it begins: `{text}`"));
        }
        let count = last.get() - first.get();
        if count >= MOST {
            return Err(format!(
                "has more than {MOST} ports, each of which is a rule on every node: `{text}`"
            ));
        }
        Ok(Self { first, last })
    }

    /// Returns the ports.
    pub fn ports(self) -> impl Iterator<Item = u16> {
        self.first.get()..=self.last.get()
    }

    /// Says whether it is one port.
    pub fn is_one(self) -> bool {
        self.first == self.last
    }
}

impl std::fmt::Display for PortRange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_one() {
            write!(formatter, "{}", self.first)
        } else {
            write!(formatter, "{}-{}", self.first, self.last)
        }
    }
}

impl Read for PortRange {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if matches!(
            node.as_scalar().map(|scalar| scalar.kind),
            Some(ScalarKind::Integer(_))
        ) {
            let port = PortNumber::read(node, reader)?;
            return Some(Self {
                first: port,
                last: port,
            });
        }
        reader.text(node, Self::parse)
    }

    fn shape() -> Shape {
        Shape::Either(vec![
            PortNumber::shape(),
            Shape::Text {
                format: "port-range",
                about: "the first and the last port",
                example: "27015-27030",
            },
        ])
    }
}
