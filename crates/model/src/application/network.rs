//! Who may reach an application, and what it may reach.

use std::collections::BTreeMap;

use crate::estate::Address;
use crate::name::{AppName, Cidr, HostName, LabelName, Literal, NamespaceName, PortNumber, Reason};
use crate::node::Node;
use crate::read::{Read, Reader};
use crate::record;
use crate::shape::Shape;

record! {
    /// Network access beyond what is derived. Denied is what is not allowed, always.
    pub struct Network {
        /// Who may reach it. Default: none. Example: `[{ namespace: monitoring }]`. Derives: `ingress` rules of the component's
        /// `NetworkPolicy`.
        "from" from: Vec<Peer>,
        /// What it may reach. Default: none. Example: `[{ cidr: 192.168.10.0/24, ports: [445] }]`. Derives: `egress` rules of the
        /// component's `NetworkPolicy`.
        "to" to: Vec<Peer>,
        /// Takes away what is derived for every application: access to the internet, and from the ingress controller without a route.
        /// Default: `false`. Derives: no egress but DNS and what is named.
        "isolated" isolated: Option<bool>,
        /// Names that its pods know beyond those of DNS. Default: none. Example: `{ nas.home.example.org: 192.168.1.10 }`. Derives:
        /// `hostAliases` of all its pods.
        "hosts" hosts: BTreeMap<HostName, Address>,
        /// How its pods ask for names. Default: as the cluster does. Example: `{ options: { ndots: 2 } }`. Derives: `dnsPolicy` and
        /// `dnsConfig` of all its pods.
        "dns" dns: Option<PodDns>,
    }
}

record! {
    /// How pods ask for names.
    pub struct PodDns {
        /// The servers that are asked instead of the cluster's, which knows the names of Services. Default: the cluster's. Example:
        /// `[192.168.1.53]`. Derives: `nameservers`, with `dnsPolicy: None`.
        "servers" servers: Vec<Address>,
        /// Zones that short names are looked for in. Default: the cluster's. Example: `[home.example.org]`. Derives: `searches`.
        "search" search: Vec<HostName>,
        /// Options of the resolver. Default: the cluster's. Example: `{ ndots: 2 }`. Derives: `options`.
        "options" options: BTreeMap<String, Literal>,
    }
}

/// One end of an allowed connection: a word (`traefik`, `internet`, `anywhere`) or a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Who or what.
    pub target: PeerTarget,
    /// On which ports of the one that is reached; none means all (`to`) or the component's own (`from`).
    pub ports: Vec<PeerPort>,
    /// Why it must be that much.
    pub why: Option<Reason>,
}

/// Who or what is at the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerTarget {
    /// The ingress controller.
    Ingress,
    /// Everything outside, without the private ranges.
    Internet,
    /// Everything, inside and outside.
    Anywhere,
    /// An application of this estate, in the same environment.
    Application(AppName),
    /// Pods of a namespace; all of them where no label is named.
    Namespace(NamespaceName, BTreeMap<String, Literal>),
    /// Pods of any namespace; all of them where no label is named.
    AnyNamespace(BTreeMap<String, Literal>),
    /// Pods of the own namespace; all of them where no label is named.
    OwnPods(BTreeMap<String, Literal>),
    /// An entry of the estate's catalogue.
    Catalogue(LabelName),
    /// A range of addresses.
    Cidr(Cidr),
}

record! {
    /// One end of an allowed connection. One of `application`, `namespace`, `catalogue`, `cidr`, `word`; `pods` alone means the own namespace.
    pub struct PeerFields {
        /// An application of this estate, in the same environment. Default: none. Example: `miniflux`. Derives: a selector of its namespace
        /// and its pods.
        "application" application: Option<AppName>,
        /// A namespace; `"*"` for any. Default: none. Example: `monitoring`. Derives: `namespaceSelector`.
        "namespace" namespace: Option<String>,
        /// Labels of pods, in `namespace` or the own one. Default: all. Example: `{ app: prometheus }`. Derives: `podSelector`.
        "pods" pods: BTreeMap<String, Literal>,
        /// An entry of the estate's catalogue. Default: none. Example: `database`. Derives: what the entry's `at` says.
        "catalogue" catalogue: Option<LabelName>,
        /// A range of addresses. Default: none. Example: `192.168.10.0/24`. Derives: `ipBlock`.
        "cidr" cidr: Option<Cidr>,
        /// `traefik`, `internet` or `anywhere`, where ports must be named. Default: none. Example: `internet`. Derives: the controller's
        /// pods, or an `ipBlock` of everything, for `internet` without the private ranges.
        "word" word: Option<String>,
        /// Ports of the one that is reached: the pods' own ports, not the Service's. Default: all of them for `to`, the component's own for
        /// `from`. Example: `[8080, 53/udp, 8000-8010]`. Derives: `ports` of the rule.
        "ports" ports: Vec<PeerPort>,
        /// Why it must be that much, where it is everything. Default: none. Example: `"asks whatever is watched"`. Derives: the annotation
        /// `steading.dev/why` of the `NetworkPolicy`.
        "why" why: Option<Reason>,
    }
}

/// A port of a peer, or a range of them, written as a number, as `53/udp` or as `8000-8010`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PeerPort {
    /// The port, or the first of the range.
    pub port: PortNumber,
    /// The last of the range.
    pub last: Option<PortNumber>,
    /// `TCP` or `UDP`.
    pub protocol: &'static str,
}

impl PeerPort {
    /// Returns one port over TCP or UDP.
    pub fn single(port: PortNumber, protocol: &'static str) -> Self {
        Self {
            port,
            last: None,
            protocol,
        }
    }

    /// Says whether it is this port or has it in its range.
    pub fn holds(&self, port: PortNumber) -> bool {
        (self.port..=self.last.unwrap_or(self.port)).contains(&port)
    }

    /// Reads `8080`, `53/udp` or `8000-8010`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let number = |text: &str| text.parse().ok().and_then(PortNumber::new);
        let range = match ports.split_once('-') {
            Some((first, last)) => number(first)
                .zip(number(last))
                .filter(|(first, last)| first <= last)
                .map(|(first, last)| (first, Some(last).filter(|last| *last != first))),
            None => number(ports).map(|port| (port, None)),
        };
        let protocol = match protocol.to_lowercase().as_str() {
            "tcp" => Some("TCP"),
            "udp" => Some("UDP"),
            _ => None,
        };
        match (range, protocol) {
            (Some((port, last)), Some(protocol)) => Ok(Self {
                port,
                last,
                protocol,
            }),
            _ => Err(format!(
                "must be a port such as `8080` or `53/udp`, or a range such as `8000-8010`, not `{text}`"
            )),
        }
    }
}

impl Read for PeerPort {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, Self::parse)
    }

    fn shape() -> Shape {
        Shape::Either(vec![
            PortNumber::shape(),
            Shape::Text {
                format: "peer-port",
                about: "a port or a range of ports, with its protocol",
                example: "53/udp",
            },
        ])
    }
}

const WORDS: [&str; 3] = ["traefik", "internet", "anywhere"];

fn target_of_word(word: &str) -> Option<PeerTarget> {
    match word {
        "traefik" => Some(PeerTarget::Ingress),
        "internet" => Some(PeerTarget::Internet),
        "anywhere" => Some(PeerTarget::Anywhere),
        _ => None,
    }
}

impl Read for Peer {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if let Some(word) = node.as_text() {
            let target = target_of_word(word);
            if target.is_none() {
                reader.unknown_word(node, word, &WORDS);
            }
            return Some(Self {
                target: target?,
                ports: Vec::new(),
                why: None,
            });
        }
        let fields = PeerFields::read(node, reader)?;
        let ports = fields.ports.clone();
        let why = fields.why.clone();
        let target = fields.target();
        if target.is_none() {
            reader.invalid(node, "must name exactly one of `application`, `namespace`, `catalogue`, `cidr`, `pods` and `word`");
        }
        Some(Self {
            target: target?,
            ports,
            why,
        })
    }

    fn shape() -> Shape {
        Shape::Either(vec![
            Shape::Choice(&[
                ("traefik", "The ingress controller."),
                (
                    "internet",
                    "Everything outside, without the private ranges.",
                ),
                ("anywhere", "Everything, inside and outside."),
            ]),
            PeerFields::shape(),
        ])
    }
}

impl PeerFields {
    fn target(self) -> Option<PeerTarget> {
        let Self {
            application,
            namespace,
            pods,
            catalogue,
            cidr,
            word,
            ports: _,
            why: _,
        } = self;
        match (application, namespace, catalogue, cidr, word) {
            (Some(application), None, None, None, None) if pods.is_empty() => {
                Some(PeerTarget::Application(application))
            }
            (None, Some(namespace), None, None, None) if namespace == "*" => {
                Some(PeerTarget::AnyNamespace(pods))
            }
            (None, Some(namespace), None, None, None) => NamespaceName::parse(&namespace)
                .ok()
                .map(|name| PeerTarget::Namespace(name, pods)),
            (None, None, Some(catalogue), None, None) if pods.is_empty() => {
                Some(PeerTarget::Catalogue(catalogue))
            }
            (None, None, None, Some(cidr), None) if pods.is_empty() => Some(PeerTarget::Cidr(cidr)),
            (None, None, None, None, Some(word)) if pods.is_empty() => target_of_word(&word),
            (None, None, None, None, None) if !pods.is_empty() => Some(PeerTarget::OwnPods(pods)),
            _ => None,
        }
    }
}
