//! What applications can use in one line.

use std::collections::BTreeMap;

use crate::application::PeerPort;
use crate::name::{AppName, Cidr, EnvName, Literal, NamespaceName};
use crate::record;

record! {
    /// Something that applications can use in one line, under `uses`: it sets environment variables and opens the network.
    pub struct CatalogueEntry {
        /// What it is.
        "description" description: Option<String>,
        /// Variables that its users get; `${application}`, `${environment}` and `${namespace}` are the user's.
        /// Example: `{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-collector.telemetry:4318" }`.
        "env" env: BTreeMap<EnvName, Literal>,
        /// Where it runs; its users may reach it there.
        "at" at: CatalogueTarget,
        /// Ports of its pods (not of its Service) that its users may reach.
        "ports" ports: Vec<PeerPort>,
    }
}

record! {
    /// Where an entry of the catalogue runs. One of `application`, `namespace` and `cidr`.
    pub struct CatalogueTarget {
        /// An application of this estate, in the user's environment unless `environment` says otherwise.
        "application" application: Option<AppName>,
        /// The environment of that application.
        "environment" environment: Option<crate::name::EnvironmentName>,
        /// A namespace.
        "namespace" namespace: Option<NamespaceName>,
        /// Labels of its pods in that namespace.
        "pods" pods: BTreeMap<String, Literal>,
        /// A range of addresses outside the cluster.
        "cidr" cidr: Option<Cidr>,
    }
}
