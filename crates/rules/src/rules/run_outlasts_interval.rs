//! A run ends before the next begins.

use steading_model::application::Overlap;

use crate::rule::{Check, Finding, Subject, rule};
use crate::schedule::interval;

rule! {
    /// A run of a frequent job is stopped before many others are due.
    ///
    /// ## Why
    /// A run that hangs keeps all later ones out until its deadline: a job for every five minutes with the default deadline of an hour
    /// loses twelve runs to one hanging connection, and nothing is red meanwhile.
    ///
    /// ## Example
    /// ```yaml
    /// jobs: { sync: { schedule: "*/5 * * * *", command: [/sync] } }                       # found
    /// jobs: { sync: { schedule: "*/5 * * * *", command: [/sync], deadlineSeconds: 240 } } # right
    /// ```
    "ST4061" "run-outlasts-interval" Warning => Check::Application(check)
}

/// The default of `deadlineSeconds`.
const DEFAULT: u32 = 3600;

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let path = subject.application.field("jobs");
    let jobs = subject.application.fields.jobs.iter();
    jobs.filter(|(_, job)| job.own.overlap.is_none_or(|overlap| overlap == Overlap::Forbid))
        .filter_map(|(name, job)| {
            let every = interval(job.own.schedule.as_ref()?)?;
            let deadline = job.own.deadline_seconds.unwrap_or(DEFAULT);
            (deadline > every).then(|| {
                let path = path.key(name.as_str());
                let key = if job.own.deadline_seconds.is_some() { "deadlineSeconds" } else { "schedule" };
                let message = format!("`{name}` runs every {every} s, but a hanging run keeps the others out for {deadline} s");
                Finding::new(subject.span(&path.key(key)), message).help(format!("write `deadlineSeconds: {}`", every - every / 5))
            })
        })
        .collect()
}
