//! The calendar of a schedule: at which minutes of a day, and on which days.

use std::str::FromStr;

use jiff::civil::Date;

use super::Schedule;

/// The days of each month, of the longest year.
const LONGEST: [u16; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// The fields of a schedule as sets.
pub(super) struct Pattern {
    /// The minutes of a day, ascending.
    pub(super) minutes: Vec<i64>,
    months: Vec<u16>,
    days: Vec<u16>,
    weekdays: Vec<u16>,
    /// Whether a day must fit both its number and its weekday; as in every cron, else either will do.
    both: bool,
    /// Whether any weekday will do.
    any_weekday: bool,
}

impl Pattern {
    pub(super) fn of(schedule: &Schedule) -> Option<Self> {
        Self::parse(schedule.as_str())
    }

    /// Reads a schedule that need not be valid.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let pattern = croner::Cron::from_str(text).ok()?.pattern;
        let hours = pattern.hours.values();
        let minutes = pattern.minutes.values();
        let minutes = hours.iter().flat_map(|hour| {
            let of_hour = minutes.iter();
            of_hour.map(move |minute| i64::from(*hour) * 60 + i64::from(*minute))
        });
        let any_weekday = pattern.is_dow_wildcard();
        Some(Self {
            minutes: minutes.collect(),
            months: pattern.months.values(),
            days: pattern.days.values(),
            weekdays: pattern.days_of_week.values(),
            both: pattern.is_dom_wildcard() || any_weekday,
            any_weekday,
        })
    }

    /// Says whether it runs on a day.
    pub(super) fn is_on(&self, day: Date) -> bool {
        let number = |value: i8| u16::try_from(value).unwrap_or_default();
        let of_month = self.days.contains(&number(day.day()));
        let of_week = self
            .weekdays
            .contains(&number(day.weekday().to_sunday_zero_offset()));
        let fits = if self.both {
            of_month && of_week
        } else {
            of_month || of_week
        };
        self.months.contains(&number(day.month())) && fits
    }

    /// Says whether no year has a day on which it runs: the 31st of February.
    pub(super) fn is_never(&self) -> bool {
        let first = self.days.iter().min().copied().unwrap_or_default();
        let longest = |month: &u16| LONGEST.get(usize::from(month.saturating_sub(1)));
        let has_day = |month: &u16| longest(month).is_some_and(|days| first <= *days);
        self.any_weekday && !self.months.iter().any(has_day)
    }
}
