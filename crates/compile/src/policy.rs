//! Network policies: everything is denied in the namespace, then each component and job gets what follows from its declaration.
//!
//! An application behind an entry of the catalogue admits pods by the label that its users carry, not by their names: so its policy
//! is the same whichever applications are compiled with it.
//!
//! With `permissions` the API server is allowed on ports 443 and 6443 of any address: it runs outside the pod network, on addresses
//! that only the cluster knows, and some networks judge the connection before and some after its Service was resolved.

use serde_json::{Value, json};
use steading_model::FieldPath;
use steading_model::application::{Component, Kind, Network, Peer, Port};

use crate::json::Fields;
use crate::peers::{self, Side};
use crate::scope::{Metadata, Output, Scope};
use crate::{backend, catalogue, labels, listen, monitoring};

/// Where the API server may listen.
const API_SERVER: [u16; 2] = [443, 6443];
/// The name of the policy that denies.
pub(crate) const DENY: &str = "default-deny";

/// Adds the policy that denies what no other allows.
pub(crate) fn default_deny(scope: &Scope<'_>, output: &mut Output) {
    let spec = Fields::new()
        .exactly("podSelector", json!({}))
        .with("policyTypes", vec!["Ingress", "Egress"]);
    let path = FieldPath::default().key("metadata").key("name");
    output.push(
        scope,
        scope
            .named(DENY)
            .object("networking.k8s.io/v1", "NetworkPolicy")
            .with("spec", spec),
        &path,
    );
}

/// Adds the policy of a component.
pub(crate) fn component(scope: &Scope<'_>, component: &Component, output: &mut Output) {
    let selector = labels::selector(scope.application, component.name.as_str());
    let network = scope.application.fields.network.as_ref();
    let ingress = ingress(scope, component, network);
    let spec = spec(selector, ingress, egress(scope, network));
    let metadata = scope
        .named(scope.component_name(component))
        .component(component.name.as_str());
    let path = scope.application.field("network");
    output.push(
        scope,
        metadata
            .object("networking.k8s.io/v1", "NetworkPolicy")
            .with("spec", spec),
        &path,
    );
}

/// Adds the policy of a job: nothing may reach it.
pub(crate) fn job(
    scope: &Scope<'_>,
    name: &str,
    network: Option<&Network>,
    path: &FieldPath,
    output: &mut Output,
) {
    let component = labels::job_component(name);
    let selector = labels::selector(scope.application, &component);
    let network = network.or(scope.application.fields.network.as_ref());
    let spec = spec(selector, Vec::new(), egress(scope, network));
    let metadata = scope
        .named(format!("{}-job-{name}", scope.name()))
        .component(&component);
    output.push(
        scope,
        metadata
            .object("networking.k8s.io/v1", "NetworkPolicy")
            .with("spec", spec),
        path,
    );
}

/// Adds the labels by which the entries of the catalogue admit their users.
pub(crate) fn client_labels(scope: &Scope<'_>, metadata: Metadata) -> Metadata {
    catalogue::used(scope).fold(metadata, |metadata, (entry, _, _)| {
        metadata.label(&peers::uses_label(entry), "true")
    })
}

fn spec(selector: Value, ingress: Vec<Value>, egress: Vec<Value>) -> Fields {
    Fields::new()
        .with("podSelector", Fields::new().with("matchLabels", selector))
        .with("policyTypes", vec!["Ingress", "Egress"])
        .with("ingress", ingress)
        .with("egress", egress)
}

fn rule(key: &str, peers: Vec<Value>, ports: Vec<Value>) -> Value {
    Fields::new().with(key, peers).with("ports", ports).into()
}

fn ingress(scope: &Scope<'_>, component: &Component, network: Option<&Network>) -> Vec<Value> {
    let own = own_ports(component);
    let routed = backend::routed_ports(scope, component);
    let mut rules = Vec::new();
    if !routed.is_empty() {
        let controller = peers::controllers(scope);
        rules.push(rule("from", controller, peers::tcp(&routed)));
    }
    if has_company(scope, component) && !own.is_empty() {
        let pods = peers::own_pods(&labels::application_selector(scope.application));
        rules.push(rule("from", vec![pods], own.clone()));
    }
    rules.extend(users(scope, component));
    rules.extend(listen::ingress(scope, component));
    let scraped = monitoring::scrape_ports(scope, component);
    if !scraped.is_empty() {
        let monitoring = vec![peers::monitoring(scope)];
        rules.push(rule("from", monitoring, peers::tcp(&scraped)));
    }
    rules.extend(
        network
            .iter()
            .flat_map(|network| &network.from)
            .filter_map(|peer| {
                let ports = if peer.ports.is_empty() {
                    own.clone()
                } else {
                    peers::ports_json(&peer.ports)
                };
                peer_rule(scope, "from", peer, ports)
            }),
    );
    rules
}

fn own_ports(component: &Component) -> Vec<Value> {
    let ports = component.pod_ports();
    let port = |port: &Port| json!({ "port": port.spec.port.get(), "protocol": crate::service::transport(port.spec.protocol) });
    ports.iter().map(port).collect()
}

/// Says whether pods of the application itself have a reason to reach a component: its other components, its jobs, its own replicas
/// where each has a name.
fn has_company(scope: &Scope<'_>, component: &Component) -> bool {
    let fields = &scope.application.fields;
    let verifies = fields
        .rollout
        .as_ref()
        .is_some_and(|rollout| !rollout.verify.is_empty());
    let stateful = component.fields.kind == Some(Kind::Stateful);
    scope.application.components.len() > 1 || !fields.jobs.is_empty() || verifies || stateful
}

/// Returns the rules for those who use this application as an entry of the catalogue.
fn users(scope: &Scope<'_>, component: &Component) -> Vec<Value> {
    let main = scope
        .application
        .main_component()
        .is_some_and(|main| main.name == component.name);
    let declares = |number: u16| {
        component
            .ports()
            .iter()
            .any(|port| port.spec.port.get() == number)
    };
    let entries = scope.estate.fields.catalogue.iter();
    let mine = entries.filter(|(_, entry)| {
        let here = entry
            .at
            .environment
            .as_ref()
            .is_none_or(|environment| *environment == scope.application.environment);
        let reaches = main || entry.ports.iter().any(|port| declares(port.port.get()));
        entry.at.application.as_ref() == Some(&scope.application.name) && here && reaches
    });
    let rule = |(name, entry): (&_, &steading_model::estate::CatalogueEntry)| {
        let ports = if entry.ports.is_empty() {
            own_ports(component)
        } else {
            peers::ports_json(&entry.ports)
        };
        rule("from", vec![peers::users(scope, name, entry)], ports)
    };
    mine.map(rule).collect()
}

/// Returns the ports of name servers.
pub(crate) fn dns() -> Value {
    json!([{ "port": 53, "protocol": "UDP" }, { "port": 53, "protocol": "TCP" }])
}

fn egress(scope: &Scope<'_>, network: Option<&Network>) -> Vec<Value> {
    let mut rules = vec![json!({ "to": [peers::everywhere()], "ports": dns() })];
    if network.is_none_or(|network| network.isolated != Some(true)) {
        let internet = crate::ranges::internet(scope.estate);
        rules.push(rule("to", internet, Vec::new()));
    }
    let mut components = scope.application.components.iter();
    if components.any(|component| has_company(scope, component)) {
        let own = peers::own_pods(&labels::application_selector(scope.application));
        rules.push(rule("to", vec![own], Vec::new()));
    }
    for (_, _, entry) in catalogue::used(scope) {
        let at = peers::catalogue(scope, entry);
        rules.extend(at.map(|at| rule("to", vec![at], peers::ports_json(&entry.ports))));
    }
    if !scope.application.fields.permissions.is_empty() {
        rules.push(rule("to", Vec::new(), peers::tcp(&API_SERVER)));
    }
    rules.extend(
        network
            .iter()
            .flat_map(|network| &network.to)
            .filter_map(|peer| {
                peer_rule(
                    scope,
                    "to",
                    peer,
                    peers::ports_json(peers::ports(scope, peer)),
                )
            }),
    );
    rules
}

/// A peer that nobody knows allows nothing.
fn peer_rule(scope: &Scope<'_>, key: &str, peer: &Peer, ports: Vec<Value>) -> Option<Value> {
    let peers = match peers::side(scope, &peer.target)? {
        Side::All => Vec::new(),
        Side::Some(peers) => peers,
    };
    Some(rule(key, peers, ports))
}
