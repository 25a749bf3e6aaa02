//! Health checks have time to answer.

use steading_model::FieldPath;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A health check has at least 2 seconds to answer.
    ///
    /// ## Why
    /// With one second, a pause of the garbage collector or a busy disk counts as death. The pod is restarted while it is slow, which
    /// makes it slower: a healthy application dies in a loop exactly when the node is under load.
    ///
    /// ## Example
    /// ```yaml
    /// health: { path: /healthz, timeoutSeconds: 1 } # found
    /// health: { path: /healthz }                    # right: 5 seconds
    /// ```
    "ST4010" "short-probe-timeout" Warning => Check::Application(check)
}

const LEAST: u32 = 2;

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let components = subject.application.components.iter();
    let written = components.flat_map(|component| {
        let path = component.field("health");
        let health = component.fields.health.as_ref();
        let liveness = health
            .and_then(|health| health.liveness.as_ref())
            .and_then(|probe| probe.timeout_seconds);
        [
            (
                path.key("timeoutSeconds"),
                health.and_then(|health| health.timeout_seconds),
            ),
            (path.key("liveness").key("timeoutSeconds"), liveness),
        ]
    });
    written
        .filter_map(|(path, seconds)| {
            Some(finding(
                subject,
                &path,
                seconds.filter(|seconds| *seconds < LEAST)?,
            ))
        })
        .collect()
}

fn finding(subject: &Subject<'_>, path: &FieldPath, seconds: u32) -> Finding {
    let message =
        format!("a slow moment counts as death: the check has only {seconds} s to answer");
    Finding::new(subject.span(path), message).help("leave it out (5 seconds), or write at least 2")
}
