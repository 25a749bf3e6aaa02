//! When a schedule runs next, told for people: by the clock of its zone, and what becomes of the hour that a clock change skips or
//! repeats.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{self, AmbiguousOffset};

use super::pattern::Pattern;
use super::{Schedule, TimeZone};

/// How many years are looked at: a leap day may be eight years away.
const YEARS: i16 = 9;

/// A time at which a schedule says that a job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The time by the clock of its zone.
    pub clock: DateTime,
    /// When that is; none where the clock skips it, so that the job does not run.
    pub at: Option<Timestamp>,
    /// What a change of the clock does to it.
    pub note: RunNote,
}

/// What a change of the clock does to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunNote {
    /// Nothing.
    Usual,
    /// The clock is set forward over it: it does not happen.
    Skipped,
    /// The clock is set back behind it: this is the first of two runs.
    First,
    /// This is the second of two runs.
    Second,
}

impl Schedule {
    /// Returns the next runs after an instant, in order, with those between that the clock skips.
    pub fn next_runs(&self, zone: &TimeZone, after: Timestamp, count: usize) -> Vec<Run> {
        let (Some(pattern), Ok(zone)) = (Pattern::of(self), tz::TimeZone::get(zone.as_str()))
        else {
            return Vec::new();
        };
        let today = after.to_zoned(zone.clone()).date();
        let days = std::iter::successors(today.yesterday().ok(), |day| day.tomorrow().ok());
        let days = days.take_while(|day| day.year() < today.year() + YEARS);
        let mut runs: Vec<Run> = Vec::new();
        for day in days.filter(|day| pattern.is_on(*day)) {
            let mut of_day = of_day(&pattern, &zone, day);
            of_day.retain(|run| begins(run, &zone).is_some_and(|begins| begins > after));
            runs.extend(of_day);
            if runs.iter().filter(|run| run.at.is_some()).count() >= count {
                break;
            }
        }
        first(runs, count)
    }
}

/// Returns the runs of a day in the order in which they happen.
fn of_day(pattern: &Pattern, zone: &tz::TimeZone, day: Date) -> Vec<Run> {
    let clocks = pattern.minutes.iter().filter_map(|minute| {
        let hour = i8::try_from(minute / 60).ok()?;
        let minute = i8::try_from(minute % 60).ok()?;
        Some(day.at(hour, minute, 0, 0))
    });
    let mut runs: Vec<Run> = clocks.flat_map(|clock| at_clock(zone, clock)).collect();
    runs.sort_by_key(|run| (begins(run, zone), run.clock));
    runs
}

fn at_clock(zone: &tz::TimeZone, clock: DateTime) -> Vec<Run> {
    let run = |at, note| Run { clock, at, note };
    let at = |offset: tz::Offset| offset.to_timestamp(clock).ok();
    match zone.to_ambiguous_timestamp(clock).offset() {
        AmbiguousOffset::Unambiguous { offset } => vec![run(at(offset), RunNote::Usual)],
        AmbiguousOffset::Gap { .. } => vec![run(None, RunNote::Skipped)],
        AmbiguousOffset::Fold { before, after } => vec![
            run(at(before), RunNote::First),
            run(at(after), RunNote::Second),
        ],
    }
}

/// Returns when a run happens, or when the clock skips it.
fn begins(run: &Run, zone: &tz::TimeZone) -> Option<Timestamp> {
    let skipped = || zone.to_ambiguous_timestamp(run.clock).later().ok();
    run.at.or_else(skipped)
}

/// Returns the first runs that happen, with those that are skipped before the last of them.
fn first(runs: Vec<Run>, count: usize) -> Vec<Run> {
    let mut happen = 0;
    let take = runs.into_iter().take_while(|run| {
        let more = happen < count;
        happen += usize::from(run.at.is_some());
        more
    });
    take.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(schedule: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let schedule = Schedule::parse(schedule).unwrap();
        let zone = TimeZone::parse(zone).unwrap();
        let runs = schedule.next_runs(&zone, after.parse().unwrap(), count);
        let text = |run: Run| match run.at {
            Some(at) => format!("{} = {at} {:?}", run.clock, run.note),
            None => format!("{} {:?}", run.clock, run.note),
        };
        runs.into_iter().map(text).collect()
    }

    #[test]
    fn a_run_in_the_hour_that_is_skipped_does_not_happen() {
        let found = runs("30 2 * * *", "Europe/Berlin", "2027-03-27T00:00:00Z", 2);
        let expected = [
            "2027-03-27T02:30:00 = 2027-03-27T01:30:00Z Usual",
            "2027-03-28T02:30:00 Skipped",
            "2027-03-29T02:30:00 = 2027-03-29T00:30:00Z Usual",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_run_in_the_hour_that_comes_twice_happens_twice() {
        let found = runs("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 3);
        let expected = [
            "2026-10-25T02:30:00 = 2026-10-25T00:30:00Z First",
            "2026-10-25T02:30:00 = 2026-10-25T01:30:00Z Second",
            "2026-10-26T02:30:00 = 2026-10-26T01:30:00Z Usual",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn minutes_of_the_hour_that_comes_twice_are_in_the_order_of_time() {
        let found = runs("0,30 2 * * *", "Europe/Berlin", "2026-10-25T00:10:00Z", 3);
        let expected = [
            "2026-10-25T02:30:00 = 2026-10-25T00:30:00Z First",
            "2026-10-25T02:00:00 = 2026-10-25T01:00:00Z Second",
            "2026-10-25T02:30:00 = 2026-10-25T01:30:00Z Second",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_leap_day_is_found() {
        let found = runs("0 0 29 2 *", "Etc/UTC", "2026-11-21T12:00:00Z", 1);
        assert_eq!(found, ["2028-02-29T00:00:00 = 2028-02-29T00:00:00Z Usual"]);
    }

    #[test]
    fn the_run_of_this_minute_is_over() {
        let found = runs("@daily", "America/New_York", "2026-11-21T05:00:00Z", 1);
        assert_eq!(found, ["2026-11-22T00:00:00 = 2026-11-22T05:00:00Z Usual"]);
    }
}
