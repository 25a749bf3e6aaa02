//! Routes: Traefik IngressRoutes with their gates, certificates and what people and checks should know about them.

use serde_json::Value;
use steading_model::FieldPath;
use steading_model::application::{
    AuthMode, Component, DnsMode, Port, Protocol, Route, RoutePort, Visibility,
};
use steading_model::name::HostName;

use crate::annotation::{
    ANNOTATION_AUTH, ANNOTATION_CATALOGUE, ANNOTATION_CHECK, ANNOTATION_DNS, ANNOTATION_VISIBILITY,
};
use crate::codes::{BAD_HOST, NO_COMPONENT, NO_PORT};
use crate::gates::{self, Gate};
use crate::json::Fields;
use crate::scope::{Metadata, Output, Scope};
use crate::{certificate, chain, names, outside, service, upstream};

/// The API of Traefik.
const TRAEFIK: &str = "traefik.io/v1alpha1";

/// A route with all that is derived from it.
pub(crate) struct Entry<'a> {
    /// As declared.
    pub(crate) route: &'a Route,
    /// Its full host.
    pub(crate) host: &'a HostName,
    /// Its paths, sorted; at least one.
    pub(crate) paths: Vec<&'a str>,
    /// What its objects are called.
    pub(crate) name: String,
    /// Where it is declared.
    pub(crate) path: FieldPath,
}

/// Where requests of a route go.
struct Backend {
    service: String,
    port: u16,
    scheme: Option<&'static str>,
    /// How the backend's TLS is verified: a ServersTransport, by name.
    transport: Option<(&'static str, Fields)>,
}

impl<'a> Entry<'a> {
    fn new(scope: &'a Scope<'_>, index: usize) -> Option<Self> {
        let route = scope.application.fields.ingress.get(index)?;
        let host = scope.hosts.get(index)?.as_ref()?;
        let mut paths: Vec<&str> = route
            .path
            .iter()
            .chain(&route.paths)
            .map(|path| path.as_str())
            .collect();
        paths.sort_unstable();
        paths.dedup();
        if paths.is_empty() {
            paths.push("/");
        }
        let name = match paths.as_slice() {
            ["/"] => names::slug(host.as_str()),
            paths => names::slug(&format!("{host}{}", paths.join(","))),
        };
        let path = scope.application.field("ingress").index(index);
        Some(Self {
            route,
            host,
            paths,
            name,
            path,
        })
    }

    /// Returns who can reach it.
    pub(crate) fn visibility(&self) -> Visibility {
        self.route.visibility.unwrap_or(Visibility::Private)
    }

    /// Returns where the login happens.
    pub(crate) fn auth(&self) -> AuthMode {
        self.route
            .auth
            .as_ref()
            .map_or(AuthMode::Required, |auth| auth.mode)
    }
}

/// Returns the routes of an application that have a host.
pub(crate) fn entries<'a>(scope: &'a Scope<'_>) -> Vec<Entry<'a>> {
    let routes = 0..scope.application.fields.ingress.len();
    routes
        .filter_map(|index| Entry::new(scope, index))
        .collect()
}

/// Adds the objects of all routes.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    check_hosts(scope, output);
    let mut made = std::collections::BTreeSet::new();
    for entry in entries(scope) {
        let backend = backend(scope, &entry, output);
        let links = chain::complete(&scope.estate.fields.ingress.chain);
        let gates = links
            .into_iter()
            .flat_map(|link| gates::gates(scope, &entry, link, output))
            .collect::<Vec<_>>();
        let mut references = Vec::new();
        for gate in gates {
            references.push(reference(scope, &entry, gate, &mut made, output));
        }
        if let Some((name, spec)) = backend
            .as_ref()
            .and_then(|backend| backend.transport.clone())
            && made.insert(name.to_owned())
        {
            let object = scope
                .named(name)
                .object(TRAEFIK, "ServersTransport")
                .with("spec", spec);
            output.push(scope, object, &entry.path);
        }
        let tls = certificate::tls(scope, &entry, output);
        let routes = rules(&entry, backend.as_ref(), &references);
        let spec = Fields::new()
            .with(
                "entryPoints",
                vec![scope.estate.fields.ingress.entry_point.as_str()],
            )
            .with("routes", routes)
            .exactly("tls", tls);
        let object = metadata(scope, &entry)
            .object(TRAEFIK, "IngressRoute")
            .with("spec", spec);
        output.push(scope, object, &entry.path);
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
        route.redirect_to.is_none() && target.is_some_and(|target| target.name == component.name)
    });
    let mut ports: Vec<u16> = own
        .filter_map(|route| port_of(component, route))
        .map(|port| port.spec.port.get())
        .collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

fn check_hosts(scope: &Scope<'_>, output: &mut Output) {
    for (index, route) in scope.application.fields.ingress.iter().enumerate() {
        if let Err(problem) = crate::scope::host(scope.estate, scope.application, route) {
            let path = scope.application.field("ingress").index(index).key("host");
            let message = format!("the host of the route {problem}");
            output.error(
                scope,
                BAD_HOST,
                &path,
                message,
                "shorten the host, or write it out with its domain",
            );
        }
    }
}

/// Returns the reference to a gate, making it first where it is ours and not there yet.
fn reference(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    gate: Gate,
    made: &mut std::collections::BTreeSet<String>,
    output: &mut Output,
) -> Value {
    match gate {
        Gate::Existing(name, namespace) => Fields::new()
            .with("name", name)
            .with("namespace", namespace)
            .into(),
        Gate::Own(name, spec) => {
            if made.insert(name.clone()) {
                let object = scope
                    .named(name.as_str())
                    .object(TRAEFIK, "Middleware")
                    .with("spec", spec);
                output.push(scope, object, &entry.path);
            }
            Fields::new().with("name", name).into()
        }
    }
}

fn metadata(scope: &Scope<'_>, entry: &Entry<'_>) -> Metadata {
    let dns = entry.route.dns.unwrap_or(match entry.visibility() {
        Visibility::Public => DnsMode::Proxied,
        Visibility::Private => DnsMode::Internal,
    });
    let reason = entry
        .route
        .auth
        .as_ref()
        .and_then(|auth| auth.reason.as_ref());
    let auth = match reason {
        Some(reason) => format!("{}: {reason}", entry.auth()),
        None => entry.auth().to_string(),
    };
    scope
        .named(entry.name.as_str())
        .annotation(ANNOTATION_VISIBILITY, entry.visibility().as_str())
        .annotation(ANNOTATION_AUTH, auth)
        .annotation(ANNOTATION_DNS, dns.as_str())
        .annotation_if(ANNOTATION_CHECK, outside::check(scope, entry))
        .annotation_if(ANNOTATION_CATALOGUE, outside::tile(scope, entry))
}

/// Returns a rule for each path. The priority is what Traefik would compute, written out: the longer path wins.
fn rules(entry: &Entry<'_>, backend: Option<&Backend>, gates: &[Value]) -> Vec<Value> {
    let service = match backend {
        Some(backend) => Fields::new()
            .with("name", backend.service.as_str())
            .with("port", backend.port)
            .with("scheme", backend.scheme)
            .with(
                "serversTransport",
                backend.transport.as_ref().map(|(name, _)| *name),
            ),
        None => Fields::new()
            .with("kind", "TraefikService")
            .with("name", "noop@internal"),
    };
    let service = Value::from(service);
    let rule = |path: &&str| {
        let rule = matching(entry.host.as_str(), path);
        Fields::new()
            .with("kind", "Rule")
            .with("priority", rule.len())
            .with("match", rule)
            .with("middlewares", gates.to_vec())
            .with("services", vec![service.clone()])
            .into()
    };
    entry.paths.iter().map(rule).collect()
}

/// A path stands for itself and what is below it: `/api` is not `/api-admin`.
fn matching(host: &str, path: &str) -> String {
    match path {
        "/" => format!("Host(`{host}`)"),
        path if path.ends_with('/') => format!("Host(`{host}`) && PathPrefix(`{path}`)"),
        path => format!("Host(`{host}`) && (Path(`{path}`) || PathPrefix(`{path}/`))"),
    }
}

fn port_of(component: &Component, route: &Route) -> Option<Port> {
    let ports = component.ports();
    let first = component.fields.first_port().map(|(name, _)| name);
    let wanted = |port: &Port| match &route.port {
        Some(RoutePort::Number(number)) => port.spec.port == *number,
        Some(RoutePort::Name(name)) => port.name == name.as_str(),
        None => Some(&port.name) == first.as_ref(),
    };
    ports.into_iter().find(wanted)
}

fn backend(scope: &Scope<'_>, entry: &Entry<'_>, output: &mut Output) -> Option<Backend> {
    if let Some(upstream) = &scope.application.fields.upstream {
        let tls = upstream.tls == Some(true);
        return Some(Backend {
            service: scope.name().to_owned(),
            port: upstream::PORT,
            scheme: tls.then_some("https"),
            transport: tls.then(|| upstream::transport(&upstream.host)),
        });
    }
    let redirects = entry.route.redirect_to.is_some();
    let Some(component) = scope.application.component_of(entry.route) else {
        if !redirects {
            let named = entry
                .route
                .component
                .as_ref()
                .map_or_else(|| "any".to_owned(), |name| format!("`{name}`"));
            let message = format!("`{}` has no component for the route: {named}", scope.name());
            output.error(
                scope,
                NO_COMPONENT,
                &entry.path,
                message,
                "name a component of the application, or add `upstream`",
            );
        }
        return None;
    };
    let port = port_of(component, entry.route).filter(|port| port.spec.protocol != Protocol::Udp);
    if port.is_none() && !redirects {
        let message = format!("`{}` has no port that the route can go to", component.name);
        let port = if entry.route.port.is_some() {
            entry.path.key("port")
        } else {
            entry.path.clone()
        };
        output.error(
            scope,
            NO_PORT,
            &port,
            message,
            "add `port`, or name one of its `ports`",
        );
    }
    let port = port?;
    let (scheme, transport) = match port.spec.protocol {
        Protocol::H2c | Protocol::Grpc => (Some("h2c"), None),
        Protocol::Https => (Some("https"), Some(upstream::unverified())),
        Protocol::Http | Protocol::Tcp | Protocol::Udp => (None, None),
    };
    let service = scope.component_name(component);
    Some(Backend {
        service,
        port: service::service_port(component, &port),
        scheme,
        transport,
    })
}
