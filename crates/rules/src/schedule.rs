//! What can be told from a schedule without a clock.

use steading_model::name::Schedule;

/// The minute and hour fields; other fields are looked at as text.
pub(crate) struct Fields<'a> {
    /// The minute.
    pub(crate) minute: &'a str,
    /// The hour.
    pub(crate) hour: &'a str,
}

/// Returns the fields of a schedule, words such as `@daily` written out.
pub(crate) fn fields(schedule: &Schedule) -> Fields<'_> {
    let text = match schedule.as_str() {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" | "@weekly" | "@monthly" | "@yearly" => "0 0 * * *",
        text => text,
    };
    let mut parts = text.split(' ');
    Fields {
        minute: parts.next().unwrap_or("*"),
        hour: parts.next().unwrap_or("*"),
    }
}

/// Returns how many seconds lie between two runs of a schedule that runs at least every hour; none for rarer ones.
pub(crate) fn interval(schedule: &Schedule) -> Option<u32> {
    let Fields { minute, hour } = fields(schedule);
    if hour != "*" && hour != "*/1" {
        return None;
    }
    let minutes = match minute.split_once('/') {
        Some(("*", step)) => step.parse().ok().filter(|step| *step > 0)?,
        Some(_) => return None,
        None if minute == "*" => 1,
        None => gap(minute)?,
    };
    Some(minutes * 60)
}

/// Returns the shortest gap between minutes that are listed.
fn gap(minutes: &str) -> Option<u32> {
    let mut listed: Vec<u32> = minutes
        .split(',')
        .map(|minute| minute.parse().ok())
        .collect::<Option<_>>()?;
    listed.sort_unstable();
    let wrap = listed.first()? + 60 - listed.last()?;
    listed
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .filter(|gap| *gap > 0)
        .chain([wrap])
        .min()
}

/// Returns the one hour and minute of the day at which a schedule runs.
pub(crate) fn time_of_day(schedule: &Schedule) -> Option<(i8, i8)> {
    let Fields { minute, hour } = fields(schedule);
    Some((hour.parse().ok()?, minute.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_told() {
        for (text, expected) in [
            ("* * * * *", Some(60)),
            ("*/5 * * * *", Some(300)),
            ("@hourly", Some(3600)),
            ("17 * * * *", Some(3600)),
            ("0,30 * * * *", Some(1800)),
            ("5,10 * * * *", Some(300)),
            ("30 3 * * *", None),
            ("@daily", None),
            ("0 */6 * * *", None),
        ] {
            assert_eq!(
                interval(&Schedule::parse(text).unwrap()),
                expected,
                "{text}"
            );
        }
        assert_eq!(
            time_of_day(&Schedule::parse("30 2 * * 1").unwrap()),
            Some((2, 30))
        );
        assert_eq!(time_of_day(&Schedule::parse("0 */6 * * *").unwrap()), None);
    }
}
