//! How long to try again when the server is overloaded or does not answer.

use std::time::Duration;

/// A bounded number of tries, with growing pauses between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How many requests are sent at most.
    pub tries: u32,
    /// The pause after the first; it doubles from try to try.
    pub first: Duration,
    /// The longest pause that it takes by itself.
    pub longest: Duration,
    /// How long one try may take.
    pub timeout: Duration,
}

/// The longest that a server is waited for because it asks for it. The API server asks for a second or a few.
const LONGEST_ASKED: Duration = Duration::from_secs(30);

impl Retry {
    /// For reading before anything is done: a server that is not there is reported after about two seconds.
    pub const READING: Self = Self {
        tries: 4,
        first: Duration::from_millis(250),
        longest: Duration::from_secs(5),
        timeout: Duration::from_secs(30),
    };

    /// For a release that is under way: a restart of the API server is sat out for about half a minute.
    pub const RELEASING: Self = Self {
        tries: 9,
        first: Duration::from_millis(200),
        longest: Duration::from_secs(8),
        timeout: Duration::from_secs(30),
    };

    /// Returns the pause after a failed try (counted from 1), or nothing if it was the last.
    ///
    /// `chance` spreads those that failed together: 0 is half the pause, 255 all of it. Never comes back sooner than the server asks
    /// for, and not all that it asked at the same moment come back at the same moment. Who is to stay away for longer than
    /// [`LONGEST_ASKED`] gives up instead: then a person decides.
    pub(crate) fn pause(
        &self,
        tried: u32,
        asked: Option<Duration>,
        chance: u8,
    ) -> Option<Duration> {
        if tried >= self.tries || asked > Some(LONGEST_ASKED) {
            return None;
        }
        let doubled = self
            .first
            .saturating_mul(1 << (tried - 1).min(16))
            .min(self.longest);
        let spread = doubled / 2 + doubled / 2 * u32::from(chance) / 255;
        let later = asked.map(|asked| asked + self.first * u32::from(chance) / 255);
        Some(spread.max(later.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRY: Retry = Retry {
        tries: 4,
        first: Duration::from_millis(100),
        longest: Duration::from_millis(300),
        timeout: Duration::from_secs(1),
    };

    #[test]
    fn pauses_double_up_to_the_longest_and_end() {
        let pauses = (1..6)
            .map(|tried| RETRY.pause(tried, None, 255))
            .collect::<Vec<_>>();
        let expected = [Some(100), Some(200), Some(300), None, None];
        assert_eq!(
            pauses,
            expected.map(|pause| pause.map(Duration::from_millis))
        );
    }

    #[test]
    fn chance_takes_up_to_half_of_a_pause() {
        assert_eq!(RETRY.pause(1, None, 0), Some(Duration::from_millis(50)));
    }

    #[test]
    fn nobody_comes_back_sooner_than_the_server_asks() {
        let pause = |asked, chance| RETRY.pause(1, Some(Duration::from_millis(asked)), chance);
        assert_eq!(pause(250, 0), Some(Duration::from_millis(250)));
        assert_eq!(pause(9_000, 0), Some(Duration::from_secs(9)));
        assert_eq!(pause(9_000, 255), Some(Duration::from_millis(9_100)));
        assert_eq!(pause(10, 255), Some(Duration::from_millis(110)));
    }

    #[test]
    fn a_server_that_asks_for_minutes_is_given_up_at_once() {
        assert_eq!(RETRY.pause(1, Some(Duration::from_mins(2)), 0), None);
    }
}
