//! Jobs do not all start at once.

use std::collections::BTreeMap;

use crate::rule::{Check, Finding, Run, rule};
use crate::schedule::fields;

rule! {
    /// No more than four jobs of an environment start in the same minute.
    ///
    /// ## Why
    /// Everybody writes `0 3 * * *`. Then all dumps, imports and cleanups hit the one disk at three in the morning; in one of the
    /// platforms that were studied that starved etcd and took the cluster down, four times.
    ///
    /// ## Example
    /// ```yaml
    /// jobs: { dump: { schedule: "0 3 * * *", command: [/dump] } }  # found, in five applications
    /// jobs: { dump: { schedule: "17 3 * * *", command: [/dump] } } # right
    /// ```
    "ST4062" "crowded-minute" Warning => Check::Together(check)
}

const MOST: usize = 4;

/// When jobs start: minute and hour, time zone, environment.
type Start<'a> = (String, &'a str, &'a str);

fn check(run: &Run<'_>) -> Vec<Finding> {
    let mut starts: BTreeMap<Start<'_>, Vec<(usize, &str)>> = BTreeMap::new();
    for (at, application) in run.applications.iter().enumerate() {
        for (name, job) in application
            .fields
            .jobs
            .iter()
            .filter(|(_, job)| job.own.suspend != Some(true))
        {
            let Some(schedule) = &job.own.schedule else {
                continue;
            };
            let zone = job
                .own
                .time_zone
                .as_ref()
                .unwrap_or(&run.estate.fields.defaults.time_zone);
            let time = format!("{} {}", fields(schedule).minute, fields(schedule).hour);
            starts
                .entry((time, zone.as_str(), application.environment.as_str()))
                .or_default()
                .push((at, name.as_str()));
        }
    }
    let crowded = starts.into_iter().filter(|(_, jobs)| jobs.len() > MOST);
    crowded
        .flat_map(|((time, _, _), jobs)| late(run, &time, &jobs))
        .collect()
}

/// Finds the jobs beyond those that fit.
fn late(run: &Run<'_>, time: &str, jobs: &[(usize, &str)]) -> Vec<Finding> {
    let all = jobs.len();
    let beyond = jobs.iter().skip(MOST);
    beyond
        .map(|(at, name)| {
            let application = &run.applications[*at];
            let span = application.span(&application.field("jobs").key(*name).key("schedule"));
            let message = format!(
                "`{name}` is one of {all} jobs that start at once (minute and hour `{time}`)"
            );
            Finding::new(span, message)
                .help("choose another minute")
                .of(*at)
        })
        .collect()
}
