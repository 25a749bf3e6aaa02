//! Own alerts link to what to do.

use crate::own_alerts::{annotated, each};
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// An alert of an application's own links to what to do.
    ///
    /// ## Why
    /// Whoever is woken by it at night did not write it. Without a link the first half hour goes into finding out what the alert means,
    /// and the next time again.
    ///
    /// ## Example
    /// ```yaml
    /// # found: neither the rule nor the estate says where
    /// - alert: NoOrders
    ///   expr: rate(orders_total[1h]) == 0
    /// # right
    /// - alert: NoOrders
    ///   expr: rate(orders_total[1h]) == 0
    ///   annotations: { runbook_url: "https://wiki.example.org/NoOrders" }
    /// ```
    /// Or `monitoring.runbooks: https://wiki.example.org/{alert}` in the estate, for all alerts at once.
    "ST4110" "alert-without-runbook" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let stack = subject.estate.fields.monitoring.as_ref();
    if stack.is_some_and(|stack| stack.runbooks.is_some()) {
        return Vec::new();
    }
    let without = each(subject)
        .into_iter()
        .filter(|(_, rule)| !annotated(rule, "runbook_url"));
    without
        .map(|(path, rule)| {
            let name = rule.alert.unwrap_or_default();
            let message = format!("the alert `{name}` does not say what to do");
            Finding::new(subject.key_span(&path), message).help(
                "add the annotation `runbook_url` to the rule, or `monitoring.runbooks` to the estate",
            )
        })
        .collect()
}
