//! Names that Steading keeps for itself.

use steading_model::FieldPath;
use steading_model::desired::{SHARED_APPLICATION, SHARED_ENVIRONMENT};

use crate::rule::{Check, Finding, Run, rule};

rule! {
    /// No environment is called `shared`, and no application `estate`.
    ///
    /// ## Why
    /// What all applications of a cluster share (priority classes, the namespace for Steading's own objects) is released as the
    /// application `estate` in the environment `shared`, before anything else. What carries one of these names would be taken for part of
    /// it: in labels, in the history, and in the order of releases.
    ///
    /// ## Example
    /// ```yaml
    /// environments: { shared: {} } # found
    /// environments: { common: {} } # right
    /// ```
    "ST4082" "reserved-name" Error => Check::Together(check)
}

fn check(run: &Run<'_>) -> Vec<Finding> {
    environment(run)
        .into_iter()
        .chain(applications(run))
        .collect()
}

fn environment(run: &Run<'_>) -> Option<Finding> {
    let mut names = run.estate.fields.environments.keys();
    names.find(|name| name.as_str() == SHARED_ENVIRONMENT)?;
    let path = FieldPath::default()
        .key("spec")
        .key("environments")
        .key(SHARED_ENVIRONMENT);
    Some(finding(
        run.estate.tree.key_span_at(&path),
        "environment",
        SHARED_ENVIRONMENT,
    ))
}

fn applications(run: &Run<'_>) -> impl Iterator<Item = Finding> {
    let applications = run.applications.iter().enumerate();
    let reserved =
        applications.filter(|(_, application)| application.name.as_str() == SHARED_APPLICATION);
    reserved.map(|(at, application)| {
        let path = FieldPath::default().key("metadata").key("name");
        finding(application.span(&path), "application", SHARED_APPLICATION).of(at)
    })
}

fn finding(span: steading_model::Span, what: &str, name: &str) -> Finding {
    let message = format!("the {what} `{name}` is Steading's own");
    Finding::new(span, message).help("give it another name")
}
