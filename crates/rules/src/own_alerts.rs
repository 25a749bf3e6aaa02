//! The alert rules that an application brings itself.

use steading_model::FieldPath;
use steading_model::application::{FileContent, OwnRule, RuleFile, read_rules};

use crate::rule::Subject;

/// Returns the alerts in files for Prometheus, each with the path of its file in the declaration.
pub(crate) fn each(subject: &Subject<'_>) -> Vec<(FieldPath, OwnRule)> {
    let monitoring = subject.application.fields.monitoring.as_ref();
    let path = subject.application.field("monitoring").key("alerts");
    let files = monitoring
        .into_iter()
        .flat_map(|monitoring| &monitoring.alerts.own);
    let mut found = Vec::new();
    for (name, file) in files {
        let Some(Ok(RuleFile::Prometheus(groups))) =
            text(&file.content).map(|text| read_rules(&text))
        else {
            continue;
        };
        let rules = groups.into_iter().flat_map(|group| {
            let labels = group.labels;
            group.rules.into_iter().map(move |mut rule| {
                rule.labels.extend(labels.clone());
                rule
            })
        });
        let alerts = rules.filter(|rule| rule.alert.is_some());
        found.extend(alerts.map(|rule| (path.key(name.as_str()), rule)));
    }
    found
}

/// Says whether a rule has an annotation.
pub(crate) fn annotated(rule: &OwnRule, name: &str) -> bool {
    rule.annotations.contains_key(name)
}

fn text(content: &FileContent) -> Option<String> {
    match content {
        FileContent::Inline(text) => Some(text.clone()),
        FileContent::FromFile { loaded, .. } => {
            let (_, content) = loaded.first()?;
            String::from_utf8(content.clone()).ok()
        }
        FileContent::Secret(_) | FileContent::ExistingSecret(_) | FileContent::Certificate(_) => {
            None
        }
    }
}
