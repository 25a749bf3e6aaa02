//! The longest time between two runs of a schedule.
//!
//! Told from the calendar of eight fixed years (all leap days and weekdays that matter are in them), so that the answer never depends
//! on the day on which it is asked. The clock changes of the zone count, as Kubernetes takes them: a run in the hour that is skipped does
//! not happen, one in the hour that comes twice happens twice, and a day that is an hour longer makes the time until the next run longer.

use jiff::civil::date;
use jiff::tz;

use super::pattern::Pattern;
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
            let mut today = runs.on(midnight, offset, change);
            today.sort_unstable();
            for now in today {
                gap = gap.max(last.map_or(0, |last| now - last));
                last = Some(now);
            }
        }
        u64::try_from(gap * 60).ok().filter(|gap| *gap > 0)
    }
}

/// Returns the instants of a clock time: none in an hour that is skipped, two in one that comes twice.
fn instants(clock: i64, offset: i64, change: Option<&Change>) -> [Option<i64>; 2] {
    let Some(change) = change else {
        return [Some(clock - offset), None];
    };
    let skipped = change.after - change.before;
    let before = (clock < change.at).then_some(clock - change.before);
    let after = (clock >= change.at + skipped).then_some(clock - change.after);
    [before, after]
}

/// Returns the changes of a zone's clock.
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
    /// Returns the instants of a day.
    fn on(&self, midnight: i64, offset: i64, change: Option<&Change>) -> Vec<i64> {
        let clocks = self.minutes.iter().map(|minute| midnight + minute);
        clocks
            .flat_map(|clock| instants(clock, offset, change))
            .flatten()
            .collect()
    }

    fn of(schedule: &Schedule) -> Option<Self> {
        let pattern = Pattern::of(schedule)?;
        let first = date(YEARS.0, 1, 1);
        let all = std::iter::successors(Some(first), |day| day.tomorrow().ok())
            .take_while(|day| day.year() < YEARS.1);
        let days = (0..)
            .zip(all)
            .filter(|(_, day)| pattern.is_on(*day))
            .map(|(number, _)| number)
            .collect();
        Some(Self {
            minutes: pattern.minutes,
            days,
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
            // What runs all the time runs in the hour that comes twice too.
            ("0 * * * *", HOUR),
            ("*/15 * * * *", 900),
        ] {
            assert_eq!(gap(schedule, "Europe/Berlin"), Some(expected), "{schedule}");
        }
        assert_eq!(gap("30 4 * * *", "Asia/Tokyo"), Some(DAY));
        assert_eq!(gap("30 4 * * *", "America/New_York"), Some(25 * HOUR));
        assert_eq!(gap("30 4 * * *", "Australia/Sydney"), Some(25 * HOUR));
    }
}
