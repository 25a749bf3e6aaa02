//! Runs of a job do not overlap.

use steading_model::application::Overlap;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// Runs of a scheduled job do not overlap.
    ///
    /// ## Why
    /// With `overlap: allow` a run that hangs is joined by the next, and the next, until the node's memory or the database's
    /// connections are gone. Two backups or imports at once also write over each other.
    ///
    /// ## Example
    /// ```yaml
    /// jobs: { sync: { schedule: "*/5 * * * *", command: [/sync], overlap: allow } } # found
    /// jobs: { sync: { schedule: "*/5 * * * *", command: [/sync] } }                 # right
    /// ```
    "ST4060" "overlapping-runs" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let path = subject.application.field("jobs");
    let jobs = subject.application.fields.jobs.iter();
    jobs.filter(|(_, job)| job.own.overlap == Some(Overlap::Allow) && job.own.schedule.is_some())
        .map(|(name, _)| {
            let finding = Finding::new(
                subject.span(&path.key(name.as_str()).key("overlap")),
                format!("runs of `{name}` may pile up"),
            );
            finding.help("leave it out (`forbid`), or use `replace`")
        })
        .collect()
}
