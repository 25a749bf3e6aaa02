//! Permissions name what they are for.

use serde_json::Value;

use crate::containers::raw;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// Permissions name verbs and resources, or say why they cannot, and no role is bound to `cluster-admin`.
    ///
    /// ## Why
    /// `*` also means whatever is installed next month, secrets and roles among it: a pod that may do everything with everything is
    /// the owner of the cluster, and so is whoever breaks into it.
    ///
    /// ## Example
    /// ```yaml
    /// permissions: [{ verbs: ["*"], resources: ["*.*"] }]                              # found
    /// permissions: [{ verbs: [get, list, watch], resources: [pods] }]                  # right
    /// permissions: [{ verbs: [get, list], resources: ["*.*"], why: "shows everything" }] # right
    /// ```
    "ST4042" "wildcard-permission" Error => Check::Application(check)
}

const ALL: &str = "*";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let path = subject.application.field("permissions");
    let permissions = subject.application.fields.permissions.iter().enumerate();
    for (at, rule) in permissions.filter(|(_, rule)| rule.why.is_none()) {
        for (key, words) in [("verbs", &rule.verbs), ("resources", &rule.resources)] {
            let wild = words
                .iter()
                .position(|word| word == ALL || word.starts_with("*."));
            found.extend(
                wild.map(|place| finding(subject, &path.index(at).key(key).index(place), key)),
            );
        }
    }
    for (path, object) in raw(subject.application) {
        let rules = object
            .get("rules")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate();
        for (at, rule) in rules {
            let wild = ["verbs", "resources"]
                .into_iter()
                .find(|key| has_wildcard(rule, key));
            found.extend(
                wild.map(|key| finding(subject, &path.key("rules").index(at).key(key), key)),
            );
        }
        if object.pointer("/roleRef/name").and_then(Value::as_str) == Some("cluster-admin") {
            let span = subject.span(&path.key("roleRef").key("name"));
            found.push(
                Finding::new(
                    span,
                    "this binding makes a pod or a person the owner of the cluster",
                )
                .help("bind a role that names what it is for"),
            );
        }
    }
    found
}

fn has_wildcard(rule: &Value, key: &str) -> bool {
    rule.get(key)
        .and_then(Value::as_array)
        .is_some_and(|words| words.iter().any(|word| word == ALL))
}

fn finding(subject: &Subject<'_>, path: &steading_model::FieldPath, key: &str) -> Finding {
    Finding::new(
        subject.span(path),
        format!("the permission is for all {key}, also for those of tomorrow"),
    )
    .help(format!(
        "name the {key} that it needs, or add `why` to the permission"
    ))
}
