//! The gates of a route as Traefik middlewares, in the application's own namespace: references to other namespaces are off there
//! by default. Gates that several routes share are made once.

mod every_route;

pub(crate) use every_route::response_headers;

use steading_model::application::{StripPrefix, Visibility};
use steading_model::estate::{ChainLink, MiddlewareRef, RateClass};
use steading_model::name::LabelName;
use steading_model::quantity::Quantity;

use crate::codes::NO_PRIVATE_RANGE;
use crate::json::{Fields, texts};
use crate::route::Entry;
use crate::scope::{Output, Scope};
use crate::{login, ranges, wake_up};

/// The rate class of routes that name none.
const USUAL_CLASS: &str = "page";

/// A middleware on the way.
pub(crate) enum Gate {
    /// One of ours: its name and what it does.
    Own(String, Fields),
    /// One that exists: its name and namespace.
    Existing(String, Option<String>),
}

/// Returns the gates that a link of the chain stands for on a route; none where the route does not use it.
pub(crate) fn gates(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    link: ChainLink,
    output: &mut Output,
) -> Vec<Gate> {
    let gate = match link {
        ChainLink::AllowList => allow_list(scope, entry, output),
        ChainLink::RealIp => every_route::real_ip(scope),
        ChainLink::Retry => every_route::retry(scope),
        ChainLink::ErrorPages => every_route::error_pages(scope, entry),
        ChainLink::Compress => every_route::compress(scope),
        ChainLink::RateLimit => rate_limit(scope, entry),
        ChainLink::SecurityHeaders => every_route::security_headers(scope, entry),
        ChainLink::BotWall => bot_wall(scope, entry),
        ChainLink::Authentication => return login::gates(scope, entry),
        ChainLink::WakeUp => wake_up::gate(scope, entry),
        ChainLink::BodyLimit => body_limit(scope, entry),
        ChainLink::Custom => return custom(scope, entry),
        ChainLink::Redirect => redirect(entry),
        ChainLink::StripPrefix => strip_prefix(entry),
    };
    gate.into_iter().collect()
}

pub(crate) fn own(name: impl Into<String>, kind: &str, fields: Fields) -> Gate {
    Gate::Own(name.into(), Fields::new().with(kind, fields))
}

fn allow_list(scope: &Scope<'_>, entry: &Entry<'_>, output: &mut Output) -> Option<Gate> {
    if entry.visibility() == Visibility::Public {
        return None;
    }
    let ranges = ranges::private(scope.estate);
    if ranges.is_empty() {
        no_private_range(scope, entry, output);
        return Some(missing("private-only"));
    }
    Some(own(
        "private-only",
        "ipAllowList",
        Fields::new().with("sourceRange", texts(ranges)),
    ))
}

/// Reports a private route that nobody could reach.
pub(crate) fn no_private_range(scope: &Scope<'_>, entry: &Entry<'_>, output: &mut Output) {
    let message = format!(
        "`{}` is private, but the estate names no private address range",
        entry.host
    );
    let help = "add ranges to `ingress.private` that are not all in `ingress.tunnels`, or make the route `visibility: public`";
    output.error(scope, NO_PRIVATE_RANGE, &entry.path, message, help);
}

/// Returns the rate class of a route with its name.
fn class<'a>(scope: &Scope<'a>, entry: &Entry<'_>) -> Option<(&'a str, &'a RateClass)> {
    let named = entry
        .route
        .limits
        .as_ref()
        .and_then(|limits| limits.class.as_ref());
    let name = named.map_or(USUAL_CLASS, LabelName::as_str);
    let mut classes = scope.estate.fields.ingress.rates.iter();
    classes
        .find(|(known, _)| known.as_str() == name)
        .map(|(name, class)| (name.as_str(), class))
}

/// How many requests a route takes.
pub(crate) struct Rate<'a> {
    /// The class that says so; none where the route does.
    pub(crate) class: Option<&'a str>,
    /// Requests per second and client.
    pub(crate) average: u32,
    /// Requests at once.
    pub(crate) burst: u32,
}

/// Returns how many requests a route takes: its own numbers, else its class.
pub(crate) fn rate<'a>(scope: &Scope<'a>, entry: &Entry<'_>) -> Option<Rate<'a>> {
    let limits = entry.route.limits.as_ref();
    if limits.is_some_and(|limits| limits.none.is_some()) {
        return None;
    }
    let declared = limits.and_then(|limits| Some((limits.requests?, limits.burst)));
    if let Some((average, burst)) = declared {
        return Some(Rate {
            class: None,
            average,
            burst: burst.unwrap_or(average.saturating_mul(2)),
        });
    }
    class(scope, entry).map(|(name, class)| Rate {
        class: Some(name),
        average: class.requests,
        burst: class.burst,
    })
}

fn rate_limit(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<Gate> {
    let Rate {
        class,
        average,
        burst,
    } = rate(scope, entry)?;
    let name = class.map_or_else(
        || format!("{}-rate", entry.name),
        |class| format!("rate-{class}"),
    );
    let fields = Fields::new().with("average", average).with("burst", burst);
    Some(own(
        name,
        "rateLimit",
        fields.with("sourceCriterion", client(scope)),
    ))
}

/// Behind a tunnel all requests have the tunnel's address: then the client is the first address that is not the tunnel's.
fn client(scope: &Scope<'_>) -> Fields {
    let tunnels = scope
        .estate
        .fields
        .ingress
        .tunnels
        .iter()
        .map(ToString::to_string);
    Fields::new().with(
        "ipStrategy",
        Fields::new().with("excludedIPs", texts(tunnels)),
    )
}

fn bot_wall(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<Gate> {
    let wanted = entry.route.bot_protection == Some(true);
    let wall = scope.estate.fields.ingress.bot_wall.as_ref();
    let gate = || wall.map_or_else(|| missing("bot-wall"), |wall| existing(scope, wall));
    wanted.then(gate)
}

/// Returns the largest body that a route takes: its own, else that of its class.
pub(crate) fn body(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<Quantity> {
    largest_body(scope, entry).map(|(_, body)| body)
}

/// Returns the largest body that a route takes, and the class that says so; no class where the route does.
pub(crate) fn largest_body<'a>(
    scope: &Scope<'a>,
    entry: &Entry<'_>,
) -> Option<(Option<&'a str>, Quantity)> {
    let limits = entry.route.limits.as_ref();
    if limits.is_some_and(|limits| limits.none.is_some()) {
        return None;
    }
    match limits.and_then(|limits| limits.body) {
        Some(body) => Some((None, body)),
        None => class(scope, entry).and_then(|(name, class)| Some((Some(name), class.body?))),
    }
}

fn body_limit(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<Gate> {
    let (class, body) = largest_body(scope, entry)?;
    let name = class.map_or_else(
        || format!("{}-body", entry.name),
        |class| format!("body-{class}"),
    );
    let bytes = i64::try_from(body.units()).unwrap_or(i64::MAX);
    Some(own(
        name,
        "buffering",
        Fields::new().with("maxRequestBodyBytes", bytes),
    ))
}

fn custom(scope: &Scope<'_>, entry: &Entry<'_>) -> Vec<Gate> {
    let known = &scope.estate.fields.ingress.middlewares;
    let gate = |name: &LabelName| match known.get(name) {
        Some(middleware) => existing(scope, middleware),
        None => missing(name.as_str()),
    };
    entry.route.middlewares.iter().map(gate).collect()
}

/// Names a middleware that does not exist: where a gate is missing that the resolver would have reported, the ingress controller
/// refuses the route instead of leaving it open.
pub(crate) fn missing(name: &str) -> Gate {
    Gate::Existing(format!("missing-{name}"), None)
}

pub(crate) fn existing(scope: &Scope<'_>, middleware: &MiddlewareRef) -> Gate {
    let ingress = &scope.estate.fields.ingress;
    let usual = ingress
        .middleware_namespace
        .as_ref()
        .unwrap_or(&ingress.namespace);
    let namespace = middleware.namespace.as_ref().unwrap_or(usual).as_str();
    let namespace = (namespace != scope.namespace()).then(|| namespace.to_owned());
    Gate::Existing(middleware.name.to_string(), namespace)
}

/// The pattern begins with the scheme, so that it matches whole URLs only; the target has no `/` at its end.
fn redirect(entry: &Entry<'_>) -> Option<Gate> {
    let target = entry.route.redirect_to.as_ref()?.as_str();
    let target = target.replace('$', "$$");
    let (regex, replacement) = match entry.route.preserve_path {
        Some(false) => ("^https?://.*$", target),
        Some(true) | None => ("^https?://[^/]+/(.*)$", format!("{target}/${{1}}")),
    };
    let fields = Fields::new()
        .with("regex", regex)
        .with("replacement", replacement)
        .with("permanent", true);
    Some(own(
        format!("{}-redirect", entry.name),
        "redirectRegex",
        fields,
    ))
}

fn strip_prefix(entry: &Entry<'_>) -> Option<Gate> {
    let prefixes: Vec<&str> = match entry.route.strip_prefix.as_ref()? {
        StripPrefix::Off => return None,
        StripPrefix::Path => entry.paths.clone(),
        StripPrefix::Prefix(prefix) => vec![prefix.as_str()],
    };
    let prefixes: Vec<&str> = prefixes
        .into_iter()
        .map(|path| path.trim_end_matches('/'))
        .filter(|path| !path.is_empty())
        .collect();
    if prefixes.is_empty() || entry.route.redirect_to.is_some() {
        return None;
    }
    Some(own(
        format!("{}-strip", entry.name),
        "stripPrefix",
        Fields::new().with("prefixes", prefixes),
    ))
}
