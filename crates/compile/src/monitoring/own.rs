//! Rules of an application's own: as written, with the labels by which notifications are routed and the link to what to do.

use serde_json::Value;
use std::collections::BTreeMap;
use steading_model::application::{FileSpec, OwnRule, RuleFile, RuleGroup, read_rules};
use steading_model::name::{ComponentName, Literal};

use super::{OPERATOR, dashboards, has_operator, is_critical, is_parked, stack};
use crate::json::{Fields, text_map};
use crate::scope::{Output, Scope};

/// Adds the rules: those for Prometheus where an operator takes them, those that Grafana provisions in one object, so that the renaming
/// of one leaves nothing behind.
pub(super) fn objects(scope: &Scope<'_>, output: &mut Output) {
    let path = scope.application.field("monitoring").key("alerts");
    let mut provisioned = Vec::new();
    for (name, file) in files(scope) {
        let place = path.key(name.as_str());
        dashboards::refuse_secret(scope, &place, file, output);
        let Some(text) = crate::file::text(&file.content) else {
            continue;
        };
        match read_rules(&text) {
            Ok(RuleFile::Grafana) => provisioned.push((format!("{name}.yaml"), text)),
            Ok(RuleFile::Prometheus(groups)) if has_operator(scope) && !groups.is_empty() => {
                let groups = self::groups(scope, &groups, String::clone);
                let object = super::labelled(scope, format!("{}-rules-{name}", scope.name()))
                    .object(OPERATOR, "PrometheusRule")
                    .with("spec", Fields::new().with("groups", groups));
                output.push(scope, object, &place);
            }
            // Without operator they are in the rule files; what cannot be read was said when it was loaded.
            Ok(RuleFile::Prometheus(_)) | Err(_) => {}
        }
    }
    if !provisioned.is_empty() {
        let object = scope
            .named(format!("{}-alerts", scope.name()))
            .label("grafana_alert", "1")
            .object("v1", "ConfigMap")
            .with("data", text_map(provisioned));
        output.push(scope, object, &path);
    }
}

/// Returns the groups of all own rule files for Prometheus, each named after its file too, so that all can be in one.
pub(super) fn all_groups(scope: &Scope<'_>) -> Vec<Value> {
    let mut all = Vec::new();
    for (name, file) in files(scope) {
        let text = crate::file::text(&file.content).unwrap_or_default();
        if let Ok(RuleFile::Prometheus(read)) = read_rules(&text) {
            all.extend(groups(scope, &read, |group| format!("{name}.{group}")));
        }
    }
    all
}

fn files<'a>(scope: &Scope<'a>) -> Vec<(&'a ComponentName, &'a FileSpec)> {
    let monitoring = scope.application.fields.monitoring.as_ref();
    let monitoring = monitoring.filter(|_| is_critical(scope) && !is_parked(scope));
    monitoring
        .into_iter()
        .flat_map(|monitoring| &monitoring.alerts.own)
        .collect()
}

fn groups(scope: &Scope<'_>, groups: &[RuleGroup], name: impl Fn(&String) -> String) -> Vec<Value> {
    let group = |group: &RuleGroup| {
        let rules: Vec<Value> = group
            .rules
            .iter()
            .map(|rule| self::rule(scope, rule))
            .collect();
        let interval = group.interval.as_ref().map(|interval| interval.0.as_str());
        let offset = group.query_offset.as_ref().map(|offset| offset.0.as_str());
        Fields::new()
            .with("name", name(&group.name))
            .with("interval", interval)
            .with("limit", group.limit)
            .with("query_offset", offset)
            .with("labels", literals(&group.labels, BTreeMap::new()))
            .exactly("rules", rules)
            .into()
    };
    groups.iter().map(group).collect()
}

/// A rule that is recorded is left as it is: its labels are part of what it is called.
fn rule(scope: &Scope<'_>, rule: &OwnRule) -> Value {
    let OwnRule {
        alert,
        record,
        expr,
        lasting,
        keep_firing_for,
        labels,
        annotations,
    } = rule;
    let mut own_labels = BTreeMap::new();
    let mut own_annotations = BTreeMap::new();
    if let Some(alert) = alert {
        own_labels.insert("application", scope.name().to_owned());
        own_labels.insert("environment", scope.environment().to_owned());
        let runbook = stack(scope).and_then(|stack| stack.runbooks.as_ref());
        own_annotations.extend(runbook.map(|runbook| ("runbook_url", runbook.of(alert))));
    }
    Fields::new()
        .with("alert", alert.as_deref())
        .with("record", record.as_deref())
        .with("expr", expr.as_str())
        .with("for", lasting.as_ref().map(|lasting| lasting.0.as_str()))
        .with(
            "keep_firing_for",
            keep_firing_for.as_ref().map(|lasting| lasting.0.as_str()),
        )
        .with("labels", literals(labels, own_labels))
        .with("annotations", literals(annotations, own_annotations))
        .into()
}

/// Returns what is written over what is added.
fn literals(written: &BTreeMap<String, Literal>, added: BTreeMap<&str, String>) -> Value {
    let added = added
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    let written = written
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().to_owned()));
    text_map(added.chain(written).collect::<BTreeMap<_, _>>())
}
