//! Monitoring: what is scraped, what is probed, which alerts there are, and dashboards.
//!
//! Alerts are derived from the *objects* of an application, not from its declaration: whatever made a workload, a job, a volume or a
//! route (sugar, a component, `raw`), it is watched, and every expression names exactly one of them in its own namespace. What an
//! alert is called never changes with the application (see `docs/decisions/0022-alerts.md`).
//!
//! With the Prometheus operator these are objects of the application. Without it pods carry annotations, and the rest is written as
//! files ([`files`]). Dashboards and own rules are made where a mistake hurts only (see `critical` of an environment): what is in them
//! is unique in a monitoring stack, and two environments would fight over it.

mod alert;
mod certificates;
mod dashboards;
mod files;
mod jobs;
mod matcher;
mod own;
mod page;
mod pods;
mod probes;
mod replicas;
mod routes;
mod rules;
mod scrape;
mod targets;
mod volumes;
mod workloads;

use steading_model::estate::{Environment, MonitoringStack};

use crate::scope::{Metadata, Output, Scope};

pub use files::{MonitoringFiles, monitoring_files};
pub use page::alerts_page;
pub(crate) use scrape::{further_ports, scrape_ports, scraped};

/// The API of the Prometheus operator.
const OPERATOR: &str = "monitoring.coreos.com/v1";

/// Adds what watches the application; after all other objects, which it looks at.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    dashboards::objects(scope, output);
    own::objects(scope, output);
    if has_operator(scope) {
        scrape::objects(scope, output);
        probes::objects(scope, output);
        rules::object(scope, output);
    }
    scrape::findings(scope, output);
    probes::findings(scope, output);
}

/// Returns what the estate says about monitoring.
fn stack<'a>(scope: &Scope<'a>) -> Option<&'a MonitoringStack> {
    scope.estate.fields.monitoring.as_ref()
}

/// Says whether the kinds of the Prometheus operator are there.
fn has_operator(scope: &Scope<'_>) -> bool {
    stack(scope).is_some_and(|stack| stack.operator == Some(true))
}

/// Says whether a mistake hurts in the environment.
fn is_critical(scope: &Scope<'_>) -> bool {
    let environment = scope.estate.environment(&scope.application.environment);
    environment.is_some_and(Environment::is_critical)
}

/// Says whether the application rests.
fn is_parked(scope: &Scope<'_>) -> bool {
    scope.application.fields.parked.is_some()
}

/// Starts the metadata of an object of the operator, with the labels by which its Prometheus selects it.
fn labelled(scope: &Scope<'_>, name: impl Into<String>) -> Metadata {
    let labels = stack(scope).into_iter().flat_map(|stack| &stack.labels);
    labels.fold(scope.named(name), |metadata, (label, value)| {
        metadata.label(label, value.as_str())
    })
}
