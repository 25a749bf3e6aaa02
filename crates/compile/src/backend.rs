//! Where the requests of a route go.

use steading_model::application::{Component, Port, Protocol, Route, RoutePort, Upstream};

use crate::codes::NO_PORT;
use crate::json::Fields;
use crate::route::Entry;
use crate::scope::{Output, Scope};
use crate::{service, upstream};

/// Where the requests of a route go.
pub(crate) struct Backend {
    /// The Service.
    pub(crate) service: String,
    /// The port of the Service.
    pub(crate) port: u16,
    /// What is spoken there.
    pub(crate) protocol: Protocol,
    /// What Traefik calls that, where it is not plain HTTP.
    pub(crate) scheme: Option<&'static str>,
    /// How its TLS is verified: a `ServersTransport`.
    pub(crate) transport: Option<(String, Fields)>,
}

/// Returns the backend of a route; none for a redirect of an application without ports.
pub(crate) fn backend(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    output: &mut Output,
) -> Option<Backend> {
    let own = entry.route.upstream.as_ref();
    if let Some(upstream) = own {
        return Some(outside(&entry.name, upstream));
    }
    if let Some(upstream) = &scope.application.fields.upstream {
        return Some(outside(scope.name(), upstream));
    }
    let component = scope.application.component_of(entry.route)?;
    let port = port_of(component, entry.route)?;
    let (scheme, transport) = match port.spec.protocol {
        Protocol::Http | Protocol::Tcp => (None, None),
        Protocol::H2c | Protocol::Grpc => (Some("h2c"), None),
        Protocol::Https => (Some("https"), Some(upstream::unverified())),
        Protocol::Udp => {
            let message = format!("the route goes to `{}`, which speaks UDP", port.name);
            let help = "name a port that speaks HTTP";
            output.error(scope, NO_PORT, &entry.path, message, help);
            return None;
        }
    };
    Some(Backend {
        service: scope.component_name(component),
        port: service::service_port(component, &port),
        protocol: port.spec.protocol,
        scheme,
        transport,
    })
}

fn outside(service: &str, upstream: &Upstream) -> Backend {
    let tls = upstream.verification();
    Backend {
        service: service.to_owned(),
        port: upstream.port.get(),
        protocol: if tls.is_some() {
            Protocol::Https
        } else {
            Protocol::Http
        },
        scheme: tls.map(|_| "https"),
        transport: tls.map(|tls| upstream::transport(service, &upstream.host, tls)),
    }
}

/// Says whether requests come to a component by any route.
pub(crate) fn is_routed(scope: &Scope<'_>, component: &Component) -> bool {
    !routed_ports(scope, component).is_empty()
}

/// Returns the ports of a component to which requests come by routes.
pub(crate) fn routed_ports(scope: &Scope<'_>, component: &Component) -> Vec<u16> {
    let routes = scope.application.fields.ingress.iter();
    let own = routes.filter(|route| {
        let target = scope.application.component_of(route);
        let inside = route.redirect_to.is_none() && route.upstream.is_none();
        inside && target.is_some_and(|target| target.name == component.name)
    });
    let ports = own.filter_map(|route| port_of(component, route));
    let mut ports: Vec<u16> = ports.map(|port| port.spec.port.get()).collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

fn port_of(component: &Component, route: &Route) -> Option<Port> {
    let first = component.fields.first_port().map(|(name, _)| name);
    let wanted = |port: &Port| match &route.port {
        Some(RoutePort::Number(number)) => port.spec.port == *number,
        Some(RoutePort::Name(name)) => port.name == name.as_str(),
        None => Some(&port.name) == first.as_ref(),
    };
    component.pod_ports().into_iter().find(wanted)
}
