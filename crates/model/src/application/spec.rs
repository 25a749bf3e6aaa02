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
        /// The name: it is in the names of all objects, the namespace and the data's place, so it never changes (see `previousNames`).
        "name" name: AppName,
    }
}

record! {
    /// The fields of `spec` that belong to the application as a whole; the fields of a container stand beside them.
    pub struct ApplicationFields {
        /// What it is, in a few words, for the catalogue and for whoever is woken at night. Required unless the estate says otherwise.
        /// Example: `Bookmark manager`.
        "description" description: Option<String>,
        /// The group on the dashboard, such as `Productivity`. Default: the tier.
        "group" group: Option<String>,
        /// The icon on the dashboard: a name or a URL. Default: the application's name.
        "icon" icon: Option<String>,
        /// One of the estate's tiers; gives priority, quota and default resources. Default: the estate's `defaultTier`.
        "tier" tier: Option<LabelName>,
        /// Several components by name, each a workload of its own. The fields of a container at the top level of `spec` are then defaults
        /// for all of them. Without it, they describe one component named after the application.
        /// Example: `{ web: { port: 3000 }, worker: { like: web, command: [worker] } }`.
        "components" components: BTreeMap<ComponentName, NamedComponent>,
        /// Whose it is: one of the estate's `people`. They get the rights of their role in its namespace, and its routes may use their
        /// `hosts` only. Default: the people who list it in their `applications`; with none it belongs to whoever runs the estate.
        /// Example: `alice`.
        "owner" owner: Option<LabelName>,
        /// Entries of the estate's catalogue that this application uses: environment, credentials and network access in one line.
        /// Example: `uses: { otel-collector: {} }`.
        "uses" uses: BTreeMap<LabelName, CatalogueUse>,
        /// The hosts and paths on which it is reachable. Default: none.
        "ingress" ingress: Vec<Route>,
        /// Ports that are reachable without the ingress controller, by name.
        "listen" listen: BTreeMap<ComponentName, Listen>,
        /// A device or machine outside the cluster that stands where the pods would: same routes, authentication and checks.
        "upstream" upstream: Option<Upstream>,
        /// Things that run on a schedule, or once per release.
        "jobs" jobs: BTreeMap<ComponentName, Job>,
        /// Who may reach it and what it may reach, beyond what is derived from `ingress`, `uses` and other applications' `uses`.
        /// Everything else is denied, always.
        "network" network: Option<Network>,
        /// What its pods may do with the Kubernetes API. Default: nothing, and then no token is mounted.
        "permissions" permissions: Vec<PermissionRule>,
        /// How it lives through disruptions.
        "availability" availability: Option<Availability>,
        /// No pods, everything else kept; checks and alerts rest too.
        "parked" parked: Option<Parked>,
        /// A quota of its own where the tier's does not fit.
        "quota" quota: Option<QuotaOverride>,
        /// How a new version replaces the old one.
        "rollout" rollout: Option<Rollout>,
        /// Scraping, alerts, dashboards and probes.
        "monitoring" monitoring: Option<Monitoring>,
        /// Applications that must be ready before this one, beyond those in `uses`.
        "dependsOn" depends_on: Vec<AppName>,
        /// Kubernetes objects verbatim: owned, planned, checked and pruned like derived ones.
        "raw" raw: Vec<RawObject>,
        /// The names that it had before: a rename without delete-and-create.
        "previousNames" previous_names: Vec<AppName>,
        /// Rules that do not hold here, each with the reason: the only way past a rule.
        "waivers" waivers: Vec<Waiver>,
    }
}
