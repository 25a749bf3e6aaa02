//! The fields that belong to the application as a whole.

use std::collections::BTreeMap;

use super::{
    Availability, CatalogueUse, Job, Listen, Monitoring, NamedComponent, Network, Parked,
    PermissionRule, QuotaOverride, RawObject, Rollout, Route, Upstream, Waiver,
};
use crate::name::{AppName, ComponentName, LabelName};
use crate::record;

record! {
    /// What the application is called.
    pub struct Metadata {
        /// The name: it is in the names of all objects, the namespace and the data's place, so a change is a move (see `previousNames`).
        /// Derives: names of all objects, the namespace, the place of data, the label `steading.dev/application`.
        "name" name: AppName,
    }
}

record! {
    /// The fields of `spec` that belong to the application as a whole; the fields of a container stand beside them.
    pub struct ApplicationFields {
        /// What it is, in a few words, for the catalogue and for whoever is woken at night. Required unless the estate says otherwise.
        /// Default: none; the estate may require it. Example: `Bookmark manager`. Derives: the annotation `steading.dev/description` of the
        /// namespace, and the text of the dashboard's tile.
        "description" description: Option<String>,
        /// The group on the dashboard, such as `Productivity`. Default: the tier. Example: `Productivity`. Derives: `group` of the
        /// dashboard's tile, and the folder of its Grafana dashboards.
        "group" group: Option<String>,
        /// The icon on the dashboard: a name or a URL. Default: the application's name. Example: `linkwarden`. Derives: `icon` of the
        /// dashboard's tile.
        "icon" icon: Option<String>,
        /// One of the estate's tiers; gives priority, quota and default resources. Default: the estate's `defaultTier`. Example: `edge`.
        /// Derives: `priorityClassName`, the `ResourceQuota`, the `LimitRange`, default resources, and the namespace's label.
        "tier" tier: Option<LabelName>,
        /// Several components by name, each a workload of its own. The fields of a container at the top level of `spec` are then defaults
        /// for all of them. Without it, they describe one component named after the application. Default: one, named after the application.
        /// Example: `{ web: { port: 3000 }, worker: { like: web, command: [worker] } }`. Derives: for each what the fields of a component
        /// derive, under names that begin with the application's.
        "components" components: BTreeMap<ComponentName, NamedComponent>,
        /// Whose it is: one of the estate's `people`. They get the rights of their role in its namespace, and its routes may use their
        /// `hosts` only. Default: the people who list it in their `applications`; with none it belongs to whoever runs the estate. Example:
        /// `alice`. Derives: a `RoleBinding` in the application's namespace.
        "owner" owner: Option<LabelName>,
        /// Entries of the estate's catalogue that this application uses: environment, credentials and network access in one line. Default:
        /// none. Example: `{ database: {}, mail: { env: { MAIL_HOST: SMTP_HOST } } }`. Derives: variables, the label by which the entry
        /// admits its users, egress to it, and an order: the used application is released first.
        "uses" uses: BTreeMap<LabelName, CatalogueUse>,
        /// The hosts and paths on which it is reachable. Default: none. Example: `[{ host: links, visibility: public }]`. Derives: for each
        /// a route object of the estate's controller with its gates in the order of the chain, a Certificate for each host, ingress from
        /// the controller, and annotations for DNS, checks and dashboard.
        "ingress" ingress: Vec<Route>,
        /// Ports that are reachable without the ingress controller, by name. Default: none.
        /// Example: `{ dns: { port: 53, protocol: both, address: own } }`. Derives: a Service of type `LoadBalancer` for each, and the
        /// network policy that lets its clients in.
        "listen" listen: BTreeMap<ComponentName, Listen>,
        /// A device or machine outside the cluster that stands where the pods would: same routes, authentication and checks. Default: none.
        /// Example: `{ host: 192.168.10.20, port: 8006, tls: true }`. Derives: a Service without selector and its `EndpointSlice`, or an
        /// `ExternalName`; no workload.
        "upstream" upstream: Option<Upstream>,
        /// Things that run on a schedule, or once per release. Default: none. Example: `{ clean-up: { schedule: "30 2 * * *", command:
        /// [/app, clean-up] } }`. Derives: a `CronJob`, or a Job of each release, and a `NetworkPolicy` for each.
        "jobs" jobs: BTreeMap<ComponentName, Job>,
        /// Who may reach it and what it may reach, beyond what is derived from `ingress`, `uses` and other applications' `uses`. Everything
        /// else is denied, always. Default: only what is derived. Example: `{ from: [{ namespace: monitoring }], to: [internet] }`.
        /// Derives: rules of the component's `NetworkPolicy`, beside the one that denies everything.
        "network" network: Option<Network>,
        /// What its pods may do with the Kubernetes API. Default: nothing, and then no token is mounted. Example: `[{ verbs: [get, list],
        /// resources: [pods] }]`. Derives: a Role and `RoleBinding` in each namespace, or a `ClusterRole` and its binding for `"*"`; the
        /// token of the `ServiceAccount`; egress to the API server.
        "permissions" permissions: Vec<PermissionRule>,
        /// How it lives through disruptions. Default: nothing beyond `replicas`. Example: `{ replicas: 2 }`. Derives: `replicas`, a
        /// `PodDisruptionBudget`, a spread over nodes, and tolerations for lost nodes.
        "availability" availability: Option<Availability>,
        /// No pods, everything else kept; checks and alerts rest too. Default: it runs. Example: `{ why: "until the new disks are there"
        /// }`. Derives: `replicas: 0` (a selector that no node has for a `DaemonSet`), `suspend: true` for `CronJobs`, no Jobs, and the
        /// reason as `steading.dev/why`.
        "parked" parked: Option<Parked>,
        /// A quota of its own where the tier's does not fit. Default: the tier's. Example: `{ memory: 12Gi, memoryLimit: 24Gi, why: "models
        /// are held in memory" }`. Derives: the `ResourceQuota` of the namespace, with the reason as `steading.dev/why`.
        "quota" quota: Option<QuotaOverride>,
        /// How a new version replaces the old one. Default: the strategy that fits, 3 minutes. Example: `{ timeout: 10m, verify: [{ name:
        /// home, http: { path: / } }] }`. Derives: `strategy` and `progressDeadlineSeconds` of Deployments, and a Job for each check after
        /// the new version is ready.
        "rollout" rollout: Option<Rollout>,
        /// Scraping, alerts, dashboards and probes. Default: routes are probed, nothing else. Example: `{ scrape: { port: 9090 } }`.
        /// Derives: what its fields say.
        "monitoring" monitoring: Option<Monitoring>,
        /// Applications that must be ready before this one, beyond those in `uses`. Default: none. Example: `[database]`. Derives: the
        /// order of releases.
        "dependsOn" depends_on: Vec<AppName>,
        /// Kubernetes objects verbatim: owned, planned, checked and pruned like derived ones. Default: none. Example: `[{ apiVersion: v1,
        /// kind: ConfigMap, metadata: { name: extra }, data: { a: b } }]`. Derives: the objects as they are, with the labels that make them
        /// ours.
        "raw" raw: Vec<RawObject>,
        /// The names that it had before, the latest last: what it left under that name moves here with the first release under the new one.
        /// Default: none. Example: `[bookmarks]`. Derives: steps of a plan: volumes get claims of the new name, values of `secrets.generate` are
        /// kept, and everything else of the old name goes when the new one is ready.
        "previousNames" previous_names: Vec<AppName>,
        /// Rules that do not hold here, each with the reason: the only way past a rule. Default: none. Example: `[{ rule: run-in-lost-hour,
        /// why: "twice a year does no harm", until: 2027-01-31 }]`. Derives: nothing; findings of the rule are not reported.
        "waivers" waivers: Vec<Waiver>,
    }
}
