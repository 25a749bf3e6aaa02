//! The ends of allowed connections, as network policies name them. Ports are always those of pods: policies judge a connection
//! after the Service has been resolved.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use steading_model::application::{Peer, PeerPort, PeerTarget};
use steading_model::estate::CatalogueEntry;
use steading_model::name::{LabelName, Literal, NamespaceName};

use crate::json::{Fields, text_map};
use crate::scope::Scope;
use crate::{gateway, labels, ranges};

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
            vec![catalogue(scope, scope.estate.fields.catalogue.get(name)?)?]
        }
        PeerTarget::Cidr(range) => vec![json!({ "ipBlock": { "cidr": range.to_string() } })],
    };
    Some(Side::Some(peers))
}

/// Returns the ports of a peer; those of the entry where it is one of the catalogue and names none.
pub(crate) fn ports<'a>(scope: &Scope<'a>, peer: &'a Peer) -> &'a [PeerPort] {
    match &peer.target {
        PeerTarget::Catalogue(name) if peer.ports.is_empty() => {
            let entry = scope.estate.fields.catalogue.get(name);
            entry
                .map(|entry| entry.ports.as_slice())
                .unwrap_or_default()
        }
        _ => &peer.ports,
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

/// Returns where an entry of the catalogue runs.
pub(crate) fn catalogue(scope: &Scope<'_>, entry: &CatalogueEntry) -> Option<Value> {
    let at = &entry.at;
    if let Some(application) = &at.application {
        let environment = at
            .environment
            .as_ref()
            .unwrap_or(&scope.application.environment);
        let namespace = scope.estate.namespace(application, environment).ok()?;
        return Some(pods(
            Some(namespace.as_str()),
            application_pods(application.as_str()),
        ));
    }
    if let Some(range) = &at.cidr {
        return Some(json!({ "ipBlock": { "cidr": range.to_string() } }));
    }
    at.namespace
        .as_ref()
        .map(|namespace: &NamespaceName| pods(Some(namespace.as_str()), literals(&at.pods)))
}

/// Returns the pods, in any namespace of the estate, that use an entry of the catalogue.
pub(crate) fn users(scope: &Scope<'_>, entry: &LabelName, fields: &CatalogueEntry) -> Value {
    let own = fields.at.environment.is_none().then(|| scope.environment());
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
            Fields::new().with(
                "matchLabels",
                Fields::new().with(&uses_label(entry), "true"),
            ),
        )
        .into()
}

/// Returns the label of pods that use an entry of the catalogue.
pub(crate) fn uses_label(entry: &LabelName) -> String {
    format!("{}{entry}", labels::LABEL_USES)
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
    let port = |port: &PeerPort| json!({ "port": port.port.get(), "protocol": port.protocol });
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
