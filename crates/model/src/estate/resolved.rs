//! The estate as all later stages see it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Accelerators, CatalogueEntry, Certificates, Dashboard, Defaults, Deletions, Dns, Domains,
    DriftMode, EnvironmentFields, Identity, Images, Ingress, Lab, LoadBalancer, MonitoringStack,
    Naming, Person, ReasonedSeverity, SecretBackend, Served, Storage, StorageClassFields, Tier,
    Updates,
};
use crate::application::{Application, Backup, DataMeaning, Route, Visibility, Volume};
use crate::name::{AppName, EnvironmentName, HostName, HostRef, LabelName, NamespaceName};
use crate::node::Node;
use crate::record;

record! {
    /// `spec` of an Estate, after the built-in defaults were merged under it.
    pub struct EstateFields {
        /// The zones in which hosts are made. Example: `{ public: example.org, private: home.example.org }`. Derives: the hosts of routes
        /// with short names, and names inside of the cluster.
        "domains" domains: Domains,
        /// The environments by name. Default: none; what has none is compiled for none. Example: `{ staging: { context: house }, prod: {
        /// context: house } }`. Derives: for each application that names one: a namespace and everything in it, in the cluster of its
        /// context.
        "environments" environments: BTreeMap<EnvironmentName, EnvironmentFields>,
        /// How things are called. Default: as its fields say. Example: `{ namespace: "{environment}-{application}" }`. Derives: names of
        /// namespaces, places of data on nodes, hosts.
        "naming" naming: Naming,
        /// The tiers by name. Default: the built-in `core`, `cluster`, `gpu`, `edge` and `aux`. Example: `{ aux: { quota: { pods: 15 } }
        /// }`. Derives: a `PriorityClass` for each, and the `ResourceQuota`, `LimitRange` and default resources of their applications.
        "tiers" tiers: BTreeMap<LabelName, Tier>,
        /// What holds for all applications unless they say otherwise. Default: as its fields say. Example: `{ timeZone: Europe/Berlin,
        /// tier: edge }`. Derives: what it says, for every application that does not.
        "defaults" defaults: Defaults,
        /// How requests come in. Default: as its fields say. Example: `{ namespace: traefik, private: [192.168.10.0/24] }`. Derives: gates
        /// and entry points of all routes, and who may reach routed pods.
        "ingress" ingress: Ingress,
        /// What gives listeners (`listen`) their addresses. Default: none, and then nothing can listen. Example: `{ implementation: metallb,
        /// shared: 192.168.1.201 }`. Derives: annotations and class of the Services of listeners.
        "loadBalancer" load_balancer: Option<LoadBalancer>,
        /// Who keeps images current. Default: nobody. Example: `{ updater: keel }`. Derives: the updater's annotations on workloads, or
        /// its rules from `steading updates`.
        "updates" updates: Option<Updates>,
        /// Where certificates come from. Without it every route needs `tlsSecret`. Default: none. Example: `{ issuer: letsencrypt }`.
        /// Derives: a Certificate for each host, unless a wildcard covers it.
        "certificates" certificates: Option<Certificates>,
        /// Who makes the DNS records of routes. Default: nobody here. Example: `{ provider: external-dns, direct: { targets: [203.0.113.10]
        /// } }`. Derives: the annotations on routes that the program reads.
        "dns" dns: Option<Dns>,
        /// The dashboard that shows tiles of routes. Default: none. Example: `{ kind: homepage }`. Derives: the annotations on routes that
        /// it reads.
        "dashboard" dashboard: Option<Dashboard>,
        /// What data means for storage. Default: no class for any meaning. Example: `{ classes: { plain: { class: local-path, grows: true }
        /// } }`. Derives: `storageClassName` of claims, and volumes made by hand.
        "storage" storage: Storage,
        /// What a GPU is on the nodes, by name; `default` is what applications get that name none. Default: `{ default: { resource:
        /// nvidia.com/gpu } }`. Example: `{ default: { resource: nvidia.com/gpu, runtimeClass: nvidia, tolerate: [{ key: nvidia.com/gpu }]
        /// } }`. Derives: limits or claims, runtime class, tolerations and node labels of pods with `placement.gpu`, and their quota.
        "accelerators" accelerators: Accelerators,
        /// Where secret values come from. Default: Secrets that someone else makes. Example: `{ existing: { name: "{application}-secrets" }
        /// }`. Derives: nothing, or an `InfisicalSecret` for each place that applications name.
        "secrets" secrets: SecretBackend,
        /// Where images come from. Default: any registry, no pull secret. Example: `{ registry: registry.example.org, trusted: [docker.io,
        /// ghcr.io] }`. Derives: `imagePullSecrets` and the image of ownership steps.
        "images" images: Images,
        /// What applications can use in one line. Default: none. Example: `{ mail: { env: { MAIL_HOST: mail.example.org }, at: { cidr:
        /// 192.168.10.6/32 }, ports: [25] } }`. Derives: variables, egress and order of the applications that use an entry, and ingress of
        /// the application that it leads to.
        "catalogue" catalogue: BTreeMap<LabelName, CatalogueEntry>,
        /// The monitoring that watches the applications. Default: none that Steading knows of; rules and dashboards are there for
        /// whoever renders them. Example: `{ operator: true, namespace: monitoring, labels: { release: kube-prometheus-stack } }`.
        /// Derives: `PodMonitor`, `Probe` and `PrometheusRule` objects with their labels, the network policies that let its pods in, and
        /// the links of alerts.
        "monitoring" monitoring: Option<MonitoringStack>,
        /// Who owns applications and namespaces, by name. Default: none. Example: `{ alice: { role: edit, applications: [budget-alice] }
        /// }`. Derives: a `RoleBinding` in each namespace of theirs, and namespaces of their own with quota, limits and network policy.
        "people" people: BTreeMap<LabelName, Person>,
        /// How people prove to the clusters who they are. Default: with client certificates. Example: `{ oidc: { issuer:
        /// "https://login.example.org", clientId: kubernetes } }`. Derives: nothing in the cluster; the kubeconfig that `steading people`
        /// writes.
        "identity" identity: Option<Identity>,
        /// How bad rules are here, by rule name, each with the reason. Default: each rule's own severity. Example: `{ floating-tag: {
        /// severity: error, why: "images are mirrored by tag" } }`. Derives: nothing; the severity of findings.
        "rules" rules: BTreeMap<LabelName, ReasonedSeverity>,
        /// What happens with changes that others made. Default: `report`. Example: `heal`. Derives: nothing; what a release does with
        /// changes of others.
        "drift" drift: DriftMode,
        /// How much a run may delete, and how long data stays. Default: as its fields say. Example: `{ objects: 20 }`. Derives: nothing; a
        /// run that deletes more needs `--accept-deletes`.
        "deletions" deletions: Deletions,
        /// The simulated nodes of `steading lab up`. Default: three nodes. Example: `{ nodes: [{ name: barn, cpu: 4, memory: 16Gi }] }`.
        /// Derives: the simulated nodes of the lab.
        "lab" lab: Option<Lab>,
    }
}

/// An estate.
#[derive(Clone, Debug)]
pub struct Estate {
    /// Its name.
    pub name: LabelName,
    /// Its settings.
    pub fields: EstateFields,
    /// The applications that are declared in it, each with its environments; one that cannot be read counts as declared for all.
    pub applications: BTreeMap<AppName, BTreeSet<EnvironmentName>>,
    /// What others can use of applications, of those that are used.
    pub(crate) served: BTreeMap<(AppName, EnvironmentName), Served>,
    /// The applications that others use by their names.
    pub(crate) used_by_name: BTreeSet<AppName>,
    /// The merged declaration, each part with the place where it was written.
    pub tree: Node,
}

/// An environment with its name.
#[derive(Clone, Copy, Debug)]
pub struct Environment<'a> {
    /// Its name.
    pub name: &'a EnvironmentName,
    /// Its settings.
    pub fields: &'a EnvironmentFields,
}

impl Estate {
    /// Returns an environment.
    pub fn environment(&self, name: &EnvironmentName) -> Option<Environment<'_>> {
        self.fields
            .environments
            .get_key_value(name)
            .map(|(name, fields)| Environment { name, fields })
    }

    /// Says whether an application is declared for an environment.
    pub fn declares(&self, application: &AppName, environment: &EnvironmentName) -> bool {
        self.applications
            .get(application)
            .is_some_and(|environments| environments.contains(environment))
    }

    /// Returns the namespace of an application in an environment; the error is a phrase.
    pub fn namespace(
        &self,
        application: &AppName,
        environment: &EnvironmentName,
    ) -> Result<NamespaceName, String> {
        let values = [
            ("application", application.as_str()),
            ("environment", environment.as_str()),
        ];
        NamespaceName::parse(&self.fields.naming.namespace.fill(&values))
    }

    /// Returns the full host name for what a route of an application says; the error is a phrase.
    pub fn host(
        &self,
        host: &HostRef,
        zone: &HostName,
        environment: &EnvironmentName,
    ) -> Result<HostName, String> {
        if let Some(host) = host.qualified() {
            return Ok(host);
        }
        let suffix = self
            .environment(environment)
            .map(Environment::suffix)
            .unwrap_or_default();
        let values = [
            ("application", host.as_str()),
            ("environment", environment.as_str()),
            ("suffix", &suffix),
            ("domain", zone.as_str()),
        ];
        HostName::parse(&self.fields.naming.host.fill(&values))
    }

    /// Returns the full host name of each route of an application, in order; routes whose host cannot be made are left out.
    pub fn hosts(&self, application: &Application) -> Vec<HostName> {
        let routes = application.fields.ingress.iter();
        routes
            .filter_map(|route| self.host_of(route, &application.environment).ok())
            .collect()
    }

    /// Returns the full host name of a route in an environment; the error is a phrase.
    pub fn host_of(
        &self,
        route: &Route,
        environment: &EnvironmentName,
    ) -> Result<HostName, String> {
        let domains = &self.fields.domains;
        let zone = match route.visibility {
            Some(Visibility::Public) => &domains.public,
            Some(Visibility::Private) | None => domains.private.as_ref().unwrap_or(&domains.public),
        };
        self.host(&route.host, zone, environment)
    }

    /// Returns how a volume is backed up: as it says, else as its class does; none where nothing says it.
    pub fn backup<'a>(&'a self, volume: &'a Volume) -> Option<&'a Backup> {
        let meaning = volume.data.unwrap_or(DataMeaning::Plain);
        let usual = || {
            let class = self.storage_class(meaning);
            let class = class.filter(|_| meaning != DataMeaning::Cache && volume.path.is_none());
            class.and_then(|class| class.backup.as_ref())
        };
        volume.backup.as_ref().or_else(usual)
    }

    /// Returns the storage class for a meaning of data.
    pub fn storage_class(&self, data: DataMeaning) -> Option<&StorageClassFields> {
        self.fields.storage.classes.get(&data)
    }

    /// Returns a tier.
    pub fn tier(&self, name: &LabelName) -> Option<&Tier> {
        self.fields.tiers.get(name)
    }
}

impl Environment<'_> {
    /// Returns the suffix of hosts.
    pub fn suffix(self) -> String {
        let default = || {
            if self.name.as_str() == "prod" {
                String::new()
            } else {
                format!("-{}", self.name)
            }
        };
        self.fields.suffix.clone().unwrap_or_else(default)
    }

    /// Returns the environment of the secret backend.
    pub fn secret_environment(self) -> String {
        self.fields
            .secret_environment
            .as_ref()
            .map_or_else(|| self.name.to_string(), ToString::to_string)
    }

    /// Says whether a mistake here hurts.
    pub fn is_critical(self) -> bool {
        self.fields.critical.unwrap_or(self.name.as_str() == "prod")
    }
}
