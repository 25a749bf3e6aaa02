//! The ends of allowed connections, as network policies name them. Ports are always those of pods: policies judge a connection
//! after the Service has been resolved.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use steading_model::application::{Peer, PeerPort, PeerTarget};
use steading_model::name::{AppName, Cidr, EnvironmentName, Literal, NamespaceName, PortNumber};

use crate::json::{Fields, text_map};
use crate::scope::Scope;
use crate::{gateway, labels, ranges, uses};

/// The label that Kubernetes gives to every namespace.
const NAMESPACE: &str = "kubernetes.io/metadata.name";

/// One side of a connection.
pub(crate) enum Side {
    /// Everyone.
    All,
    /// These.
    Some(Vec<Value>),
}

/// Returns who or what a peer is; none where the estate does not know it.
pub(crate) fn side(scope: &Scope<'_>, target: &PeerTarget) -> Option<Side> {
    let peers = match target {
        PeerTarget::Anywhere => return Some(Side::All),
        PeerTarget::Ingress => controllers(scope),
        PeerTarget::Internet => ranges::internet(scope.estate),
        PeerTarget::Application(name) => {
            let namespace = scope
                .estate
                .namespace(name, &scope.application.environment)
                .ok()?;
            vec![pods(
                Some(namespace.as_str()),
                application_pods(name.as_str()),
            )]
        }
        PeerTarget::Namespace(namespace, selected) => {
            vec![pods(Some(namespace.as_str()), literals(selected))]
        }
        PeerTarget::AnyNamespace(selected) => vec![pods(None, literals(selected))],
        PeerTarget::OwnPods(selected) => vec![own_pods(&literals(selected))],
        PeerTarget::Catalogue(name) => {
            uses::network::peers_of(scope, &uses::network::named(scope, name)?)?
        }
        PeerTarget::Cidr(named) => vec![range(*named)],
    };
    Some(Side::Some(peers))
}

/// Returns the ports of a peer; those of the entry where it is one of the catalogue and names none.
pub(crate) fn ports(scope: &Scope<'_>, peer: &Peer) -> Vec<PeerPort> {
    match &peer.target {
        PeerTarget::Catalogue(name) if peer.ports.is_empty() => {
            let one = uses::network::named(scope, name);
            one.map(|one| uses::network::ports(scope, &one))
                .unwrap_or_default()
        }
        _ => peer.ports.clone(),
    }
}

/// Returns the pods through which requests come: those of the ingress controller, or of the Gateways.
pub(crate) fn controllers(scope: &Scope<'_>) -> Vec<Value> {
    if gateway::is_used(scope.estate) {
        return gateway::proxies(scope);
    }
    let ingress = &scope.estate.fields.ingress;
    vec![pods_of(ingress.namespace.as_str(), &ingress.pods)]
}

/// Returns the pods of a namespace that have some labels.
pub(crate) fn pods_of(namespace: &str, selected: &BTreeMap<String, Literal>) -> Value {
    pods(Some(namespace), literals(selected))
}

/// Returns all pods of a namespace.
pub(crate) fn all_of(namespace: &str) -> Value {
    pods(Some(namespace), Value::Null)
}

/// Returns the pods of an application.
pub(crate) fn of_application(namespace: &NamespaceName, name: &AppName) -> Value {
    pods(Some(namespace.as_str()), application_pods(name.as_str()))
}

/// Returns a range of addresses.
pub(crate) fn range(range: Cidr) -> Value {
    json!({ "ipBlock": { "cidr": range.to_string() } })
}

/// Returns the pods, in any namespace of the estate or of one environment, that use something by a name.
pub(crate) fn users(scope: &Scope<'_>, name: &str, environment: Option<&EnvironmentName>) -> Value {
    let own = environment.map(EnvironmentName::as_str);
    let namespaces = Fields::new()
        .with(
            steading_model::desired::LABEL_ESTATE,
            scope.estate.name.as_str(),
        )
        .with(steading_model::desired::LABEL_ENVIRONMENT, own);
    Fields::new()
        .with(
            "namespaceSelector",
            Fields::new().with("matchLabels", namespaces),
        )
        .with(
            "podSelector",
            Fields::new().with("matchLabels", Fields::new().with(&uses_label(name), "true")),
        )
        .into()
}

/// Returns the label of pods that use an entry of the catalogue.
pub(crate) fn uses_label(name: &str) -> String {
    format!("{}{name}", labels::LABEL_USES)
}

/// Returns the pods of the namespace in which monitoring runs, or of those that are labelled so where the estate names none.
pub(crate) fn monitoring(scope: &Scope<'_>) -> Value {
    let stack = scope.estate.fields.monitoring.as_ref();
    if let Some(namespace) = stack.and_then(|stack| stack.namespace.as_ref()) {
        return pods(Some(namespace.as_str()), Value::Null);
    }
    json!({ "namespaceSelector": { "matchLabels": { labels::LABEL_MONITORING: "true" } } })
}

/// Returns pods of the own namespace.
pub(crate) fn own_pods(selected: &Value) -> Value {
    json!({ "podSelector": { "matchLabels": selected } })
}

/// Returns pods of any namespace.
pub(crate) fn everywhere() -> Value {
    pods(None, Value::Null)
}

/// Returns `ports` of a rule.
pub(crate) fn ports_json(ports: &[PeerPort]) -> Vec<Value> {
    let port = |port: &PeerPort| {
        Fields::new()
            .with("port", port.port.get())
            .with("endPort", port.last.map(PortNumber::get))
            .with("protocol", port.protocol)
            .into()
    };
    ports.iter().map(port).collect()
}

/// Returns `ports` of a rule over TCP.
pub(crate) fn tcp(ports: &[u16]) -> Vec<Value> {
    ports
        .iter()
        .map(|port| json!({ "port": port, "protocol": "TCP" }))
        .collect()
}

/// An empty selector means all, so it is written where it stands alone.
fn pods(namespace: Option<&str>, selected: Value) -> Value {
    let namespaces = namespace.map(|name| {
        Value::from(Fields::new().with("matchLabels", Fields::new().with(NAMESPACE, name)))
    });
    let selected = Fields::new().with("matchLabels", selected);
    let selected = (!selected.is_empty()).then(|| Value::from(selected));
    Fields::new()
        .exactly("namespaceSelector", namespaces.unwrap_or_else(|| json!({})))
        .with("podSelector", selected)
        .into()
}

fn application_pods(name: &str) -> Value {
    json!({ labels::LABEL_NAME: name })
}

fn literals(selected: &BTreeMap<String, Literal>) -> Value {
    text_map(
        selected
            .iter()
            .map(|(label, value)| (label.clone(), value.as_str())),
    )
}
