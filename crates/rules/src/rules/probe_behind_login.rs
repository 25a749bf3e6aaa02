//! Health checks ask a path that answers without a login.

use steading_model::FieldPath;
use steading_model::name::ProbePath;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A health check asks a path that answers without a login.
    ///
    /// ## Why
    /// The kubelet sends no credentials. A path that answers 401 or 403 (such as `/v2/` of a registry or `/admin`) makes a healthy
    /// pod fail its check, and the restarts look like a crash of the application.
    ///
    /// ## Example
    /// ```yaml
    /// health: { path: /v2/ } # found
    /// health: { path: / }    # right, for a registry
    /// ```
    "ST4011" "probe-behind-login" Warning => Check::Application(check)
}

/// Parts of paths that are for people who have logged in.
const GATED: [&str; 7] = [
    "admin",
    "wp-admin",
    "dashboard",
    "settings",
    "account",
    "profile",
    "private",
];

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for component in &subject.application.components {
        let Some(health) = &component.fields.health else {
            continue;
        };
        let path = component.field("health");
        let refined = [
            ("readiness", &health.readiness),
            ("liveness", &health.liveness),
        ]
        .into_iter();
        let refined = refined.filter_map(|(key, probe)| {
            Some((path.key(key).key("path"), probe.as_ref()?.path.as_ref()?))
        });
        let asked = health
            .path
            .iter()
            .map(|asked| (path.key("path"), asked))
            .chain(refined);
        found.extend(
            asked
                .filter(|(_, asked)| is_gated(asked))
                .map(|(path, asked)| finding(subject, &path, asked)),
        );
    }
    found
}

fn is_gated(path: &ProbePath) -> bool {
    let parts: Vec<&str> = path
        .path()
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    parts == ["v2"] || parts.first().is_some_and(|first| GATED.contains(first)) && parts.len() == 1
}

fn finding(subject: &Subject<'_>, path: &FieldPath, asked: &ProbePath) -> Finding {
    let message = format!("the health check asks a path that usually needs a login: {asked}");
    Finding::new(subject.span(path), message)
        .help("ask a path that answers everyone, such as `/healthz`, or use `tcp: true`")
}
