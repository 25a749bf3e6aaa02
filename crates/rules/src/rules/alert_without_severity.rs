//! Own alerts say how bad they are.

use crate::own_alerts::each;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// An alert of an application's own says how bad it is.
    ///
    /// ## Why
    /// Notifications are routed by the label `severity`. An alert without it goes wherever everything else goes: into a channel that
    /// nobody reads, or to the phone at four in the morning.
    ///
    /// ## Example
    /// ```yaml
    /// - { alert: NoOrders, expr: "rate(orders_total[1h]) == 0" }                                  # found
    /// - { alert: NoOrders, expr: "rate(orders_total[1h]) == 0", labels: { severity: warning } }   # right
    /// ```
    "ST4111" "alert-without-severity" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let without = each(subject)
        .into_iter()
        .filter(|(_, rule)| !rule.labels.contains_key("severity"));
    without
        .map(|(path, rule)| {
            let name = rule.alert.unwrap_or_default();
            let message = format!("the alert `{name}` does not say how bad it is");
            Finding::new(subject.key_span(&path), message)
                .help("add the label `severity`: `critical`, `warning` or `info`")
        })
        .collect()
}
