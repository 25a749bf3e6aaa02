//! Ports that are reachable without the ingress controller.

use super::Check;
use super::codes::{LISTEN, LISTEN_ADDRESS, LISTEN_OPEN};
use super::reference::unknown;
use crate::application::{Component, Listen, ListenAddress, RoutePort, Visibility};
use crate::estate::Balancer;
use crate::node::FieldPath;

pub(super) fn check(check: &mut Check<'_>) {
    let application = check.application;
    for (name, listen) in &application.fields.listen {
        let path = application.field("listen").key(name.as_str());
        if let Some(component) = component(check, &path, listen) {
            port(check, &path, (name.as_str(), listen), component);
        }
        open(check, &path, listen);
        address(check, &path, listen);
    }
}

fn component<'a>(
    check: &mut Check<'a>,
    path: &FieldPath,
    listen: &Listen,
) -> Option<&'a Component> {
    let application = check.application;
    let components = &application.components;
    let Some(name) = &listen.component else {
        let main = application.component_named(None);
        if main.is_none() {
            let message = format!("`{path}` does not say which component answers");
            check.error_at_key(LISTEN, path, message, "add `component`");
        }
        return main;
    };
    let found = components.iter().find(|component| component.name == *name);
    if found.is_none() {
        let known: Vec<&str> = components.iter().map(|one| one.name.as_str()).collect();
        let path = path.key("component");
        unknown(check, &path, "component", name.as_str(), &known);
    }
    found
}

fn port(
    check: &mut Check<'_>,
    path: &FieldPath,
    (name, listen): (&str, &Listen),
    component: &Component,
) {
    let ports = component.pod_ports();
    if let Some(RoutePort::Name(target)) = &listen.target
        && !ports.iter().any(|port| port.name == target.as_str())
    {
        let known: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
        let path = path.key("target");
        unknown(check, &path, "port", target.as_str(), &known);
    }
    if listen.port.is_none() && component.listen_port(name).is_none() {
        let message = format!(
            "`{path}` has no port, and `{}` has none either",
            component.name
        );
        check.error_at_key(LISTEN, path, message, "add `port`");
    }
    let range = listen.port.filter(|port| !port.is_one());
    if let (Some(range), Some(_)) = (range, &listen.target) {
        let message = format!("`{path}` sends the ports {range} to one `target`");
        let help = "leave `target` out: a range goes to the same numbers";
        check.error_at_key(LISTEN, &path.key("target"), message, help);
    }
}

/// Who may connect is said, and why it is everyone.
fn open(check: &mut Check<'_>, path: &FieldPath, listen: &Listen) {
    let public = listen.visibility == Some(Visibility::Public);
    if public && listen.why.is_none() {
        let message = format!("`{path}` opens a port to everyone without a reason");
        let help = "add `why: …`, or leave `visibility` out for the private ranges";
        check.error_at_key(LISTEN_OPEN, &path.key("visibility"), message, help);
    }
    if public && !listen.from.is_empty() {
        let message = format!("`{path}` is open to everyone and to some ranges only");
        let help = "keep one of `visibility: public` and `from`";
        check.error_at_key(LISTEN_OPEN, &path.key("from"), message, help);
    }
    let private = &check.estate.fields.ingress.private;
    if !public && listen.from.is_empty() && private.is_empty() {
        let message = format!("`{path}` is private, but the estate names no private address range");
        let help = "add ranges to `ingress.private` of the estate, or write `from`";
        check.error_at_key(LISTEN_OPEN, path, message, help);
    }
}

/// The address is one that what is installed can give.
fn address(check: &mut Check<'_>, path: &FieldPath, listen: &Listen) {
    let Some(balancer) = &check.estate.fields.load_balancer else {
        let message = format!("nothing gives `{path}` an address");
        let help = "add `loadBalancer: { implementation: … }` to the estate";
        return check.error_at_key(LISTEN_ADDRESS, path, message, help);
    };
    let address = listen.address.unwrap_or(ListenAddress::Shared);
    let implementation = balancer.implementation;
    let keeps = listen.preserve_client_address == Some(true);
    let problem = match (implementation, address) {
        (Balancer::Servicelb, ListenAddress::Own | ListenAddress::At(_)) => Some((
            "address",
            "every listener has the nodes' addresses",
            "leave `address` out",
        )),
        (Balancer::Cloud, ListenAddress::Shared) => Some((
            "address",
            "each Service has an address of its own",
            "write `address: own`",
        )),
        (Balancer::Metallb | Balancer::Cilium, ListenAddress::Shared) if keeps => Some((
            "preserveClientAddress",
            "an address is shared only by Services that hide the client's",
            "write `address: own`, or leave `preserveClientAddress` out",
        )),
        _ => None,
    };
    if let Some((key, why, help)) = problem {
        let message = format!("`{path}.{key}` cannot be with `{implementation}`: {why}");
        check.error_at_key(LISTEN_ADDRESS, &path.key(key), message, help);
    }
}
