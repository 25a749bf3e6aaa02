//! Pods read only the secrets that are theirs.

use steading_model::application::PermissionRule;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// No pod may read secrets that it does not name, unless it says why.
    ///
    /// ## Why
    /// `get`, `list` or `watch` on secrets without names gives every password of the namespace, with `namespaces: ["*"]` those of the
    /// whole cluster, tokens of other service accounts among them. `list` alone is enough: it returns the values.
    ///
    /// ## Example
    /// ```yaml
    /// permissions: [{ verbs: [get, list], resources: [secrets], namespaces: ["*"] }]   # found
    /// permissions: [{ verbs: [get], resources: [secrets], names: [registry-auth] }]    # right
    /// permissions: [{ verbs: [get, list], resources: [secrets], why: "copies them to the build server" }] # right
    /// ```
    "ST4043" "reads-all-secrets" Error => Check::Application(check)
}

const READING: [&str; 3] = ["get", "list", "watch"];

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let path = subject.application.field("permissions");
    let rules = subject.application.fields.permissions.iter().enumerate();
    rules
        .filter(|(_, rule)| rule.why.is_none())
        .filter_map(|(at, rule)| {
            let place = rule
                .resources
                .iter()
                .position(|resource| resource == "secrets")?;
            reads_any(rule).then(|| {
                let span = subject.span(&path.index(at).key("resources").index(place));
                let whose = if rule.namespaces.is_empty() {
                    "of its namespace"
                } else {
                    "of other namespaces"
                };
                let finding = Finding::new(span, format!("the pods may read every secret {whose}"));
                finding.help("name them (`names: […]`), take values from `secrets`, or add `why` to the permission of an operator that must")
            })
        })
        .collect()
}

/// Says whether a rule gives values of secrets that it does not name; a list cannot be limited to names.
fn reads_any(rule: &PermissionRule) -> bool {
    let reads = |verb: &String| READING.contains(&verb.as_str());
    let lists = |verb: &String| verb == "list" || verb == "watch";
    rule.verbs
        .iter()
        .any(|verb| reads(verb) && (rule.names.is_empty() || lists(verb)))
}
