//! The facts that `${…}` in an environment variable can name.

use steading_model::application::{Component, Protocol};
use steading_model::read::nearest;

use crate::scope::Scope;
use crate::service;
use crate::substitute::{Fact, PodFact};
use crate::uses;

/// The facts with what they are. `routes[N]` counts from 0; `uses.ENTRY.NAME` is a fact or a variable of what is used.
pub const FACTS: &[(&str, &str)] = &[
    ("application", "The application's name."),
    (
        "instance",
        "The instance's name, in a declaration with `instances`.",
    ),
    ("environment", "The environment's name."),
    ("namespace", "The application's namespace."),
    ("estate", "The estate's name."),
    ("tier", "The application's tier."),
    ("domain.public", "The zone of public hosts."),
    ("domain.private", "The zone of private hosts."),
    (
        "image.version",
        "The tag of the image, or the beginning of its digest.",
    ),
    (
        "route.url",
        "The URL of the first route that is not a redirect.",
    ),
    ("route.host", "The host of that route."),
    ("route.path", "The path of that route."),
    ("routes[N].url", "The URL of a route, counted from 0."),
    ("routes[N].host", "The host of a route."),
    ("routes[N].path", "The path of a route."),
    (
        "service.host",
        "The name of the component's Service within the cluster.",
    ),
    ("service.port", "The port of that Service."),
    ("service.url", "The URL of that Service."),
    (
        "uses.ENTRY.NAME",
        "A fact of an entry of the catalogue that is used, or a variable of it. Secret ones become references to the Secret.",
    ),
    (
        "secrets.KEY",
        "A key of the container's secrets (`secrets.path`), or of `secrets.generate`. It becomes a reference to the Secret.",
    ),
    ("pod.name", "The pod's name."),
    ("pod.namespace", "The pod's namespace."),
    ("pod.node", "The name of the pod's node."),
    ("pod.ip", "The pod's address."),
];

/// What pods only know at run time.
const POD_FACTS: [PodFact; 4] = [
    PodFact {
        name: "pod.name",
        field: "metadata.name",
        variable: "STEADING_POD_NAME",
    },
    PodFact {
        name: "pod.namespace",
        field: "metadata.namespace",
        variable: "STEADING_POD_NAMESPACE",
    },
    PodFact {
        name: "pod.node",
        field: "spec.nodeName",
        variable: "STEADING_POD_NODE",
    },
    PodFact {
        name: "pod.ip",
        field: "status.podIP",
        variable: "STEADING_POD_IP",
    },
];

/// Returns a fact about a container of a component.
pub(crate) fn fact(scope: &Scope<'_>, component: Option<&Component>, name: &str) -> Option<Fact> {
    if let Some(fact) = POD_FACTS.iter().find(|fact| fact.name == name) {
        return Some(Fact::Pod(*fact));
    }
    if let Some(rest) = name.strip_prefix("uses.") {
        return uses::facts::named(scope, rest);
    }
    known(scope, component, name).map(Fact::Text)
}

/// Returns what an entry of the catalogue may know of its user.
pub(crate) fn of_user(scope: &Scope<'_>, name: &str) -> Option<Fact> {
    let known_here = [
        "application",
        "instance",
        "environment",
        "namespace",
        "estate",
    ];
    if !known_here.contains(&name) {
        return None;
    }
    known(scope, None, name).map(Fact::Text)
}

/// Returns what to do about an unknown fact.
pub(crate) fn help(name: &str) -> String {
    let names: Vec<&str> = FACTS.iter().map(|(name, _)| *name).collect();
    match nearest(name, &names) {
        Some(near) if near == name => {
            "it has no value here; for a literal `${`, write `$${`".to_owned()
        }
        Some(near) => format!("did you mean `${{{near}}}`? for a literal `${{`, write `$${{`"),
        None => format!(
            "for a literal `${{`, write `$${{`; known facts: {}",
            names.join(", ")
        ),
    }
}

fn known(scope: &Scope<'_>, component: Option<&Component>, name: &str) -> Option<String> {
    let domains = &scope.estate.fields.domains;
    match name {
        "application" => Some(scope.name().to_owned()),
        "instance" => {
            let instance = scope.application.instance.as_ref();
            instance.map(|instance| instance.name.to_string())
        }
        "environment" => Some(scope.environment().to_owned()),
        "namespace" => Some(scope.namespace().to_owned()),
        "estate" => Some(scope.estate.name.to_string()),
        "tier" => Some(scope.application.tier.to_string()),
        "domain.public" => Some(domains.public.to_string()),
        "domain.private" => Some(
            domains
                .private
                .as_ref()
                .unwrap_or(&domains.public)
                .to_string(),
        ),
        "image.version" => crate::labels::version(component?.fields.image.as_ref()?),
        _ => {
            let (subject, part) = name.rsplit_once('.')?;
            match subject {
                "service" => service_fact(scope, component?, part),
                _ => route_fact(scope, route_index(scope, subject)?, part),
            }
        }
    }
}

/// Returns the index of the route that `route` or `routes[N]` means.
fn route_index(scope: &Scope<'_>, subject: &str) -> Option<usize> {
    let routes = &scope.application.fields.ingress;
    if subject == "route" {
        return routes
            .iter()
            .position(|route| route.redirect_to.is_none())
            .or((!routes.is_empty()).then_some(0));
    }
    subject
        .strip_prefix("routes[")?
        .strip_suffix(']')?
        .parse()
        .ok()
}

fn route_fact(scope: &Scope<'_>, index: usize, part: &str) -> Option<String> {
    let route = scope.application.fields.ingress.get(index)?;
    let host = scope.hosts.get(index)?.as_ref()?;
    let path = route.path.as_ref().or_else(|| route.paths.first());
    let path = path.map_or("/", |path| path.as_str());
    match part {
        "host" => Some(host.to_string()),
        "path" => Some(path.to_owned()),
        "url" => Some(format!("https://{host}{}", path.trim_end_matches('/'))),
        _ => None,
    }
}

fn service_fact(scope: &Scope<'_>, component: &Component, part: &str) -> Option<String> {
    let (_, spec) = component.fields.first_port()?;
    let number = service::first_service_port(component);
    let host = service::host(scope, component);
    match part {
        "host" => Some(host),
        "port" => Some(number.to_string()),
        "url" if spec.protocol == Protocol::Https => Some(format!("https://{host}:{number}")),
        "url" if number == 80 => Some(format!("http://{host}")),
        "url" => Some(format!("http://{host}:{number}")),
        _ => None,
    }
}
