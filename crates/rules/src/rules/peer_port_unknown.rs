//! Network access names ports that pods listen on.

use steading_model::application::{Application, Component, Peer, PeerTarget};
use steading_model::name::PortNumber;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A port under `network` is one that the pods at the other end listen on.
    ///
    /// ## Why
    /// Network policies see packets after the Service's port was translated to the pod's. A policy for port 80 of a Service whose pods
    /// listen on 3000 drops every packet, without a log line anywhere.
    ///
    /// ## Example
    /// With `port: 3000` in the application `web`:
    /// ```yaml
    /// network: { to: [{ application: web, ports: [80] }] }   # found
    /// network: { to: [{ application: web, ports: [3000] }] } # right
    /// ```
    "ST4052" "peer-port-unknown" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let application = subject.application;
    let Some(network) = &application.fields.network else {
        return Vec::new();
    };
    let path = application.field("network");
    let mut found = Vec::new();
    for (at, peer) in network.to.iter().enumerate() {
        let PeerTarget::Application(name) = &peer.target else {
            continue;
        };
        let Some(target) = subject.run.application(name, &application.environment) else {
            continue;
        };
        found.extend(unknown_ports(peer, target).map(|(place, port)| {
            let span = subject.span(&path.key("to").index(at).key("ports").index(place));
            finding(span, name.as_str(), port, target)
        }));
    }
    for (at, peer) in network.from.iter().enumerate() {
        found.extend(unknown_ports(peer, application).map(|(place, port)| {
            let span = subject.span(&path.key("from").index(at).key("ports").index(place));
            finding(span, application.name.as_str(), port, application)
        }));
    }
    found
}

fn listening(application: &Application) -> Vec<u16> {
    let ports = application.components.iter().flat_map(Component::pod_ports);
    ports.map(|port| port.spec.port.get()).collect()
}

/// Returns the ports of a peer that no component listens on; nothing for an application that declares no port at all.
fn unknown_ports<'a>(
    peer: &'a Peer,
    target: &Application,
) -> impl Iterator<Item = (usize, u16)> + use<'a> {
    let known = listening(target);
    let ports = peer.ports.iter().enumerate();
    let unknown = ports.filter(move |(_, port)| {
        let mut known = known.iter().filter_map(|known| PortNumber::new(*known));
        known.clone().next().is_some() && !known.any(|known| port.holds(known))
    });
    unknown.map(|(at, port)| (at, port.port.get()))
}

fn finding(span: steading_model::Span, name: &str, port: u16, target: &Application) -> Finding {
    let ports: Vec<String> = listening(target).iter().map(ToString::to_string).collect();
    let message = format!("no pod of `{name}` listens on {port}: nothing would get through");
    Finding::new(span, message).help(format!("name the pods' own port: {}", ports.join(", ")))
}
