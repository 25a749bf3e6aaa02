//! Somebody asks what everyone can reach.

use steading_model::application::{Probe, Route};

use crate::rule::{Check, Finding, Subject, is_public, rule};

rule! {
    /// A public route is probed, or says why not.
    ///
    /// ## Why
    /// Pods that are ready say nothing about DNS, the tunnel, the certificate or the login in front of them. A route that nobody asks
    /// from outside is down until a user complains; an open login page stays open.
    ///
    /// ## Example
    /// ```yaml
    /// health: { tcp: true }
    /// ingress: [{ host: shop, visibility: public }]                                        # found: nothing is known to ask for
    /// ingress: [{ host: shop, visibility: public, check: { path: /, status: [200] } }]     # right
    /// ingress: [{ host: shop, visibility: public, check: { none: "a beta for friends" } }] # right
    /// ```
    "ST4113" "public-route-unprobed" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let stack = subject.estate.fields.monitoring.as_ref();
    let probes = stack.is_some_and(|stack| stack.prober.is_some());
    let fields = &subject.application.fields;
    let probe = fields
        .monitoring
        .as_ref()
        .and_then(|monitoring| monitoring.probe.as_ref());
    if !probes || fields.parked.is_some() || matches!(probe, Some(Probe::Never(_))) {
        return Vec::new();
    }
    let unknown = subject
        .routes()
        .filter(|(_, route)| is_public(route) && !is_known(subject, route));
    unknown
        .map(|(path, route)| {
            let message = format!("the public route `{}` is not probed: nothing is known to ask for", route.host);
            Finding::new(subject.span(&path.key("host")), message).help(
                "add `check: { path: /, status: [200] }` with what it should answer, or `check: { none: \"why\" }`",
            )
        })
        .collect()
}

/// Says whether something tells what the route should answer.
fn is_known(subject: &Subject<'_>, route: &Route) -> bool {
    let health = subject
        .application
        .component_of(route)
        .and_then(|component| component.fields.health.as_ref());
    route.check.is_some()
        || route.redirect_to.is_some()
        || health.is_some_and(|health| health.path.is_some())
}
