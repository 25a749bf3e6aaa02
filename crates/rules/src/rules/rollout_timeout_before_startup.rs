//! A release waits at least as long as a start may take.

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A release waits at least as long as its components may take to start.
    ///
    /// ## Why
    /// `health.startupSeconds` says how long a start may take, `rollout.timeout` when a release gives up. If the release gives up
    /// first, a slow but healthy start (a migration, a large index) is reverted every time.
    ///
    /// ## Example
    /// ```yaml
    /// health: { path: /healthz, startupSeconds: 900 }
    /// rollout: { timeout: 3m }  # found
    /// rollout: { timeout: 20m } # right
    /// ```
    "ST4013" "rollout-timeout-before-startup" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let application = subject.application;
    let Some(timeout) = application
        .fields
        .rollout
        .as_ref()
        .and_then(|rollout| rollout.timeout.as_ref())
    else {
        return Vec::new();
    };
    let starts = application.components.iter().filter_map(|component| {
        let seconds = component.fields.health.as_ref()?.startup_seconds?;
        (u64::from(seconds) > timeout.seconds()).then_some((component, seconds))
    });
    starts
        .map(|(component, seconds)| {
            let message = format!(
                "the release gives up after {timeout}, but `{}` may take {seconds} s to start",
                component.name
            );
            let start = subject.span(&component.field("health").key("startupSeconds"));
            Finding::new(
                subject.span(&application.field("rollout").key("timeout")),
                message,
            )
            .label(start, "the start may take so long")
            .help(format!("write at least `{}m`", seconds.div_ceil(60) + 1))
        })
        .collect()
}
