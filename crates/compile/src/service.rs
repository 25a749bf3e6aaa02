//! Services: how pods are reached by name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use steading_model::application::{Component, Kind, Port, Protocol};

use crate::codes::PORT_COLLISION;
use crate::json::Fields;
use crate::labels;
use crate::scope::{Output, Scope};

/// The port of a Service where none is declared.
const PORT: u16 = 80;

/// Adds the Service of a component with ports; a stateful one also gets a headless Service, which gives its pods their names.
pub(crate) fn objects(scope: &Scope<'_>, component: &Component, output: &mut Output) {
    let mut ports = numbered(component);
    check(scope, component, &ports, output);
    let mut taken = BTreeSet::new();
    ports.retain(|(number, port)| taken.insert((transport(port.spec.protocol), *number)));
    if !ports.is_empty() {
        let spec = Fields::new()
            .with("ports", ports_json(&ports))
            .with("selector", selector(scope, component));
        push(
            scope,
            component,
            &scope.component_name(component),
            spec,
            output,
        );
    }
    if component.fields.kind == Some(Kind::Stateful) {
        let spec = Fields::new()
            .with("clusterIP", "None")
            .with("publishNotReadyAddresses", true)
            .with("ports", headless_ports(component))
            .with("selector", selector(scope, component));
        push(
            scope,
            component,
            &headless_name(scope, component),
            spec,
            output,
        );
    }
}

/// Returns the name of the Service that gives the pods of a stateful component their names.
pub(crate) fn headless_name(scope: &Scope<'_>, component: &Component) -> String {
    format!("{}-headless", scope.component_name(component))
}

/// Returns the name of a component's Service within the cluster.
pub(crate) fn host(scope: &Scope<'_>, component: &Component) -> String {
    let zone = &scope.estate.fields.domains.cluster;
    format!(
        "{}.{}.svc.{zone}",
        scope.component_name(component),
        scope.namespace()
    )
}

/// Returns the port of the Service for a component's first port.
pub(crate) fn first_service_port(component: &Component) -> u16 {
    component
        .fields
        .service_port
        .map_or(PORT, steading_model::name::PortNumber::get)
}

/// Returns the port of the Service for a port of the component.
pub(crate) fn service_port(component: &Component, port: &Port) -> u16 {
    match component.fields.first_port() {
        Some((first, _)) if first == port.name => first_service_port(component),
        _ => port.spec.port.get(),
    }
}

/// Returns what Kubernetes calls the transport of a protocol.
pub(crate) fn transport(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Udp => "UDP",
        Protocol::Http | Protocol::H2c | Protocol::Grpc | Protocol::Https | Protocol::Tcp => "TCP",
    }
}

/// Returns the number on the Service with each port.
fn numbered(component: &Component) -> Vec<(u16, Port)> {
    let ports = component.pod_ports();
    ports
        .into_iter()
        .map(|port| (service_port(component, &port), port))
        .collect()
}

fn push(scope: &Scope<'_>, component: &Component, name: &str, spec: Fields, output: &mut Output) {
    let metadata = scope
        .named(name)
        .component(component.name.as_str())
        .marked(component, |marks| &marks.service);
    let object = metadata.object("v1", "Service").with("spec", spec);
    let port = if component.fields.port.is_some() {
        "port"
    } else {
        "ports"
    };
    output.push(scope, object, &component.field(port));
}

fn selector(scope: &Scope<'_>, component: &Component) -> Value {
    labels::selector(scope.application, component.name.as_str())
}

fn ports_json(ports: &[(u16, Port)]) -> Vec<Value> {
    ports
        .iter()
        .map(|(number, port)| port_json(*number, port).into())
        .collect()
}

fn headless_ports(component: &Component) -> Vec<Value> {
    let ports = component.pod_ports();
    ports
        .iter()
        .map(|port| port_json(port.spec.port.get(), port).into())
        .collect()
}

fn port_json(number: u16, port: &Port) -> Fields {
    let speaks = match port.spec.protocol {
        Protocol::H2c | Protocol::Grpc => Some("kubernetes.io/h2c"),
        Protocol::Https => Some("https"),
        Protocol::Http | Protocol::Tcp | Protocol::Udp => None,
    };
    Fields::new()
        .with("name", port.name.as_str())
        .with("port", number)
        .with("targetPort", port.spec.port.get())
        .with("protocol", transport(port.spec.protocol))
        .with("appProtocol", speaks)
}

fn check(scope: &Scope<'_>, component: &Component, ports: &[(u16, Port)], output: &mut Output) {
    let mut taken: BTreeMap<(&str, &str, u16), &str> = BTreeMap::new();
    for (number, port) in ports {
        let transport = transport(port.spec.protocol);
        let container = ("container", transport, port.spec.port.get());
        for (place, transport, number) in [("Service", transport, *number), container] {
            if let Some(other) = taken.insert((place, transport, number), &port.name) {
                let message = format!(
                    "ports `{other}` and `{}` have the same number in the {place}: {number}",
                    port.name
                );
                output.error(
                    scope,
                    PORT_COLLISION,
                    &component.field("ports").key(port.name.as_str()),
                    message,
                    format!(
                        "give one of them another number; `servicePort` is that of `{}`",
                        component
                            .fields
                            .first_port()
                            .map(|(name, _)| name)
                            .unwrap_or_default()
                    ),
                );
            }
        }
    }
}
