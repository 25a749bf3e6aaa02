//! Routes: Traefik `IngressRoutes` with their gates, certificates and what people and checks should know about them.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_model::FieldPath;
use steading_model::application::{AuthMode, DnsMode, Route, RouteTls, Visibility};
use steading_model::name::HostName;

use crate::annotation::{
    ANNOTATION_AUTH, ANNOTATION_CARVE_OUT, ANNOTATION_CATALOGUE, ANNOTATION_CHECK, ANNOTATION_DNS,
    ANNOTATION_VISIBILITY,
};
use crate::backend::{self, Backend};
use crate::gates::{self, Gate};
use crate::json::Fields;
use crate::scope::{Metadata, Output, Scope};
use crate::{certificate, chain, dns, names, outside, passthrough, tile};

/// The API of Traefik.
pub(crate) const TRAEFIK: &str = "traefik.io/v1alpha1";

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

    /// Returns the DNS record that it wants.
    pub(crate) fn dns(&self) -> DnsMode {
        self.route.dns.unwrap_or(match self.visibility() {
            Visibility::Public => DnsMode::Proxied,
            Visibility::Private => DnsMode::Internal,
        })
    }

    /// Says whether the application opens its connections itself.
    pub(crate) fn is_passed_through(&self) -> bool {
        self.route.tls == Some(RouteTls::Passthrough)
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
    let mut made = BTreeSet::new();
    for entry in entries(scope) {
        if entry.is_passed_through() {
            passthrough::objects(scope, &entry, output);
            continue;
        }
        let backend = backend::backend(scope, &entry, output);
        if let Some((name, spec)) = backend
            .as_ref()
            .and_then(|backend| backend.transport.clone())
        {
            make(
                scope,
                &entry,
                ("ServersTransport", &name),
                spec,
                &mut made,
                output,
            );
        }
        let gates = references(scope, &entry, &mut made, output);
        let tls = certificate::tls(scope, &entry, output);
        let spec = Fields::new()
            .with(
                "entryPoints",
                vec![scope.estate.fields.ingress.entry_point.as_str()],
            )
            .with("routes", rules(&entry, backend.as_ref(), &gates))
            .exactly("tls", tls);
        let object = metadata(scope, &entry)
            .object(TRAEFIK, "IngressRoute")
            .with("spec", spec);
        output.push(scope, object, &entry.path);
    }
}

/// Returns the references to the gates of a route in the order of the chain, making those that are ours.
fn references(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    made: &mut BTreeSet<String>,
    output: &mut Output,
) -> Vec<Value> {
    let mut references = Vec::new();
    for link in chain::complete(&scope.estate.fields.ingress.chain) {
        for gate in gates::gates(scope, entry, link, output) {
            let (name, namespace) = match gate {
                Gate::Existing(name, namespace) => (name, namespace),
                Gate::Own(name, spec) => {
                    make(scope, entry, ("Middleware", &name), spec, made, output);
                    (name, None)
                }
            };
            references.push(
                Fields::new()
                    .with("name", name)
                    .with("namespace", namespace)
                    .into(),
            );
        }
    }
    references
}

/// Adds an object that several routes may share, once.
pub(crate) fn make(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    (kind, name): (&str, &str),
    spec: Fields,
    made: &mut BTreeSet<String>,
    output: &mut Output,
) {
    if made.insert(format!("{kind} {name}")) {
        let object = scope.named(name).object(TRAEFIK, kind).with("spec", spec);
        output.push(scope, object, &entry.path);
    }
}

/// Starts the object of a route, with what people and other programs should know about it.
pub(crate) fn metadata(scope: &Scope<'_>, entry: &Entry<'_>) -> Metadata {
    let reason = entry
        .route
        .auth
        .as_ref()
        .and_then(|auth| auth.reason.as_ref());
    let auth = match reason {
        Some(reason) => format!("{}: {reason}", entry.auth()),
        None => entry.auth().to_string(),
    };
    let metadata = scope
        .named(entry.name.as_str())
        .annotation(ANNOTATION_VISIBILITY, entry.visibility().as_str())
        .annotation(ANNOTATION_AUTH, auth)
        .annotation(ANNOTATION_DNS, entry.dns().as_str())
        .annotation_if(
            ANNOTATION_CARVE_OUT,
            carve_out(scope, entry).map(|above| format!("below {above}")),
        )
        .annotation_if(ANNOTATION_CHECK, outside::check(scope, entry))
        .annotation_if(ANNOTATION_CATALOGUE, outside::tile(scope, entry));
    tile::annotated(scope, entry, dns::annotated(scope, entry, metadata))
}

/// Returns the path above a route that asks for the login while the route itself does not.
pub(crate) fn carve_out<'a>(scope: &'a Scope<'_>, entry: &Entry<'_>) -> Option<&'a str> {
    if entry.auth() == AuthMode::Required || entry.route.redirect_to.is_some() {
        return None;
    }
    let others = entries(scope);
    let protected = others.iter().filter(|other| {
        other.host == entry.host
            && other.auth() == AuthMode::Required
            && other.route.redirect_to.is_none()
    });
    let above = protected.flat_map(|other| other.paths.iter().copied());
    let above = above.filter(|above| {
        let mut own = entry.paths.iter();
        own.any(|path| covers(above, path))
    });
    above.max_by_key(|path| path.len())
}

/// Says whether a route is below another one of its application, on the same host.
pub(crate) fn is_below_another(scope: &Scope<'_>, entry: &Entry<'_>) -> bool {
    let others = entries(scope);
    let mut others = others
        .iter()
        .filter(|other| other.host == entry.host && other.path != entry.path);
    let below =
        |path: &&str| others.any(|other| other.paths.iter().any(|above| covers(above, path)));
    entry.paths.first().is_some_and(below)
}

/// Says whether a path is another one, or below it: `/api` covers `/api/x` and not `/apix`.
pub(crate) fn covers(above: &str, path: &str) -> bool {
    match path.strip_prefix(above) {
        Some(rest) => rest.is_empty() || above.ends_with('/') || rest.starts_with('/'),
        None => false,
    }
}

/// Returns a rule for each path.
fn rules(entry: &Entry<'_>, backend: Option<&Backend>, gates: &[Value]) -> Vec<Value> {
    let service = match backend {
        Some(backend) => Fields::new()
            .with("name", backend.service.as_str())
            .with("port", backend.port)
            .with("scheme", backend.scheme)
            .with(
                "serversTransport",
                backend.transport.as_ref().map(|(name, _)| name.as_str()),
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
            .with("priority", priority(entry.host.as_str(), path))
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

/// The longest path wins, whatever order the routes are in, and `/api/` before `/api`. Each is at least what Traefik would compute for
/// the rule, so that catch-alls of others stay behind it, and not so much that the answer to a certificate's challenge would.
pub(crate) fn priority(host: &str, path: &str) -> usize {
    let whole = matching(host, "/").len();
    let below = path.trim_end_matches('/');
    if below.is_empty() {
        return whole;
    }
    let slash = usize::from(path.ends_with('/'));
    matching(host, below).len() + slash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stands_for_itself_and_what_is_below_it() {
        assert_eq!(matching("a.b", "/"), "Host(`a.b`)");
        assert_eq!(
            matching("a.b", "/api"),
            "Host(`a.b`) && (Path(`/api`) || PathPrefix(`/api/`))"
        );
        assert_eq!(
            matching("a.b", "/api/"),
            "Host(`a.b`) && PathPrefix(`/api/`)"
        );
        let covered = [
            ("/", "/x"),
            ("/api", "/api"),
            ("/api", "/api/x"),
            ("/api/", "/api/x"),
        ];
        assert!(covered.iter().all(|(above, path)| covers(above, path)));
        let apart = [("/api", "/apix"), ("/api/", "/api"), ("/api/x", "/api")];
        assert!(!apart.iter().any(|(above, path)| covers(above, path)));
    }

    #[test]
    fn whoever_is_below_comes_first() {
        let paths = [
            "/", "/a", "/a/", "/a/b", "/a/b/", "/a/bc", "/a/b/c", "/apix",
        ];
        for above in paths {
            for path in paths
                .iter()
                .filter(|path| covers(above, path) && **path != above)
            {
                assert!(
                    priority("a.b", above) < priority("a.b", path),
                    "{above} {path}"
                );
            }
        }
        for path in paths {
            assert!(
                priority("a.b", path) >= matching("a.b", path).len(),
                "{path}"
            );
        }
        let challenge = "Host(`a.b`) && Path(`/.well-known/acme-challenge/0123456789012345678901234567890123456789012`)";
        assert!(priority("a.b", "/") < challenge.len());
        assert!(priority("a.b", "/.well-known") < challenge.len());
    }
}
