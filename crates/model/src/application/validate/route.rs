//! Routes.

use std::collections::BTreeMap;

use super::Check;
use super::codes::{HOST, NO_CERTIFICATE, NO_LOGIN, ROUTE, SAME_ROUTE, WHOLE_HOST};
use super::reference::unknown;
use crate::application::{AuthMode, Route, RoutePort, RouteTls, StripPrefix};
use crate::diagnostic::Diagnostic;
use crate::estate::Controller;
use crate::name::{HostName, LabelName};
use crate::node::FieldPath;

pub(super) fn check(check: &mut Check<'_>) {
    let mut seen = BTreeMap::new();
    let mut taken = BTreeMap::new();
    for (at, route) in check.application.fields.ingress.iter().enumerate() {
        let path = check.application.field("ingress").index(at);
        fits(check, &path, route);
        target(check, &path, route);
        names(check, &path, route);
        login(check, &path, route);
        if let Some(host) = host(check, &path, route) {
            certificate(check, &path, route, &host);
            whole_host(check, &path, route, &host, &mut taken);
            twice(check, &path, route, &host, &mut seen);
        }
    }
}

fn fits(check: &mut Check<'_>, path: &FieldPath, route: &Route) {
    if route.path.is_some() && !route.paths.is_empty() {
        check.error_at_key(
            ROUTE,
            &path.key("paths"),
            format!("`{path}` has both `path` and `paths`"),
            "keep one of them",
        );
    }
    if route.preserve_path.is_some() && route.redirect_to.is_none() {
        check.error_at_key(
            ROUTE,
            &path.key("preservePath"),
            format!("`{path}.preservePath` has no meaning without `redirectTo`"),
            "remove it",
        );
    }
    let has_path =
        route.path.as_ref().is_some_and(|path| path.as_str() != "/") || !route.paths.is_empty();
    if route.strip_prefix == Some(StripPrefix::Path) && !has_path {
        check.error_at_key(
            ROUTE,
            &path.key("stripPrefix"),
            format!("`{path}.stripPrefix` has no `path` to take off"),
            "remove it, or add `path`",
        );
    }
    if route.redirect_to.is_some() && route.strip_prefix.is_some() {
        check.error_at_key(
            ROUTE,
            &path.key("stripPrefix"),
            format!("`{path}.stripPrefix` has no meaning beside `redirectTo`"),
            "remove it",
        );
    }
    let own_login = route
        .auth
        .as_ref()
        .is_some_and(|auth| auth.mode != AuthMode::Required);
    if !route.groups.is_empty() && own_login {
        check.error_at_key(
            ROUTE,
            &path.key("groups"),
            format!("`{path}.groups` has no meaning without the estate's login"),
            "remove it, or write `auth: required`",
        );
    }
}

/// The component and the port that answer.
fn target(check: &mut Check<'_>, path: &FieldPath, route: &Route) {
    let application = check.application;
    let elsewhere = application.fields.upstream.is_some() || route.upstream.is_some();
    if route.redirect_to.is_some() || elsewhere {
        return;
    }
    let Some(component) = application.component_of(route) else {
        match &route.component {
            Some(name) => {
                let known: Vec<&str> = application
                    .components
                    .iter()
                    .map(|component| component.name.as_str())
                    .collect();
                unknown(
                    check,
                    &path.key("component"),
                    "component",
                    name.as_str(),
                    &known,
                );
            }
            None => check.error_at_key(
                ROUTE,
                path,
                format!("`{path}` has nothing that could answer"),
                "add `image`, `upstream` or `redirectTo`",
            ),
        }
        return;
    };
    let ports = component.pod_ports();
    match &route.port {
        None if ports.is_empty() => {
            check.error_at_key(
                ROUTE,
                path,
                format!("`{path}` goes to `{}`, which has no port", component.name),
                "add `port`",
            );
        }
        Some(RoutePort::Name(name)) if !ports.iter().any(|port| port.name == name.as_str()) => {
            let known: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
            unknown(check, &path.key("port"), "port", name.as_str(), &known);
        }
        Some(RoutePort::Number(number)) if !ports.iter().any(|port| port.spec.port == *number) => {
            let known: Vec<String> = ports
                .iter()
                .map(|port| port.spec.port.to_string())
                .collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            unknown(
                check,
                &path.key("port"),
                "port",
                &number.to_string(),
                &known,
            );
        }
        _ => {}
    }
}

/// Middlewares and rate classes of the estate.
fn names(check: &mut Check<'_>, path: &FieldPath, route: &Route) {
    let ingress = &check.estate.fields.ingress;
    for (at, name) in route
        .middlewares
        .iter()
        .enumerate()
        .filter(|(_, name)| !ingress.middlewares.contains_key(*name))
    {
        let known: Vec<&str> = ingress.middlewares.keys().map(LabelName::as_str).collect();
        unknown(
            check,
            &path.key("middlewares").index(at),
            "middleware",
            name.as_str(),
            &known,
        );
    }
    if let Some(class) = route
        .limits
        .as_ref()
        .and_then(|limits| limits.class.as_ref())
        .filter(|class| !ingress.rates.contains_key(*class))
    {
        let known: Vec<&str> = ingress.rates.keys().map(LabelName::as_str).collect();
        unknown(
            check,
            &path.key("limits").key("class"),
            "rate class",
            class.as_str(),
            &known,
        );
    }
    if route.bot_protection == Some(true) && ingress.bot_wall.is_none() {
        check.error_at_key(
            ROUTE,
            &path.key("botProtection"),
            "the estate has no bot wall",
            "set `ingress.botWall` in the estate",
        );
    }
}

fn login(check: &mut Check<'_>, path: &FieldPath, route: &Route) {
    let required = route
        .auth
        .as_ref()
        .is_none_or(|auth| auth.mode == AuthMode::Required);
    let opened = route.tls != Some(RouteTls::Passthrough);
    if required
        && opened
        && route.redirect_to.is_none()
        && check.estate.fields.ingress.sso.is_none()
    {
        let message = format!("`{path}` asks for the estate's login, and the estate has none");
        check.error(NO_LOGIN, path, message, "add `auth: { bearer: KEY }`, `{ app: why }`, `{ public: why }` or `{ none: why }`, or set `ingress.sso` in the estate");
    }
}

/// Returns the full name of the host.
fn host(check: &mut Check<'_>, path: &FieldPath, route: &Route) -> Option<HostName> {
    use crate::application::Visibility;
    let domains = &check.estate.fields.domains;
    let zone = match route.visibility {
        Some(Visibility::Public) => &domains.public,
        _ => domains.private.as_ref().unwrap_or(&domains.public),
    };
    match check
        .estate
        .host(&route.host, zone, &check.application.environment)
    {
        Ok(host) => Some(host),
        Err(problem) => {
            check.error(
                HOST,
                &path.key("host"),
                format!("the host of `{path}` {problem}"),
                "choose a shorter or plainer name",
            );
            None
        }
    }
}

fn certificate(check: &mut Check<'_>, path: &FieldPath, route: &Route, host: &HostName) {
    // A Gateway's listeners have certificates of their own; whether one fits shows when the route is derived.
    let controller = check.estate.fields.ingress.controller;
    let opened =
        route.tls != Some(RouteTls::Passthrough) && controller != Some(Controller::GatewayApi);
    if opened && check.estate.fields.certificates.is_none() && route.tls_secret.is_none() {
        let message = format!(
            "`{host}` needs a certificate, and the estate does not say where they come from"
        );
        check.error(
            NO_CERTIFICATE,
            &path.key("host"),
            message,
            "set `certificates` in the estate, or `tlsSecret` here",
        );
    }
}

/// The first route of a host, and who opens its connections.
type FirstOfHost = BTreeMap<HostName, (FieldPath, RouteTls)>;

/// A host is opened by the ingress controller or passed through, not both.
fn whole_host(
    check: &mut Check<'_>,
    path: &FieldPath,
    route: &Route,
    host: &HostName,
    taken: &mut FirstOfHost,
) {
    let tls = route.tls.unwrap_or(RouteTls::Terminate);
    let Some((first, other)) = taken.get(host) else {
        taken.insert(host.clone(), (path.clone(), tls));
        return;
    };
    if *other == tls {
        return;
    }
    let tree = &check.application.tree;
    let message = format!("`{host}` is passed through as a whole, and has another route");
    let finding = Diagnostic::error(WHOLE_HOST, message)
        .at(tree.span_at(&path.key("host")))
        .label(tree.span_at(&first.key("host")), "the other route")
        .help("give one of the two another host");
    check.report.push(finding);
}

fn twice(
    check: &mut Check<'_>,
    path: &FieldPath,
    route: &Route,
    host: &HostName,
    seen: &mut BTreeMap<(HostName, String), FieldPath>,
) {
    let mut paths: Vec<String> = route
        .path
        .iter()
        .chain(&route.paths)
        .map(|path| path.as_str().to_owned())
        .collect();
    if paths.is_empty() {
        paths.push("/".to_owned());
    }
    for below in paths {
        let tree = &check.application.tree;
        match seen.get(&(host.clone(), below.clone())) {
            Some(first) => {
                let finding =
                    Diagnostic::error(SAME_ROUTE, format!("two routes for `{host}{below}`"))
                        .at(tree.span_at(&path.key("host")));
                check.report.push(
                    finding
                        .label(tree.span_at(&first.key("host")), "first here")
                        .help("remove one of the two"),
                );
            }
            None => drop(seen.insert((host.clone(), below), path.clone())),
        }
    }
}
