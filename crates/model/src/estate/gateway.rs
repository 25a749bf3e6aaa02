//! How requests come in through Gateway API: which Gateways there are, and whose policies stand where the standard has none.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::name::{HostPattern, Literal, NamespaceName, Reason, SubdomainName};
use crate::node::Node;
use crate::read::{Read, Reader};
use crate::shape::Shape;
use crate::{choice, record};

choice! {
    /// Which objects routes become.
    pub enum Controller {
        /// Traefik's own: `IngressRoute` and `Middleware`.
        Traefik = "traefik",
        /// Those of Gateway API: `HTTPRoute` and its like, on a private and a public Gateway.
        GatewayApi = "gateway-api",
    }
}

choice! {
    /// Whose objects stand for gates that Gateway API has no word for.
    pub enum GatewayPolicies {
        /// Envoy Gateway's: `SecurityPolicy` and `BackendTrafficPolicy`.
        EnvoyGateway = "envoy-gateway",
        /// Traefik's, where Traefik implements Gateway API: its middlewares, named by the routes.
        Traefik = "traefik",
        /// Nobody's: a route that needs such a gate is an error.
        None = "none",
    }
}

record! {
    /// The Gateways that routes attach to. A private route is never on the public one.
    pub struct Gateways {
        /// The Gateway of private routes. It must have an address that only the private ranges reach. Default: none; private routes are an
        /// error then. Example: `{ name: internal, namespace: network }`. Derives: `parentRefs` of private routes.
        "private" private: Option<Gateway>,
        /// The Gateway of public routes. Default: none; public routes are an error then. Example: `{ name: external, namespace: network }`.
        /// Derives: `parentRefs` of public routes.
        "public" public: Option<Gateway>,
    }
}

record! {
    /// A Gateway. It belongs to a component of the estate; applications only attach routes to it.
    pub struct Gateway {
        /// Its name. Example: `internal`.
        "name" name: SubdomainName,
        /// Its namespace; its listeners must let routes of the applications' namespaces in. Example: `network`.
        "namespace" namespace: NamespaceName,
        /// The listener for HTTPS. Default: any that fits the host. Example: `https`.
        "section" section: Option<SubdomainName>,
        /// The listener that passes TLS through unopened, for such routes. Default: any that fits the host. Example: `tls`.
        "passthroughSection" passthrough_section: Option<SubdomainName>,
        /// Its address, which is checked against the private ranges. Default: not known. Example: `192.168.1.40`.
        "address" address: Option<GatewayAddress>,
        /// The hosts for which its own listeners have a certificate; `*.` stands for one label. Default: `*.` and the zone of its
        /// routes. Example: `["*.example.org"]`.
        "hosts" hosts: Vec<HostPattern>,
        /// Gives other hosts, and routes with `tlsSecret`, a listener of their own: a `ListenerSet` with its certificate beside the
        /// application. The Gateway must allow it (`allowedListeners`). Default: `false`, and such a route is an error.
        "listenerSets" listener_sets: Option<bool>,
        /// Why nobody outside of the private ranges can reach it, where no policy can refuse them: stands for the allow-list then. Default:
        /// it is not.
        "enclosed" enclosed: Option<Reason>,
        /// The pods through which requests come, for network policies. Default: with Envoy Gateway the Gateway's own pods in
        /// `envoy-gateway-system`, else the controller's. Example: `{ namespace: envoy-gateway-system }`. Derives: who may reach routed
        /// pods.
        "proxies" proxies: Option<GatewayProxies>,
    }
}

record! {
    /// The pods through which the requests of a Gateway come.
    pub struct GatewayProxies {
        /// Their namespace. Example: `envoy-gateway-system`.
        "namespace" namespace: NamespaceName,
        /// Their labels. Default: all pods of the namespace. Example: `{ app.kubernetes.io/component: proxy }`.
        "pods" pods: BTreeMap<String, Literal>,
    }
}

/// The address of a Gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GatewayAddress(pub IpAddr);

impl Read for GatewayAddress {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, |text| {
            text.parse()
                .map(Self)
                .map_err(|_| format!("must be an address such as `192.168.1.40`, not `{text}`"))
        })
    }

    fn shape() -> Shape {
        Shape::Text {
            format: "address",
            about: "an address",
            example: "192.168.1.40",
        }
    }
}

impl Gateway {
    /// Says whether one of its own listeners has a certificate for a host; `zone` is the one of its routes.
    pub fn serves(&self, host: &str, zone: &str) -> bool {
        if self.hosts.is_empty() {
            return HostPattern::below(zone).is_some_and(|pattern| pattern.covers(host));
        }
        self.hosts.iter().any(|pattern| pattern.covers(host))
    }
}
