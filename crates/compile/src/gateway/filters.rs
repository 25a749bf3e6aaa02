//! What the standard can do with the requests and answers of a route, and the extensions of Traefik among it, in the order of the
//! estate's chain.

use serde_json::{Value, json};
use steading_model::application::AuthMode;
use steading_model::estate::{ChainLink, GatewayPolicies};

use super::{middlewares, policies};
use crate::codes::NOT_EXPRESSED;
use crate::json::Fields;
use crate::route::Entry;
use crate::scope::{Output, Scope};
use crate::{chain, gates, login};

/// The most headers that one filter sets, or takes away.
const MOST: usize = 16;

/// Something that is done with a request or its answer.
pub(super) struct Filter(pub(super) Value);

/// Returns the filters of a route that do not depend on the path; the error was reported.
pub(super) fn filters(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    output: &mut Output,
) -> Result<Vec<Filter>, ()> {
    let extends = policies(scope.estate) == GatewayPolicies::Traefik;
    let mut filters = Vec::new();
    for link in chain::complete(&scope.estate.fields.ingress.chain) {
        match link {
            ChainLink::Redirect | ChainLink::StripPrefix => {}
            ChainLink::SecurityHeaders => filters.extend(response_headers(scope, entry, output)?),
            link if extends => filters.extend(middlewares::filters(scope, entry, link, output)),
            ChainLink::Authentication => filters.extend(without_identity(scope, entry, output)?),
            // Policies that target the route.
            ChainLink::AllowList
            | ChainLink::RealIp
            | ChainLink::Retry
            | ChainLink::ErrorPages
            | ChainLink::Compress
            | ChainLink::RateLimit
            | ChainLink::BotWall
            | ChainLink::WakeUp
            | ChainLink::BodyLimit
            | ChainLink::Custom => {}
        }
    }
    Ok(filters.into_iter().map(Filter).collect())
}

/// Sets the estate's headers under the route's own; an empty one is taken away.
fn response_headers(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    output: &mut Output,
) -> Result<Option<Value>, ()> {
    let headers = gates::response_headers(scope, entry);
    let (removed, set): (Vec<_>, Vec<_>) =
        headers.into_iter().partition(|(_, value)| value.is_empty());
    fits(scope, entry, (set.len(), "sets"), output)?;
    fits(scope, entry, (removed.len(), "takes away"), output)?;
    let set = set
        .into_iter()
        .map(|(name, value)| json!({ "name": name, "value": value }));
    let removed = removed.into_iter().map(|(name, _)| Value::from(name));
    let fields = Fields::new()
        .with("set", set.collect::<Vec<_>>())
        .with("remove", removed.collect::<Vec<_>>());
    Ok(modifier(
        "ResponseHeaderModifier",
        "responseHeaderModifier",
        fields,
    ))
}

/// An application that trusts the login's headers on one route must not get them from strangers on another.
fn without_identity(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    output: &mut Output,
) -> Result<Option<Value>, ()> {
    let asked = entry.auth() == AuthMode::Required || entry.route.redirect_to.is_some();
    let sso = scope.estate.fields.ingress.sso.as_ref();
    let sso = sso.filter(|_| !asked && login::relies_on_login(scope));
    let names: Vec<&str> = sso.into_iter().flat_map(login::identity_names).collect();
    fits(scope, entry, (names.len(), "takes away"), output)?;
    let fields = Fields::new().with("remove", names);
    let filter = modifier("RequestHeaderModifier", "requestHeaderModifier", fields);
    Ok(filter)
}

/// Reports more headers than one filter takes.
fn fits(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    (count, words): (usize, &str),
    output: &mut Output,
) -> Result<(), ()> {
    if count <= MOST {
        return Ok(());
    }
    let message = format!(
        "`{}` {words} more headers than a Gateway can: {count}, at most {MOST}",
        entry.host
    );
    let help = "let the application answer with some of them";
    let place = entry.path.key("headers");
    output.error(scope, NOT_EXPRESSED, &place, message, help);
    Err(())
}

fn modifier(kind: &str, key: &str, fields: Fields) -> Option<Value> {
    let changes = !fields.is_empty();
    let filter = Fields::new().with("type", kind).with(key, fields);
    changes.then(|| filter.into())
}
