//! The gates of routes: what can stand before an application, and what cannot.

use std::collections::BTreeSet;

use super::Check;
use super::codes::{BEARER, HEADER, NO_TILE, PASSTHROUGH, ROUTE_LIMITS, ROUTE_UPSTREAM, WAKE_UP};
use crate::application::{AuthMode, Protocol, Route, RouteLimits, RoutePort, RouteTls};
use crate::name::{ComponentName, HeaderName};
use crate::node::FieldPath;

pub(super) fn check(check: &mut Check<'_>) {
    let mut asleep = BTreeSet::new();
    for (at, route) in check.application.fields.ingress.iter().enumerate() {
        let path = check.application.field("ingress").index(at);
        if route.tls == Some(RouteTls::Passthrough) {
            passthrough(check, &path, route);
        }
        bearer(check, &path, route);
        headers(check, &path, route);
        if let Some(limits) = &route.limits {
            self::limits(check, &path.key("limits"), limits);
        }
        upstream(check, &path, route);
        tile(check, &path, route);
        wake_up(check, &path, route, &mut asleep);
    }
}

/// What needs the request to be opened.
const OPENED: [&str; 11] = [
    "path",
    "paths",
    "groups",
    "stripPrefix",
    "redirectTo",
    "tlsSecret",
    "limits",
    "headers",
    "errorPages",
    "botProtection",
    "middlewares",
];

fn passthrough(check: &mut Check<'_>, path: &FieldPath, route: &Route) {
    for key in OPENED {
        let path = path.key(key);
        if check.has(&path) {
            let message = format!("`{path}` has no effect on a connection that is passed through");
            check.error_at_key(
                PASSTHROUGH,
                &path,
                message,
                "remove it, or `tls: passthrough`",
            );
        }
    }
    plain_port(check, path, route);
    let mode = route
        .auth
        .as_ref()
        .map_or(AuthMode::Required, |auth| auth.mode);
    let gate = match mode {
        AuthMode::Required => "the estate's login",
        AuthMode::Bearer => "a token",
        AuthMode::App | AuthMode::Public | AuthMode::None => return,
    };
    let message = format!("`{path}` is passed through, so nothing can ask for {gate} before it");
    let help = "write `auth: { app: why }`, `{ public: why }` or `{ none: why }`, or remove `tls: passthrough`";
    check.error(PASSTHROUGH, &path.key("auth"), message, help);
}

/// Whoever is passed TLS must speak it.
fn plain_port(check: &mut Check<'_>, path: &FieldPath, route: &Route) {
    let application = check.application;
    let outside = application.fields.upstream.is_some() || route.upstream.is_some();
    let Some(component) = application.component_of(route).filter(|_| !outside) else {
        return;
    };
    let ports = component.ports();
    let port = ports.iter().find(|port| match &route.port {
        Some(RoutePort::Number(number)) => port.spec.port == *number,
        Some(RoutePort::Name(name)) => port.name == name.as_str(),
        None => true,
    });
    let Some(port) = port.filter(|port| {
        matches!(
            port.spec.protocol,
            Protocol::Http | Protocol::H2c | Protocol::Grpc
        )
    }) else {
        return;
    };
    let message = format!(
        "`{path}` passes TLS through to the port `{}`, which does not speak it",
        port.name
    );
    let own_tls = ports
        .iter()
        .find(|port| matches!(port.spec.protocol, Protocol::Https | Protocol::Tcp));
    let help = match own_tls {
        Some(port) => format!("name the port that does: `port: {}`", port.name),
        None => format!(
            "write the port as `{{ port: {}, protocol: https }}`, or remove `tls: passthrough`",
            port.spec.port
        ),
    };
    check.error(PASSTHROUGH, &path.key("tls"), message, help);
}

fn bearer(check: &mut Check<'_>, path: &FieldPath, route: &Route) {
    let asks = route
        .auth
        .as_ref()
        .is_some_and(|auth| auth.mode == AuthMode::Bearer);
    if asks && route.redirect_to.is_some() {
        let message = format!("`{path}` asks for a token before a redirect");
        check.error(
            BEARER,
            &path.key("auth"),
            message,
            "write `auth: { public: why }`, and ask for the token where the redirect leads to",
        );
    }
}

fn headers(check: &mut Check<'_>, path: &FieldPath, route: &Route) {
    let path = path.key("headers");
    let names: Vec<&str> = route.headers.keys().map(HeaderName::as_str).collect();
    for (at, (name, value)) in route.headers.iter().enumerate() {
        let own = path.key(name.as_str());
        if let Some(first) = names[..at].iter().find(|first| name.is(first)) {
            let message = format!("`{path}` has `{first}` and `{name}`, which are the same header");
            check.error_at_key(HEADER, &own, message, "remove one of them");
        }
        if value.as_str().contains(['\n', '\r', '\0']) {
            let message = format!("`{own}` has a line break");
            check.error(
                HEADER,
                &own,
                message,
                "write it on one line, folded with `>-`",
            );
        }
    }
}

fn limits(check: &mut Check<'_>, path: &FieldPath, limits: &RouteLimits) {
    let RouteLimits {
        requests,
        burst,
        body,
        class,
        none,
    } = limits;
    let numbers = requests.is_some() || burst.is_some();
    if none.is_some() && (numbers || body.is_some() || class.is_some()) {
        let message = format!("`{path}` says `none` and limits something");
        check.error_at_key(
            ROUTE_LIMITS,
            &path.key("none"),
            message,
            "keep one of the two",
        );
    } else if class.is_some() && numbers {
        let message = format!("`{path}` has both a class and numbers");
        let help = "keep one of the two; `body` may stand beside a class";
        check.error_at_key(ROUTE_LIMITS, &path.key("class"), message, help);
    } else if requests.is_none() && burst.is_some() {
        let message = format!("`{path}.burst` has no meaning without `requests`");
        check.error_at_key(ROUTE_LIMITS, &path.key("burst"), message, "add `requests`");
    }
    if *requests == Some(0) {
        let message = format!("`{path}.requests` is 0, which would be no limit at all");
        let help = "write `limits: { none: why }`, or a number";
        check.error(ROUTE_LIMITS, &path.key("requests"), message, help);
    }
}

fn upstream(check: &mut Check<'_>, path: &FieldPath, route: &Route) {
    if route.upstream.is_none() {
        return;
    }
    for key in ["component", "port", "redirectTo"] {
        let path = path.key(key);
        if check.has(&path) {
            let message = format!("`{path}` has no meaning beside `upstream`");
            check.error_at_key(ROUTE_UPSTREAM, &path, message, "remove one of the two");
        }
    }
}

fn tile(check: &mut Check<'_>, path: &FieldPath, route: &Route) {
    let token = route
        .auth
        .as_ref()
        .is_some_and(|auth| auth.mode == AuthMode::Bearer);
    let usual = route.redirect_to.is_none() && !token;
    let shown = route.catalogue.unwrap_or(usual);
    if route.widget.is_some() && !shown {
        let message = format!("`{path}.widget` is on no dashboard");
        let help = "remove it, or write `catalogue: true`";
        check.error_at_key(NO_TILE, &path.key("widget"), message, help);
    }
}

/// Somebody must wake up what sleeps, and can only do so where requests are opened.
fn wake_up<'a>(
    check: &mut Check<'a>,
    path: &FieldPath,
    route: &Route,
    asleep: &mut BTreeSet<&'a ComponentName>,
) {
    let outside = route.redirect_to.is_some() || route.upstream.is_some();
    let Some(component) = check.application.component_of(route).filter(|_| !outside) else {
        return;
    };
    let scaling = component.fields.scaling.as_ref();
    if scaling.is_none_or(|scaling| scaling.to_zero.is_none()) {
        return;
    }
    let name = &component.name;
    if route.tls == Some(RouteTls::Passthrough) {
        let message = format!("`{name}` sleeps, and no request that is passed through wakes it up");
        let help = "remove `tls: passthrough`, or `scaling.toZero`";
        check.error(WAKE_UP, &path.key("tls"), message, help);
    } else if check.estate.fields.ingress.wake_up.is_none() && asleep.insert(name) {
        let message = format!("`{name}` sleeps, and the estate has nothing that wakes it up");
        let help = "set `ingress.wakeUp` in the estate, or remove `scaling.toZero`";
        let at = component.field("scaling").key("toZero");
        check.error_at_key(WAKE_UP, &at, message, help);
    }
}
