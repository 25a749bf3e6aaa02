//! Routes as objects of Gateway API, where the estate's `controller` is `gateway-api`.
//!
//! ```text
//! Entry ─→ attachment (which Gateway, with what certificate)
//!       ├→ target (Service, or what stands outside the cluster)
//!       ├→ filters (what the standard can do with a request)
//!       └→ policies (what it cannot: Envoy Gateway's policies, Traefik's middlewares, or a finding)
//! ```
//!
//! What holds:
//! - A route attaches to the Gateway of its visibility and to no other.
//! - A route whose gate nobody can express is an error and is not made: a Gateway opens what it does not know to be closed.
//! - A route that terminates TLS has a listener with a certificate for its host, or is an error.
//! - One object for each declared route: policies target it as a whole, so two paths of one host can have different logins. Which of
//!   them answers follows from the standard: the longer path wins.

mod attachment;
mod check;
mod envoy;
mod estate;
mod filters;
mod middlewares;
mod needs;
mod none;
mod path;
mod proxies;
mod redirect;
mod target;

use serde_json::{Value, json};
use steading_model::estate::{Controller, Estate, GatewayPolicies};

use crate::json::{Fields, texts};
use crate::route::{self, Entry};
use crate::scope::{Output, Scope};

pub(crate) use check::across;
pub(crate) use estate::check;
pub(crate) use proxies::proxies;

use attachment::Attachment;
use filters::Filter;
use path::Rule;
use target::Target;

/// The group of Gateway API.
const GROUP: &str = "gateway.networking.k8s.io";
/// Its version.
const V1: &str = "gateway.networking.k8s.io/v1";
/// The most rules of one route.
const MOST_RULES: usize = 16;

/// Says whether routes become objects of Gateway API.
pub(crate) fn is_used(estate: &Estate) -> bool {
    estate.fields.ingress.controller == Some(Controller::GatewayApi)
}

/// Returns whose objects stand for what the standard has no word for.
fn policies(estate: &Estate) -> GatewayPolicies {
    let policies = estate.fields.ingress.policies;
    policies.unwrap_or(GatewayPolicies::None)
}

/// Adds the objects of all routes.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    for entry in route::entries(scope) {
        if entry.is_passed_through() {
            passed_through(scope, &entry, output);
        } else {
            opened(scope, &entry, output);
        }
    }
}

/// A route whose connections the application opens itself: the Gateway sees the host name only.
fn passed_through(scope: &Scope<'_>, entry: &Entry<'_>, output: &mut Output) {
    let attachment = attachment::unopened(scope, entry, output);
    let target = target::target(scope, entry, output);
    let closed = needs::unopened(scope, entry, output);
    let (Some(attachment), Ok(Some(target)), Ok(())) = (attachment, target, closed) else {
        return;
    };
    let rule = Fields::new().with("backendRefs", vec![target.reference]);
    push(
        scope,
        entry,
        "TLSRoute",
        (&attachment, vec![rule.into()]),
        output,
    );
}

fn opened(scope: &Scope<'_>, entry: &Entry<'_>, output: &mut Output) {
    let attachment = attachment::attachment(scope, entry, output);
    let target = target::target(scope, entry, output);
    let kind = kind(scope, entry, target.as_ref().ok().and_then(Option::as_ref));
    let rules = path::rules(scope, entry, output);
    let filters = filters::filters(scope, entry, output);
    let closed = match policies(scope.estate) {
        GatewayPolicies::EnvoyGateway => envoy::objects(scope, entry, kind, output),
        GatewayPolicies::Traefik => Ok(()),
        GatewayPolicies::None => none::check(scope, entry, output),
    };
    let (Some(attachment), Ok(target), Ok(rules), Ok(filters), Ok(())) =
        (attachment, target, rules, filters, closed)
    else {
        output.objects.retain(|object| !envoy::is_of(object, entry));
        return;
    };
    let rules: Vec<Value> = rules
        .iter()
        .map(|rule| written(kind, rule, &filters, target.as_ref()))
        .collect();
    push(scope, entry, kind, (&attachment, rules), output);
}

/// Returns what a route becomes. A `GRPCRoute` knows no paths and tolerates no other route on its host.
fn kind(scope: &Scope<'_>, entry: &Entry<'_>, target: Option<&Target>) -> &'static str {
    let is_plain = entry.paths == ["/"] && entry.route.redirect_to.is_none();
    let others = route::entries(scope);
    let is_alone = others
        .iter()
        .filter(|other| other.host == entry.host)
        .count()
        == 1;
    if is_plain && is_alone && target.is_some_and(Target::is_grpc) {
        "GRPCRoute"
    } else {
        "HTTPRoute"
    }
}

/// Returns a rule as it is written. Lists of a route are compared as a whole, so defaults are written out.
fn written(kind: &str, rule: &Rule, filters: &[Filter], target: Option<&Target>) -> Value {
    let is_http = kind == "HTTPRoute";
    let matches =
        is_http.then(|| vec![json!({ "path": { "type": "PathPrefix", "value": rule.path } })]);
    let target = target.filter(|_| !rule.is_redirect());
    let filters = filters.iter().map(|filter| filter.0.clone());
    let filters: Vec<Value> = filters.chain(rule.filter.clone()).collect();
    Fields::new()
        .with("matches", matches)
        .with("filters", filters)
        .with(
            "backendRefs",
            target.map(|target| vec![target.reference.clone()]),
        )
        .into()
}

fn push(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    kind: &str,
    (attachment, rules): (&Attachment, Vec<Value>),
    output: &mut Output,
) {
    let spec = Fields::new()
        .with("parentRefs", vec![attachment.reference.clone()])
        .with("hostnames", texts([entry.host.as_str()]))
        .with("rules", rules);
    let object = route::metadata(scope, entry)
        .object(V1, kind)
        .with("spec", spec);
    output.push(scope, object, &entry.path);
}
