//! Tiles on the dashboard, as annotations that Homepage reads from routes.

use steading_model::estate::DashboardKind;

use crate::labels;
use crate::outside;
use crate::route::Entry;
use crate::scope::{Metadata, Scope};

/// What its annotations begin with.
const HOMEPAGE: &str = "gethomepage.dev/";

/// Adds the annotations of a route's tile.
pub(crate) fn annotated(scope: &Scope<'_>, entry: &Entry<'_>, metadata: Metadata) -> Metadata {
    let Some(dashboard) = &scope.estate.fields.dashboard else {
        return metadata;
    };
    match dashboard.kind {
        DashboardKind::Homepage => homepage(scope, entry, metadata),
    }
}

fn homepage(scope: &Scope<'_>, entry: &Entry<'_>, metadata: Metadata) -> Metadata {
    if !outside::is_shown(scope, entry) {
        return metadata;
    }
    let fields = &scope.application.fields;
    let inside = !scope.application.components.is_empty() && entry.route.upstream.is_none();
    let pods = inside.then(|| labels::instance_selector(scope.application));
    let metadata = named("enabled", "true", metadata);
    let metadata = named("name", scope.name(), metadata);
    let metadata = named("group", outside::group(scope), metadata);
    let metadata = named("icon", outside::icon(scope), metadata);
    let metadata = named("href", &outside::home(entry), metadata);
    let metadata = metadata
        .annotation_if(&key("description"), fields.description.as_deref())
        .annotation_if(&key("pod-selector"), pods);
    let Some(widget) = &entry.route.widget else {
        return metadata;
    };
    let metadata = named("widget.type", &widget.kind, metadata);
    widget
        .settings
        .iter()
        .fold(metadata, |metadata, (name, value)| {
            named(&format!("widget.{name}"), value.as_str(), metadata)
        })
}

fn key(name: &str) -> String {
    format!("{HOMEPAGE}{name}")
}

fn named(name: &str, value: &str, metadata: Metadata) -> Metadata {
    metadata.annotation(&key(name), value)
}
