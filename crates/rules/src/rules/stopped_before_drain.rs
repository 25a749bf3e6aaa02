//! A pod lives until its route knows.

use steading_model::application::Component;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A pod with a route has ten seconds to stop.
    ///
    /// ## Why
    /// The ingress controller hears that a pod goes a moment after the pod does. A pod that is gone before that gets requests that nobody answers:
    /// a few errors with every release.
    ///
    /// ## Example
    /// ```yaml
    /// gracePeriodSeconds: 2    # found
    /// gracePeriodSeconds: 30   # right
    /// ```
    "ST4172" "stopped-before-drain" Warning => Check::Application(check)
}

/// The least, in seconds: twice what a route needs to drain.
const LEAST: u32 = 10;

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let application = subject.application;
    let routed = |component: &&Component| {
        let mut routes = application.fields.ingress.iter();
        let passes = |route: &&steading_model::application::Route| route.redirect_to.is_none();
        routes.any(|route| {
            let answers = application.component_of(route);
            passes(&route) && answers.is_some_and(|answers| answers.name == component.name)
        })
    };
    let found = application
        .components
        .iter()
        .filter(routed)
        .filter_map(|component| {
            let seconds = component
                .fields
                .grace_period_seconds
                .filter(|seconds| *seconds < LEAST)?;
            let span = subject.span(&component.field("gracePeriodSeconds"));
            let message = format!(
                "`{}` is gone after {seconds} seconds, and requests still come",
                component.name
            );
            Some(Finding::new(span, message).help(format!("give it {LEAST} at least")))
        });
    found.collect()
}
