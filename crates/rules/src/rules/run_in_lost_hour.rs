//! Jobs do not run in the hour that clocks skip or repeat.

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use steading_model::name::{Schedule, TimeZone as ZoneName};

use crate::rule::{Check, Finding, Subject, rule};
use crate::schedule::time_of_day;

rule! {
    /// No daily job runs in the hour that its clock skips in spring and repeats in autumn.
    ///
    /// ## Why
    /// At 02:30 in Berlin a job runs not at all on one day of the year and may run twice on another. A bill that is sent twice, or the
    /// one backup that is missing, is found long after.
    ///
    /// ## Example
    /// ```yaml
    /// jobs: { bill: { schedule: "30 2 * * *", timeZone: Europe/Berlin, command: [/bill] } } # found
    /// jobs: { bill: { schedule: "30 4 * * *", timeZone: Europe/Berlin, command: [/bill] } } # right
    /// ```
    "ST4064" "run-in-lost-hour" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let path = subject.application.field("jobs");
    let jobs = subject.application.fields.jobs.iter();
    jobs.filter_map(|(name, job)| {
        let schedule = job.own.schedule.as_ref()?;
        let zone = job.own.time_zone.as_ref().unwrap_or(&subject.estate.fields.defaults.time_zone);
        is_disputed(schedule, zone).then(|| {
            let span = subject.span(&path.key(name.as_str()).key("schedule"));
            let message = format!("`{name}` runs in an hour that {zone} skips once a year and has twice on another day");
            Finding::new(span, message).help("choose another hour, or `timeZone: Etc/UTC`")
        })
    })
    .collect()
}

/// Says whether the time of day is skipped or repeated on some day of a year. The year is fixed: rules change rarely, and the answer
/// must not depend on the day of the check.
fn is_disputed(schedule: &Schedule, zone: &ZoneName) -> bool {
    let (Some((hour, minute)), Ok(zone)) = (time_of_day(schedule), TimeZone::get(zone.as_str()))
    else {
        return false;
    };
    let (Ok(start), Ok(end)) = (midnight(2026), midnight(2027)) else {
        return false;
    };
    let changes = zone
        .following(start)
        .take_while(|change| change.timestamp() < end);
    let mut days = changes.flat_map(|change| {
        let day = change.timestamp().to_zoned(zone.clone()).date();
        [day.yesterday().unwrap_or(day), day]
    });
    days.any(|day| {
        zone.to_ambiguous_timestamp(day.at(hour, minute, 0, 0))
            .is_ambiguous()
    })
}

fn midnight(year: i16) -> Result<Timestamp, jiff::Error> {
    TimeZone::UTC.to_timestamp(date(year, 1, 1).at(0, 0, 0, 0))
}
