//! The longest time between two runs of a schedule.
//!
//! Told from the calendar of eight fixed years (all leap days and weekdays that matter are in them), so that the answer never depends
//! on the day on which it is asked. The clock changes of the zone count: a run in the hour that is skipped does not happen, and a day
//! that is an hour longer makes the time until the next run longer.

use std::str::FromStr;

use jiff::civil::date;
use jiff::tz;

use super::{Schedule, TimeZone};

const MINUTES: u32 = 24 * 60;
/// The first of the years that are looked at, and the year behind the last.
const YEARS: (i16, i16) = (2024, 2033);

/// A change of a zone's clock, in minutes since the first day of the years.
#[derive(Clone, Copy)]
struct Change {
    /// When, by the clock before the change.
    at: i64,
    /// The clock's distance from UTC before it.
    before: i64,
    /// The clock's distance from UTC after it.
    after: i64,
}

/// When a schedule runs: minutes of a day, and days.
struct Runs {
    minutes: Vec<i64>,
    days: Vec<i64>,
}

impl Schedule {
    /// Returns the longest time between two runs in a zone, in seconds; none where it never runs twice.
    pub fn longest_gap(&self, zone: &TimeZone) -> Option<u64> {
        let runs = Runs::of(self)?;
        let changes = changes(zone);
        let mut gap = 0;
        let mut last: Option<i64> = None;
        let mut at = 0;
        let mut offset = changes.first().map_or(0, |change| change.before);
        for day in &runs.days {
            let midnight = day * i64::from(MINUTES);
            while let Some(change) = changes.get(at).filter(|change| change.at < midnight) {
                offset = change.after;
                at += 1;
            }
            let change = changes
                .get(at)
                .filter(|change| change.at < midnight + i64::from(MINUTES));
            for minute in &runs.minutes {
                let Some(now) = instant(midnight + minute, offset, change) else {
                    continue;
                };
                gap = gap.max(last.map_or(0, |last| now - last));
                last = Some(now);
            }
        }
        u64::try_from(gap * 60).ok().filter(|gap| *gap > 0)
    }
}

/// Returns the instant of a clock time; none in the hour that is skipped. Of an hour that comes twice, the first counts.
fn instant(clock: i64, offset: i64, change: Option<&Change>) -> Option<i64> {
    let Some(change) = change.filter(|change| clock >= change.at) else {
        return Some(clock - offset);
    };
    let skipped = change.after - change.before;
    (clock >= change.at + skipped).then_some(clock - change.after)
}

/// Returns the changes of a zone's clock. Where it is set back, the change is where the hour that comes twice has passed once.
fn changes(zone: &TimeZone) -> Vec<Change> {
    let Ok(zone) = tz::TimeZone::get(zone.as_str()) else {
        return Vec::new();
    };
    let (first, end) = YEARS;
    let (Ok(start), Ok(end)) = (new_year(first), new_year(end)) else {
        return Vec::new();
    };
    let mut before = i64::from(zone.to_offset(start).seconds()) / 60;
    let following = zone
        .following(start)
        .take_while(|change| change.timestamp() < end);
    following
        .map(|change| {
            let after = i64::from(change.offset().seconds()) / 60;
            let minutes = (change.timestamp().as_second() - start.as_second()) / 60;
            let change = Change {
                at: minutes + before,
                before,
                after,
            };
            before = after;
            change
        })
        .collect()
}

fn new_year(year: i16) -> Result<jiff::Timestamp, jiff::Error> {
    tz::TimeZone::UTC.to_timestamp(date(year, 1, 1).at(0, 0, 0, 0))
}

impl Runs {
    fn of(schedule: &Schedule) -> Option<Self> {
        let pattern = croner::Cron::from_str(schedule.as_str()).ok()?.pattern;
        let hours = pattern.hours.values();
        let minutes = pattern.minutes.values();
        let minutes = hours.iter().flat_map(|hour| {
            minutes
                .iter()
                .map(move |minute| i64::from(*hour) * 60 + i64::from(*minute))
        });
        let (free_days, free_weekdays) = (pattern.is_dom_wildcard(), pattern.is_dow_wildcard());
        let months = pattern.months.values();
        let days = pattern.days.values();
        let weekdays = pattern.days_of_week.values();
        let matches = |day: jiff::civil::Date| {
            let number = |value: i8| u16::try_from(value).unwrap_or_default();
            let of_month = days.contains(&number(day.day()));
            let of_week = weekdays.contains(&number(day.weekday().to_sunday_zero_offset()));
            // As in every cron: where both are restricted, either will do.
            let fits = if free_days || free_weekdays {
                of_month && of_week
            } else {
                of_month || of_week
            };
            months.contains(&number(day.month())) && fits
        };
        let first = date(YEARS.0, 1, 1);
        let all = std::iter::successors(Some(first), |day| day.tomorrow().ok())
            .take_while(|day| day.year() < YEARS.1);
        let days = (0..)
            .zip(all)
            .filter(|(_, day)| matches(*day))
            .map(|(number, _)| number);
        Some(Self {
            minutes: minutes.collect(),
            days: days.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;
    const DAY: u64 = 24 * HOUR;

    fn gap(schedule: &str, zone: &str) -> Option<u64> {
        let schedule = Schedule::parse(schedule).unwrap();
        schedule.longest_gap(&TimeZone::parse(zone).unwrap())
    }

    #[test]
    fn gaps_are_told_in_a_zone_without_changes() {
        for (schedule, expected) in [
            ("* * * * *", 60),
            ("*/5 * * * *", 300),
            ("@hourly", HOUR),
            ("0,10 * * * *", 50 * 60),
            ("30 3 * * *", DAY),
            ("@daily", DAY),
            ("0 6,18 * * *", 12 * HOUR),
            ("0 9-17 * * *", 16 * HOUR),
            ("0 9-17 * * 1-5", 2 * DAY + 16 * HOUR),
            ("0 9-17 * * MON-FRI", 2 * DAY + 16 * HOUR),
            ("0 4 * * 7", 7 * DAY),
            ("0 4 * * 0", 7 * DAY),
            ("@weekly", 7 * DAY),
            ("@monthly", 31 * DAY),
            ("0 0 1 */3 *", 92 * DAY),
            ("@yearly", 366 * DAY),
            ("0 0 29 2 *", (4 * 365 + 1) * DAY),
            ("0 0 1,15 * 1", 7 * DAY),
        ] {
            assert_eq!(gap(schedule, "Etc/UTC"), Some(expected), "{schedule}");
        }
    }

    #[test]
    fn changes_of_the_clock_count() {
        for (schedule, expected) in [
            // Autumn has a day of 25 hours.
            ("30 4 * * *", 25 * HOUR),
            ("0 0 * * *", 25 * HOUR),
            ("0 4 * * 0", 7 * DAY + HOUR),
            // At half past two there is no run on one day of spring, which is an hour shorter.
            ("30 2 * * *", 2 * DAY - HOUR),
            // What runs all the time notices the hour that comes twice, at most.
            ("0 * * * *", 2 * HOUR),
        ] {
            assert_eq!(gap(schedule, "Europe/Berlin"), Some(expected), "{schedule}");
        }
        assert_eq!(gap("30 4 * * *", "Asia/Tokyo"), Some(DAY));
        assert_eq!(gap("30 4 * * *", "America/New_York"), Some(25 * HOUR));
        assert_eq!(gap("30 4 * * *", "Australia/Sydney"), Some(25 * HOUR));
    }

    #[test]
    fn what_never_runs_has_no_gap() {
        assert_eq!(gap("0 0 31 2 *", "Etc/UTC"), None);
    }
}
