//! Addresses for ports that are reachable without the ingress controller.

use std::net::IpAddr;

use crate::name::LabelName;
use crate::node::Node;
use crate::read::{Read, Reader};
use crate::shape::Shape;
use crate::{choice, record};

record! {
    /// What gives `listen` its addresses.
    pub struct LoadBalancer {
        /// What is installed. Example: `metallb`.
        "implementation" implementation: Balancer,
        /// The address that all listeners with `address: shared` have. Default: any, which the first of them gets.
        /// Example: `192.168.1.201`.
        "shared" shared: Option<Address>,
        /// The pool that other addresses come from. Default: any. Example: `lan`.
        "pool" pool: Option<LabelName>,
        /// The `loadBalancerClass` of its Services. Default: none. Example: `io.cilium/l2-announcer`.
        "class" class: Option<String>,
    }
}

choice! {
    /// What gives Services of type `LoadBalancer` their addresses.
    pub enum Balancer {
        /// MetalLB.
        Metallb = "metallb",
        /// Cilium's LB-IPAM.
        Cilium = "cilium",
        /// kube-vip.
        KubeVip = "kube-vip",
        /// ServiceLB of k3s: every node's own address, so all listeners share it.
        Servicelb = "servicelb",
        /// The cloud's: an address for each Service.
        Cloud = "cloud",
    }
}

/// An address as a value of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address(pub IpAddr);

impl Read for Address {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, |text| {
            text.parse()
                .map(Self)
                .map_err(|_| format!("must be an address, not `{text}`"))
        })
    }

    fn shape() -> Shape {
        Shape::Text {
            format: "address",
            about: "an IPv4 or IPv6 address",
            example: "192.168.1.201",
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}
