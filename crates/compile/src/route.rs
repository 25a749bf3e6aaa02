//! Routes: Traefik `IngressRoutes` with their gates, certificates and what people and checks should know about them.

use serde_json::Value;
use steading_model::FieldPath;
use steading_model::application::{AuthMode, DnsMode, Route, Visibility};
use steading_model::name::HostName;

use crate::annotation::{
    ANNOTATION_AUTH, ANNOTATION_CATALOGUE, ANNOTATION_CHECK, ANNOTATION_DNS, ANNOTATION_VISIBILITY,
};
use crate::backend::{self, Backend};
use crate::gates::{self, Gate};
use crate::json::Fields;
use crate::scope::{Metadata, Output, Scope};
use crate::{certificate, chain, names, outside};

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

impl<'a> Entry<'a> {
    fn new(scope: &'a Scope<'_>, index: usize) -> Option<Self> {
        let route = scope.application.fields.ingress.get(index)?;
        let host = scope.hosts.get(index)?.as_ref()?;
        let mut paths: Vec<&str> = route
            .path
            .iter()
            .chain(&route.paths)
            .map(steading_model::name::HttpPath::as_str)
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
    let mut made = std::collections::BTreeSet::new();
    for entry in entries(scope) {
        let backend = backend::backend(scope, &entry, output);
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
