//! Scraping, dashboards and alert rules.
//!
//! Dashboards and alert rules are made where a mistake hurts only (see `critical` of an environment): the ids in them are unique in
//! a monitoring stack, and two environments would fight over them.

use std::collections::BTreeMap;

use steading_model::FieldPath;
use steading_model::application::{Component, FileContent, FileSpec, Monitoring};
use steading_model::estate::Environment;
use steading_model::name::ComponentName;

use crate::codes::SECRET_AS_CONFIG;
use crate::file;
use crate::json::text_map;
use crate::scope::{Metadata, Output, Scope};

/// Returns the port at which a component is scraped.
pub(crate) fn scrape_port(scope: &Scope<'_>, component: &Component) -> Option<u16> {
    let scrape = scope
        .application
        .fields
        .monitoring
        .as_ref()?
        .scrape
        .as_ref()?;
    let main = scope.application.main_component()?;
    let first = component.fields.first_port().map(|(_, spec)| spec.port);
    let port = scrape
        .port
        .or(first)
        .filter(|_| main.name == component.name);
    port.map(steading_model::name::PortNumber::get)
}

/// Says on a pod where it is scraped.
pub(crate) fn scraped(scope: &Scope<'_>, component: &Component, metadata: Metadata) -> Metadata {
    let Some(port) = scrape_port(scope, component) else {
        return metadata;
    };
    let scrape = scope
        .application
        .fields
        .monitoring
        .as_ref()
        .and_then(|monitoring| monitoring.scrape.as_ref());
    let path = scrape
        .and_then(|scrape| scrape.path.as_ref())
        .map_or("/metrics", |path| path.as_str());
    metadata
        .annotation("prometheus.io/scrape", "true")
        .annotation("prometheus.io/port", port.to_string())
        .annotation("prometheus.io/path", path)
}

/// Adds the dashboards and alert rules.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    let environment = scope.estate.environment(&scope.application.environment);
    let critical = environment.is_some_and(Environment::is_critical);
    let monitoring = scope.application.fields.monitoring.as_ref();
    let Some(monitoring) = monitoring.filter(|_| critical) else {
        return;
    };
    dashboards(scope, monitoring, output);
    alerts(scope, monitoring, output);
}

fn dashboards(scope: &Scope<'_>, monitoring: &Monitoring, output: &mut Output) {
    let path = scope.application.field("monitoring").key("dashboards");
    let folder = scope
        .application
        .fields
        .group
        .as_deref()
        .unwrap_or(scope.name());
    for (name, text) in texts(scope, &monitoring.dashboards, &path, output) {
        let file = format!("{}-{name}.json", scope.name());
        let object = scope
            .named(format!("{}-dashboard-{name}", scope.name()))
            .label("grafana_dashboard", "1")
            .annotation("grafana_folder", folder)
            .object("v1", "ConfigMap")
            .with("data", text_map([(file, text)]));
        output.push(scope, object, &path.key(name.as_str()));
    }
}

/// All rule files are in one object, so that the renaming of one leaves nothing behind.
fn alerts(scope: &Scope<'_>, monitoring: &Monitoring, output: &mut Output) {
    let path = scope.application.field("monitoring").key("alerts");
    let alerts = texts(scope, &monitoring.alerts, &path, output);
    if alerts.is_empty() {
        return;
    }
    let files = alerts
        .into_iter()
        .map(|(name, text)| (format!("{name}.yaml"), text));
    let object = scope
        .named(format!("{}-alerts", scope.name()))
        .label("grafana_alert", "1")
        .object("v1", "ConfigMap")
        .with("data", text_map(files));
    output.push(scope, object, &path);
}

fn texts<'a>(
    scope: &Scope<'_>,
    files: &'a BTreeMap<ComponentName, FileSpec>,
    path: &FieldPath,
    output: &mut Output,
) -> Vec<(&'a ComponentName, String)> {
    let mut texts = Vec::new();
    for (name, file) in files {
        if matches!(
            file.content,
            FileContent::Secret(_) | FileContent::ExistingSecret(_)
        ) {
            let path = path.key(name.as_str());
            let message = format!("`{path}` comes from a secret, and would be stored in the open");
            output.error(
                scope,
                SECRET_AS_CONFIG,
                &path,
                message,
                "write it out, or use `fromFile`",
            );
        }
        texts.extend(file::text(&file.content).map(|text| (name, text)));
    }
    texts
}
