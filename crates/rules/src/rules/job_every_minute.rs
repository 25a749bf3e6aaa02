//! What runs all the time is no job.

use crate::rule::{Check, Finding, Subject, rule};
use crate::schedule::interval;

rule! {
    /// What should run every minute is a program that stays.
    ///
    /// ## Why
    /// A run every minute costs a pod each: an image check, a volume mount, an address, a start. Over a year that is half a million pods, and one
    /// slow node makes them pile up.
    ///
    /// ## Example
    /// ```yaml
    /// jobs: { poll: { schedule: "* * * * *", command: [poll] } }      # found
    /// components: { poll: { like: web, command: [poll, --forever] } }  # right
    /// ```
    "ST4163" "job-every-minute" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let jobs = subject.application.fields.jobs.values();
    let often = jobs
        .filter(|job| job.own.suspend != Some(true))
        .filter_map(|job| {
            let every = interval(job.own.schedule.as_ref()?)?;
            let span = subject.span(&job.container.field("schedule"));
            let message = format!(
                "the job `{}` starts a pod every {every} seconds",
                job.container.name
            );
            let help = "make it a component that stays, or run it every five minutes";
            (every < 120).then(|| Finding::new(span, message).help(help))
        });
    often.collect()
}
