//! Network policies: everything is denied in the namespace, then each component and job gets what follows from its declaration.
//!
//! An application behind an entry of the catalogue admits pods by the label that its users carry, not by their names: so its policy
//! is the same whichever applications are compiled with it.
//!
//! With `permissions` the API server is allowed on ports 443 and 6443 of any address: it runs outside the pod network, on addresses
//! that only the cluster knows, and some networks judge the connection before and some after its Service was resolved.

use serde_json::{Value, json};
use steading_model::FieldPath;
use steading_model::application::{Component, Kind, Network, Peer, PeerPort, Port};

use crate::annotation::ANNOTATION_WHY;
use crate::json::Fields;
use crate::peers::{self, Side};
use crate::scope::{Metadata, Output, Scope};
use crate::{backend, labels, listen, monitoring, uses};

/// Where the API server may listen.
pub(crate) const API_SERVER: [u16; 2] = [443, 6443];
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
    let egress = egress(scope, component.name.as_str(), network);
    let spec = spec(selector, ingress, egress);
    let metadata = scope
        .named(scope.component_name(component))
        .component(component.name.as_str())
        .annotation_if(ANNOTATION_WHY, why(network));
    let path = scope.application.field("network");
    output.push(
        scope,
        metadata
            .object("networking.k8s.io/v1", "NetworkPolicy")
            .with("spec", spec),
        &path,
    );
}

/// Adds the policy of a job: nothing may reach it. What it uses, it uses as `owner`: a migration as its component.
pub(crate) fn job(
    scope: &Scope<'_>,
    (name, owner): (&str, &str),
    network: Option<&Network>,
    path: &FieldPath,
    output: &mut Output,
) {
    let component = labels::job_component(name);
    let selector = labels::selector(scope.application, &component);
    let network = network.or(scope.application.fields.network.as_ref());
    let spec = spec(selector, Vec::new(), egress(scope, owner, network));
    let metadata = scope
        .named(format!("{}-job-{name}", scope.name()))
        .component(&component)
        .annotation_if(ANNOTATION_WHY, why(network));
    output.push(
        scope,
        metadata
            .object("networking.k8s.io/v1", "NetworkPolicy")
            .with("spec", spec),
        path,
    );
}

/// Returns the reasons that peers give, one a line.
fn why(network: Option<&Network>) -> Option<String> {
    let peers = network
        .iter()
        .flat_map(|network| network.from.iter().chain(&network.to));
    let reasons = peers.filter_map(|peer| Some(peer.why.as_ref()?.as_str()));
    let reasons: Vec<&str> = reasons.collect();
    (!reasons.is_empty()).then(|| reasons.join("\n"))
}

/// Adds the labels by which what a component or a job uses admits its users.
pub(crate) fn client_labels(scope: &Scope<'_>, owner: &str, metadata: Metadata) -> Metadata {
    uses::of(scope, owner)
        .into_iter()
        .fold(metadata, |metadata, one| {
            metadata.label(&peers::uses_label(one.entry.name.as_str()), "true")
        })
}

/// Returns `spec` of a policy.
pub(crate) fn spec(selector: Value, ingress: Vec<Value>, egress: Vec<Value>) -> Fields {
    Fields::new()
        .with("podSelector", Fields::new().with("matchLabels", selector))
        .with("policyTypes", vec!["Ingress", "Egress"])
        .with("ingress", ingress)
        .with("egress", egress)
}

/// Returns a rule; without peers it holds for all, without ports for all of them.
pub(crate) fn rule(key: &str, peers: Vec<Value>, ports: Vec<Value>) -> Value {
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

/// Returns the rules for those who use this application, as an entry of the catalogue or by its name.
fn users(scope: &Scope<'_>, component: &Component) -> Vec<Value> {
    let main = scope.application.main_component();
    let main = main.is_some_and(|main| main.name == component.name);
    let own = component.ports();
    let declares = |port: &PeerPort| own.iter().any(|own| port.holds(own.spec.port));
    let admitted = uses::network::admitted(scope).into_iter();
    let admitted = admitted.filter(|(_, _, ports)| main || ports.iter().any(declares));
    let rule = |(name, environment, ports): (&str, _, Vec<PeerPort>)| {
        let ports = if ports.is_empty() {
            own_ports(component)
        } else {
            peers::ports_json(&ports)
        };
        rule("from", vec![peers::users(scope, name, environment)], ports)
    };
    admitted.map(rule).collect()
}

/// Returns the ports of name servers.
pub(crate) fn dns() -> Value {
    json!([{ "port": 53, "protocol": "UDP" }, { "port": 53, "protocol": "TCP" }])
}

/// Returns the rule that lets pods ask name servers.
pub(crate) fn name_servers() -> Value {
    json!({ "to": [peers::everywhere()], "ports": dns() })
}

fn egress(scope: &Scope<'_>, owner: &str, network: Option<&Network>) -> Vec<Value> {
    let mut rules = vec![name_servers()];
    if network.is_none_or(|network| network.isolated != Some(true)) {
        let internet = crate::ranges::internet(scope.estate);
        rules.push(rule("to", internet, Vec::new()));
    }
    let mut components = scope.application.components.iter();
    if components.any(|component| has_company(scope, component)) {
        let own = peers::own_pods(&labels::application_selector(scope.application));
        rules.push(rule("to", vec![own], Vec::new()));
    }
    for one in uses::of(scope, owner) {
        let ports = uses::network::ports(scope, &one);
        let peers = uses::network::peers_of(scope, &one);
        rules.extend(peers.map(|peers| rule("to", peers, peers::ports_json(&ports))));
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
                    peers::ports_json(&peers::ports(scope, peer)),
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
