//! Probes: the prober of the estate asks each route and knows what to expect.

use serde_json::{Value, json};
use steading_model::name::Url;

use super::alert::duration;
use super::targets::{Target, probed, prober, targets};
use super::{OPERATOR, stack};
use crate::codes::PROBE;
use crate::json::{Fields, text_map};
use crate::scope::{Output, Scope};

/// Where a blackbox exporter answers.
const PATH: &str = "/probe";

/// Adds a `Probe` for each route.
pub(super) fn objects(scope: &Scope<'_>, output: &mut Output) {
    let Some(prober) = prober(scope) else { return };
    let made: Vec<_> = probed(scope, &output.objects)
        .into_iter()
        .map(|(target, module)| {
            let interval = stack(scope).and_then(|stack| stack.interval.as_ref());
            let spec = Fields::new()
                .with("prober", server(&prober.url))
                .with("module", module)
                .with(
                    "interval",
                    interval.map(|interval| duration(interval.seconds())),
                )
                .with("targets", statically(scope, &target));
            let object = super::labelled(scope, target.name.as_str())
                .object(OPERATOR, "Probe")
                .with("spec", spec);
            (object, target.span)
        })
        .collect();
    for (object, span) in made {
        let object = steading_model::Object::from_json(object.into(), span);
        output.objects.extend(object);
    }
}

/// Says which routes cannot be probed, because the prober has no module that knows their answer.
pub(super) fn findings(scope: &Scope<'_>, output: &mut Output) {
    let Some(prober) = prober(scope) else { return };
    for target in targets(scope, &output.objects) {
        if target.module(prober).is_none() {
            let statuses: Vec<String> = target.statuses.iter().map(u16::to_string).collect();
            let message = format!(
                "`{}` is not probed: the prober's module knows no other answer than success, and {} is expected",
                target.url,
                statuses.join(" or ")
            );
            let span = target
                .span
                .unwrap_or_else(|| scope.span(&scope.application.field("ingress")));
            let help = "leave out `monitoring.prober.module` of the estate, and give the prober the modules that `steading render --monitoring DIR` writes";
            output.finding(
                steading_model::Severity::Warning,
                PROBE,
                span,
                message,
                help,
            );
        }
    }
}

/// Returns the labels of the series of a route.
pub(super) fn labels(scope: &Scope<'_>, target: &Target) -> Value {
    text_map([
        ("namespace", scope.namespace()),
        ("application", scope.name()),
        ("environment", scope.environment()),
        ("host", target.host.as_str()),
    ])
}

fn statically(scope: &Scope<'_>, target: &Target) -> Value {
    json!({ "staticConfig": { "static": [target.url], "labels": labels(scope, target) } })
}

fn server(url: &Url) -> Fields {
    let parts = parts(url);
    Fields::new()
        .with("url", parts.address)
        .with("scheme", (parts.scheme != "http").then_some(parts.scheme))
        .with("path", (parts.path != PATH).then_some(parts.path))
}

/// The parts of the prober's address.
pub(super) struct Parts<'a> {
    pub(super) scheme: &'a str,
    pub(super) address: &'a str,
    pub(super) path: &'a str,
}

/// Takes the prober's address apart.
pub(super) fn parts(url: &Url) -> Parts<'_> {
    let (scheme, rest) = url
        .as_str()
        .split_once("://")
        .unwrap_or(("http", url.as_str()));
    let slash = rest.find('/').unwrap_or(rest.len());
    let (address, path) = rest.split_at(slash);
    let path = if path.is_empty() || path == "/" {
        PATH
    } else {
        path
    };
    Parts {
        scheme,
        address,
        path,
    }
}
