//! What applications can use in one line.

use std::collections::BTreeMap;

use crate::application::PeerPort;
use crate::name::{AppName, Cidr, EnvName, Literal, NamespaceName};
use crate::record;

record! {
    /// Something that applications can use in one line, under `uses`: it sets environment variables and opens the network.
    pub struct CatalogueEntry {
        /// What it is. Default: none. Example: `Mail relay in the house`.
        "description" description: Option<String>,
        /// Variables that its users get; `${application}`, `${environment}` and `${namespace}` are the user's. Default: none. Example: `{
        /// OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-collector.telemetry:4318" }`. Derives: `env` of its users' containers.
        "env" env: BTreeMap<EnvName, Literal>,
        /// Where it runs; its users may reach it there. Example: `{ application: ntfy }`. Derives: egress of its users, ingress of the
        /// application that it leads to, and the order of releases.
        "at" at: CatalogueTarget,
        /// Ports of its pods (not of its Service) that its users may reach. Default: all. Example: `[8080]`. Derives: `ports` of both
        /// rules.
        "ports" ports: Vec<PeerPort>,
    }
}

record! {
    /// Where an entry of the catalogue runs. One of `application`, `namespace` and `cidr`.
    pub struct CatalogueTarget {
        /// An application of this estate, in the user's environment unless `environment` says otherwise. Default: none. Example: `ntfy`.
        "application" application: Option<AppName>,
        /// The environment of that application. Default: the user's. Example: `prod`.
        "environment" environment: Option<crate::name::EnvironmentName>,
        /// A namespace. Default: none. Example: `databases`.
        "namespace" namespace: Option<NamespaceName>,
        /// Labels of its pods in that namespace. Default: all. Example: `{ cnpg.io/cluster: main }`.
        "pods" pods: BTreeMap<String, Literal>,
        /// A range of addresses outside the cluster. Default: none. Example: `192.168.10.5/32`.
        "cidr" cidr: Option<Cidr>,
    }
}
