//! Envoy Gateway: who may pass stands in a `SecurityPolicy`, how much and how often in a `BackendTrafficPolicy`. Both target the route and
//! have its name, and are applied before it, so that it never stands open.

mod limits;
mod login;

use serde_json::{Value, json};
use steading_model::Object;

use super::GROUP;
use super::needs::{Need, allowed, needs, report};
use super::target::{ENVOY, ENVOY_GROUP};
use crate::json::{Fields, texts};
use crate::route::Entry;
use crate::scope::{Output, Scope};

pub(super) use login::check;

/// Adds the policies of a route; the error was reported.
pub(super) fn objects(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    kind: &str,
    output: &mut Output,
) -> Result<(), ()> {
    let mut closed = Ok(());
    for need in needs(scope, entry) {
        let found = match need {
            Need::BotWall | Need::Middlewares | Need::WakeUp | Need::ErrorPages => {
                report(scope, entry, need, output)
            }
            Need::AllowList | Need::Login | Need::Token | Need::Rate | Need::Body => Ok(()),
        };
        closed = closed.and(found);
    }
    closed = closed.and(security(scope, entry, kind, output));
    let limits = limits::limits(scope, entry, kind, output);
    push(scope, entry, ("BackendTrafficPolicy", kind), limits, output);
    closed
}

/// Says whether an object is a policy of a route.
pub(super) fn is_of(object: &Object, entry: &Entry<'_>) -> bool {
    let kind = &object.id.kind;
    let is_policy = ["SecurityPolicy", "BackendTrafficPolicy"].contains(&kind.kind.as_str());
    kind.group == ENVOY_GROUP && is_policy && object.id.name == entry.name
}

fn security(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    kind: &str,
    output: &mut Output,
) -> Result<(), ()> {
    let ranges = allowed(scope, entry, output)?;
    let login = login::asked(scope, entry, output)?;
    let fields = Fields::new()
        .with("authorization", ranges.map(authorization))
        .with("extAuth", login);
    push(scope, entry, ("SecurityPolicy", kind), fields, output);
    Ok(())
}

fn authorization(ranges: Vec<String>) -> Value {
    let rule = Fields::new()
        .with("name", "private-only")
        .with("action", "Allow")
        .with(
            "principal",
            Fields::new().with("clientCIDRs", texts(ranges)),
        );
    json!({ "defaultAction": "Deny", "rules": [Value::from(rule)] })
}

fn push(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    (policy, kind): (&str, &str),
    fields: Fields,
    output: &mut Output,
) {
    if fields.is_empty() {
        return;
    }
    let target = json!({ "group": GROUP, "kind": kind, "name": entry.name });
    let spec = fields.with("targetRefs", vec![target]);
    let object = scope.named(entry.name.as_str()).object(ENVOY, policy);
    output.push(scope, object.with("spec", spec), &entry.path);
}
