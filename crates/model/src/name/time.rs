//! Schedules, time zones, durations and dates.

use std::str::FromStr;

use jiff::civil::Date;

use super::pattern::Pattern;
use crate::read::nearest;
use crate::text;

text! {
    /// When a job runs: five fields, as in a `CronJob`.
    pub struct Schedule("schedule", about = "minute, hour, day of month, month, day of week; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`", example = "30 3 * * *") = parse_schedule;
}

text! {
    /// A time zone of the IANA database.
    pub struct TimeZone("time-zone", about = "a name of the IANA database", example = "Europe/Berlin") = parse_zone;
}

text! {
    /// A length of time: a number with `s`, `m`, `h` or `d`.
    pub struct DurationText("duration", about = "a number with `s`, `m`, `h` or `d`", example = "3m") = parse_duration;
}

text! {
    /// The last day on which something holds.
    pub struct UntilDate("date", about = "a day, `YYYY-MM-DD`", example = "2027-01-31") = parse_date;
}

impl DurationText {
    /// Returns the number of seconds.
    pub fn seconds(&self) -> u64 {
        duration_seconds(self.as_str()).unwrap_or_default()
    }
}

impl UntilDate {
    /// Returns the day.
    pub fn date(&self) -> Date {
        Date::from_str(self.as_str()).unwrap_or(Date::MIN)
    }
}

const MACROS: [&str; 6] = [
    "@hourly",
    "@daily",
    "@midnight",
    "@weekly",
    "@monthly",
    "@yearly",
];

/// One of the five fields of a schedule.
struct Field {
    name: &'static str,
    /// What it may be, in words.
    range: &'static str,
    /// A schedule with everything in the other fields, where `_` stands for this one.
    alone: &'static str,
}

const FIELDS: [Field; 5] = [
    Field::new("minute", "0 to 59", "_ * * * *"),
    Field::new("hour", "0 to 23", "* _ * * *"),
    Field::new("day of the month", "1 to 31", "* * _ * *"),
    Field::new("month", "1 to 12, or JAN to DEC", "* * * _ *"),
    Field::new(
        "day of the week",
        "0 (Sunday) to 6, or SUN to SAT",
        "* * * * _",
    ),
];

impl Field {
    const fn new(name: &'static str, range: &'static str, alone: &'static str) -> Self {
        Self { name, range, alone }
    }

    /// Says whether the field may be so. A `CronJob` knows Sunday as 0 only.
    fn takes(&self, part: &str) -> bool {
        let is_weekday = self.alone.ends_with('_');
        let mut numbers = part.split([',', '-', '/']);
        croner::Cron::from_str(&self.alone.replace('_', part)).is_ok()
            && !(is_weekday && numbers.any(|number| number == "7"))
    }

    fn refusal(&self, part: &str) -> String {
        let Self { name, range, .. } = self;
        format!(
            "has `{part}` for the {name}: it must be {range}, `*`, a list `a,b`, a range `a-b` or steps `*/n`"
        )
    }
}

fn parse_schedule(text: &str) -> Result<String, String> {
    let schedule = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if MACROS.contains(&schedule.as_str()) {
        return Ok(schedule);
    }
    if schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=") {
        return Err("must not name a time zone: use `timeZone`".to_owned());
    }
    if schedule.split(' ').count() != 5 {
        return Err(format!(
            "must have five fields (minute hour day month weekday), not {}: `{text}`",
            schedule.split(' ').count()
        ));
    }
    if is_beyond_cron_jobs(&schedule) {
        return Err(format!(
            "must not use `L`, `W` or `#`, which CronJobs do not know: `{text}`"
        ));
    }
    for (field, part) in FIELDS.iter().zip(schedule.split(' ')) {
        if !field.takes(part) {
            return Err(field.refusal(part));
        }
    }
    croner::Cron::from_str(&schedule).map_err(|error| format!("must be a schedule: {error}"))?;
    if Pattern::parse(&schedule).is_some_and(|pattern| pattern.is_never()) {
        return Err(format!(
            "never runs: no month that it names has such a day: `{text}`"
        ));
    }
    Ok(schedule)
}

/// Says whether a schedule has signs that only other programs know; names such as `WED` and `JUL` are not meant.
fn is_beyond_cron_jobs(schedule: &str) -> bool {
    let words = schedule.split(|c: char| !c.is_ascii_alphabetic());
    schedule.contains('#')
        || words
            .filter(|word| word.len() != 3)
            .any(|word| word.to_ascii_uppercase().contains(['L', 'W']))
}

fn parse_zone(text: &str) -> Result<String, String> {
    if jiff::tz::TimeZone::get(text).is_ok() {
        return Ok(text.to_owned());
    }
    let known: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.to_string())
        .collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let like = nearest(text, &known);
    Err(match like {
        Some(like) => format!("must be a time zone, not `{text}`: did you mean `{like}`?"),
        None => format!("must be a time zone such as `Europe/Berlin`, not `{text}`"),
    })
}

fn parse_duration(text: &str) -> Result<String, String> {
    duration_seconds(text)
        .map(|_| text.to_owned())
        .ok_or_else(|| format!("must be a duration such as `90s`, `3m` or `1h30m`, not `{text}`"))
}

fn duration_seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut seconds: u64 = 0;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .filter(|at| *at > 0)?;
        let number: u64 = rest[..digits].parse().ok()?;
        let unit = match rest.as_bytes()[digits] {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86_400,
            _ => return None,
        };
        seconds = seconds.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    (!text.is_empty()).then_some(seconds)
}

fn parse_date(text: &str) -> Result<String, String> {
    Date::from_str(text)
        .map_err(|_| format!("must be a day such as `2027-01-31`, not `{text}`"))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn schedules_are_what_cron_jobs_know() {
        for known in [
            "30 3 * * *",
            "0 3 29 2 *",
            "0 3 31 2 MON",
            "0 3 31 4,5 *",
            "0 3 * * WED",
            "0 3 1 jul-aug *",
            "@daily",
        ] {
            assert!(Schedule::parse(known).is_ok(), "{known}");
        }
        for unknown in [
            "0 3 L * *",
            "0 3 15W * *",
            "0 3 * * FRIL",
            "0 3 * * 5#2",
            "0 3 * * * *",
            "0 3 31 2 *",
            "0 3 30,31 2 *",
            "0 3 31 4,6,9,11 *",
        ] {
            assert!(Schedule::parse(unknown).is_err(), "{unknown}");
        }
    }
}
