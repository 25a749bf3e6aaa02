//! A database has time to stop.

use crate::known::store;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// A database has at least thirty seconds to stop.
    ///
    /// ## Why
    /// It writes what it has in memory when it is told to stop. Killed before that, it repairs its files at the next start: minutes of downtime at
    /// best, lost data where the repair fails.
    ///
    /// ## Example
    /// ```yaml
    /// image: postgres:17.2
    /// gracePeriodSeconds: 5     # found
    /// gracePeriodSeconds: 120   # right
    /// ```
    "ST4171" "database-stopped-hard" Warning => Check::Application(check)
}

/// The least, in seconds: what Kubernetes gives where nothing is said.
const LEAST: u32 = 30;

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let components = subject.application.components.iter();
    let found = components.filter_map(|component| {
        let fields = &component.fields;
        let store = store(fields.image.as_ref()?)?;
        let seconds = fields
            .grace_period_seconds
            .filter(|seconds| *seconds < LEAST)?;
        let span = subject.span(&component.field("gracePeriodSeconds"));
        let message = format!(
            "`{}` is {store} and is killed after {seconds} seconds",
            component.name
        );
        Some(Finding::new(span, message).help(format!("give it {LEAST} at least")))
    });
    found.collect()
}
