//! Dashboards: a `ConfigMap` for each, with the label by which Grafana's sidecar finds it.

use steading_model::FieldPath;
use steading_model::application::{FileContent, FileSpec};

use super::{is_critical, stack};
use crate::codes::SECRET_AS_CONFIG;
use crate::json::text_map;
use crate::scope::{Output, Scope};

/// The label, its value and the annotation with the folder, where the estate does not say.
const LABEL: &str = "grafana_dashboard";
const VALUE: &str = "1";
const FOLDER: &str = "grafana_folder";

/// Adds the dashboards.
pub(super) fn objects(scope: &Scope<'_>, output: &mut Output) {
    let monitoring = scope.application.fields.monitoring.as_ref();
    let Some(monitoring) = monitoring.filter(|_| is_critical(scope)) else {
        return;
    };
    let mark = stack(scope).and_then(|stack| stack.dashboards.as_ref());
    let label = mark.and_then(|mark| mark.label.as_deref());
    let value = mark.and_then(|mark| mark.value.as_ref());
    let folder = mark.and_then(|mark| mark.folder.as_deref());
    let group = scope.application.fields.group.as_deref();
    let path = scope.application.field("monitoring").key("dashboards");
    for (name, file) in &monitoring.dashboards {
        let place = path.key(name.as_str());
        refuse_secret(scope, &place, file, output);
        let Some(text) = crate::file::text(&file.content) else {
            continue;
        };
        let file = format!("{}-{name}.json", scope.name());
        let object = scope
            .named(format!("{}-dashboard-{name}", scope.name()))
            .label(
                label.unwrap_or(LABEL),
                value.map_or(VALUE, steading_model::name::Literal::as_str),
            )
            .annotation(folder.unwrap_or(FOLDER), group.unwrap_or(scope.name()))
            .object("v1", "ConfigMap")
            .with("data", text_map([(file, text)]));
        output.push(scope, object, &place);
    }
}

/// Reports a file that comes from a secret.
pub(super) fn refuse_secret(
    scope: &Scope<'_>,
    path: &FieldPath,
    file: &FileSpec,
    output: &mut Output,
) {
    if matches!(
        file.content,
        FileContent::Secret(_) | FileContent::ExistingSecret(_) | FileContent::Certificate(_)
    ) {
        let message = format!("`{path}` comes from a secret, and would be stored in the open");
        let help = "write it out, or use `fromFile`";
        output.error(scope, SECRET_AS_CONFIG, path, message, help);
    }
}
