//! Ports of containers and what is spoken on them.

use crate::name::PortNumber;
use crate::node::Node;
use crate::read::{Read, Reader};
use crate::shape::Shape;
use crate::{choice, record};

choice! {
    /// What is spoken on a port.
    pub enum Protocol {
        /// HTTP/1.1.
        Http = "http",
        /// HTTP/2 without TLS.
        H2c = "h2c",
        /// gRPC.
        Grpc = "grpc",
        /// HTTP over TLS.
        Https = "https",
        /// Any protocol over TCP.
        Tcp = "tcp",
        /// Any protocol over UDP.
        Udp = "udp",
    }
}

/// A port, written as a number or as `{ port, protocol }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortSpec {
    /// The port that the container listens on.
    pub port: PortNumber,
    /// What is spoken there.
    pub protocol: Protocol,
}

record! {
    /// A port with its protocol.
    pub struct PortFields {
        /// The port that the container listens on. Example: `3000`.
        "port" port: PortNumber,
        /// What is spoken there. Default: `http`. Example: `udp`. Derives: `protocol` of container and Service (`UDP`, else `TCP`), and the
        /// scheme in which routes and probes speak to it.
        "protocol" protocol: Option<Protocol>,
    }
}

impl Read for PortSpec {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if node.as_mapping().is_some() {
            let fields = PortFields::read(node, reader)?;
            return Some(Self {
                port: fields.port,
                protocol: fields.protocol.unwrap_or(Protocol::Http),
            });
        }
        Some(Self {
            port: PortNumber::read(node, reader)?,
            protocol: Protocol::Http,
        })
    }

    fn shape() -> Shape {
        Shape::Either(vec![PortNumber::shape(), PortFields::shape()])
    }
}
