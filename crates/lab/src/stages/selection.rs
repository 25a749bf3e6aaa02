//! The expressions by which stages tell the fault of a pod: jq for selectors, RE2 for image references.

use std::fmt::Write;

use crate::fault::{ANNOTATION, DEFAULT_DELAY_SECONDS, DELAY_ANNOTATION, Fault, FaultRule, Target};

/// The labels that may hold an application's name.
const APP_LABELS: [&str; 3] = [
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app",
];

/// Returns a jq expression that yields the fault of a pod, or `none`.
pub(super) fn fault(rules: &[FaultRule]) -> String {
    let mut found: Vec<String> = rules.iter().map(by_rule).collect();
    let annotation = quote(ANNOTATION);
    let known = Fault::ALL.map(|fault| quote(fault.name())).join(", ");
    let tag = quote(&tag_pattern());
    found.push(format!(
        "(.metadata.annotations[{annotation}] // empty | select(IN({known})))"
    ));
    found.push(format!(
        "(.spec.containers[].image | select(contains(\"lab-\")) | capture({tag}) | .fault)"
    ));
    found.push(format!(
        "(.spec.initContainers[]?.image | select(contains(\"lab-\")) | capture({tag}) | \"init-fail\")"
    ));
    format!(
        "(. as $p | [{}] | .[0] // \"none\" \
         | if . == \"job-fail\" and ($p | any(.metadata.ownerReferences[]?; .kind == \"Job\") | not) then \"none\" \
         elif . == \"init-fail\" and ($p.spec.initContainers == null) then \"none\" else . end)",
        found.join(", ")
    )
}

/// Returns a jq expression that yields how long a pod takes to be ready, such as `20s`.
pub(super) fn delay(rules: &[FaultRule]) -> String {
    let mut found: Vec<String> = rules.iter().filter_map(delay_by_rule).collect();
    let annotation = quote(DELAY_ANNOTATION);
    let tag = quote("lab-slow-(?<seconds>[0-9]+)s(?:@.*)?$");
    found.push(format!("(.metadata.annotations[{annotation}] // empty)"));
    found.push(format!(
        "(.spec.containers[].image | select(contains(\"lab-slow-\")) | capture({tag}) | .seconds)"
    ));
    format!(
        "if {} == \"slow\" then \"\\([{}] | .[0] // {DEFAULT_DELAY_SECONDS})s\" else \"0s\" end",
        fault(rules),
        found.join(", ")
    )
}

/// Returns a pattern for the images whose containers a fault hits.
pub(super) fn images(rules: &[FaultRule]) -> String {
    let mut pattern = tag_pattern().replace("(?<fault>", "(?:");
    for rule in rules {
        if let Target::Image(image) = &rule.target {
            let written = write!(pattern, "|{}", image_pattern(image));
            debug_assert!(written.is_ok(), "writing to a string must succeed");
        }
    }
    pattern
}

/// The end of a tag, which a digest may follow.
fn tag_pattern() -> String {
    let names = Fault::ALL.map(Fault::name).join("|");
    format!("lab-(?<fault>{names})(?:-[0-9]+s)?(?:@.*)?$")
}

/// A full reference stands for itself, a repository for all its tags and digests.
fn image_pattern(image: &str) -> String {
    let mut pattern = String::from("^");
    for symbol in image.chars() {
        if !symbol.is_ascii_alphanumeric() {
            pattern.push('\\');
        }
        pattern.push(symbol);
    }
    pattern.push_str("(?:[:@].*)?$");
    pattern
}

fn by_rule(rule: &FaultRule) -> String {
    format!(
        "(select({}) | {})",
        condition(&rule.target),
        quote(rule.fault.name())
    )
}

fn delay_by_rule(rule: &FaultRule) -> Option<String> {
    let seconds = rule.delay_seconds?;
    Some(format!("(select({}) | {seconds})", condition(&rule.target)))
}

/// Returns a jq condition that tells whether a pod is meant.
fn condition(target: &Target) -> String {
    match target {
        Target::Image(image) => {
            let pattern = quote(&image_pattern(image));
            format!("any(.spec.containers[].image; test({pattern}))")
        }
        Target::App { namespace, name } => {
            let labels = APP_LABELS.map(|label| format!(".metadata.labels[{}]", quote(label)));
            let (namespace, name) = (quote(namespace), quote(name));
            let labels = labels.join(", ");
            format!(".metadata.namespace == {namespace} and any({labels}; . == {name})")
        }
    }
}

/// Returns a text as jq, Go templates and YAML all read it.
pub(super) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_stands_for_itself_and_for_its_tags() {
        assert_eq!(
            image_pattern("ghcr.io/a/b:1"),
            r"^ghcr\.io\/a\/b\:1(?:[:@].*)?$"
        );
    }

    #[test]
    fn names_cannot_break_out_of_the_expression() {
        let target = Target::App {
            namespace: "a\" or true".to_owned(),
            name: "b".to_owned(),
        };
        assert!(condition(&target).starts_with(r#".metadata.namespace == "a\" or true" and"#));
    }
}
