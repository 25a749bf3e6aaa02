//! Layer-4 exposure: ports that are reachable without the ingress controller.

use super::RoutePort;
use crate::name::ComponentName;
use crate::{choice, record};

record! {
    /// A port that is reachable from outside the cluster without the ingress controller.
    pub struct Listen {
        /// The component that answers. Default: the application's only one, or the one named after it.
        "component" component: Option<ComponentName>,
        /// The port outside; also the pods' port where `target` does not say otherwise.
        "port" port: RoutePort,
        /// What is spoken. Default: the component's port's, else `tcp`.
        "protocol" protocol: Option<ListenProtocol>,
        /// The load balancer's address. Default: `shared`.
        "address" address: Option<ListenAddress>,
        /// Pods see the client's own address. Default: `false`.
        "preserveClientAddress" preserve_client_address: Option<bool>,
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

choice! {
    /// The load balancer's address.
    pub enum ListenAddress {
        /// One address for all that share it.
        Shared = "shared",
        /// An address of its own.
        Own = "own",
    }
}
