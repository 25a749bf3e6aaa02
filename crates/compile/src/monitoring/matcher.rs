//! Selectors and regular expressions, as Prometheus writes them.

use std::fmt::Write;

/// What the generated ends of names consist of: lower-case letters without vowels, and digits.
const RANDOM: &str = "[bcdf-hj-np-tv-xz0-9]";

/// Returns a series of one metric by its labels, where a metric may stand for several targets (a metrics server that has just moved):
/// `max by (labels) (metric{…})`.
pub(super) fn single(by: &str, metric: &str, selector: &str) -> String {
    format!("max by ({by}) ({metric}{selector})")
}

/// Returns a selector of equal labels.
pub(super) fn equal(labels: &[(&str, &str)]) -> String {
    let matchers: Vec<_> = labels
        .iter()
        .map(|(label, value)| (*label, "=", value.to_string()))
        .collect();
    selector(&matchers)
}

/// Returns a selector.
pub(super) fn selector(matchers: &[(&str, &str, String)]) -> String {
    let mut text = String::from("{");
    for (at, (label, operator, value)) in matchers.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let written = write!(text, "{comma}{label}{operator}\"{}\"", quoted(value));
        debug_assert!(written.is_ok(), "writing to a string must succeed");
    }
    text + "}"
}

/// Returns the regular expression of any of several names.
pub(super) fn any<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(literal).collect();
    names.join("|")
}

/// Returns the regular expression of a name.
pub(super) fn literal(name: &str) -> String {
    name.replace('.', "[.]")
}

/// Returns the regular expression of the pods of a Deployment.
pub(super) fn pods_of_deployment(name: &str) -> String {
    format!("{}-{RANDOM}{{6,10}}-{RANDOM}{{5}}", literal(name))
}

/// Returns the regular expression of the pods of a `StatefulSet`.
pub(super) fn pods_of_stateful_set(name: &str) -> String {
    format!("{}-[0-9]+", literal(name))
}

/// Returns the regular expression of the pods of a `DaemonSet`.
pub(super) fn pods_of_daemon_set(name: &str) -> String {
    format!("{}-{RANDOM}{{5}}", literal(name))
}

/// Returns the regular expression of the pods of a `CronJob`.
pub(super) fn pods_of_cron_job(name: &str) -> String {
    format!("{}-[0-9]+-{RANDOM}{{5}}", literal(name))
}

fn quoted(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"")
}
