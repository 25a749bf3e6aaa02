//! Dashboards keep their address.

use steading_model::application::{FileContent, FileSpec};

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A dashboard has a `uid`.
    ///
    /// ## Why
    /// Grafana makes one up where there is none, and another after the next restart without a database: links from alerts, runbooks and
    /// bookmarks lead nowhere, and starred dashboards are gone.
    ///
    /// ## Example
    /// ```yaml
    /// dashboards: { shop: '{ "title": "Shop", "panels": [] }' }                  # found
    /// dashboards: { shop: '{ "uid": "shop", "title": "Shop", "panels": [] }' }   # right
    /// ```
    "ST4114" "dashboard-without-uid" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let monitoring = subject.application.fields.monitoring.as_ref();
    let path = subject.application.field("monitoring").key("dashboards");
    let dashboards = monitoring
        .into_iter()
        .flat_map(|monitoring| &monitoring.dashboards);
    dashboards
        .filter(|(_, file)| lacks_uid(file))
        .map(|(name, _)| {
            let message = format!("the dashboard `{name}` has no `uid`");
            Finding::new(subject.key_span(&path.key(name.as_str())), message)
                .help("add `\"uid\": \"…\"` to its JSON: a short name that no other dashboard has")
        })
        .collect()
}

/// What is no JSON at all is said elsewhere.
fn lacks_uid(file: &FileSpec) -> bool {
    let json: Option<serde_json::Value> = match &file.content {
        FileContent::Inline(text) => serde_json::from_str(text).ok(),
        FileContent::FromFile { loaded, .. } => loaded
            .first()
            .and_then(|(_, content)| serde_json::from_slice(content).ok()),
        FileContent::Secret(_) | FileContent::ExistingSecret(_) | FileContent::Certificate(_) => {
            None
        }
    };
    json.is_some_and(|json| json["uid"].as_str().is_none_or(str::is_empty))
}
