//! What a run is told: who makes it, how long its lease is, what the time is.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

/// Settings of a run that releases.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who releases, such as `alice@laptop` or `ci:pipeline/1234`.
    pub actor: String,
    /// The Git revision of the declarations, where known.
    pub revision: Option<String>,
    /// How long a run that died keeps others out: 15 s. Whole seconds, at least one.
    pub lease: Duration,
    /// How many applications are released side by side: 32. Most of the time they wait for pods; how many requests are under way is another
    /// matter.
    pub parallel: usize,
    /// The time.
    pub clock: Clock,
}

/// Where the time comes from. Waiting and leases use the steady clock of the machine; this one is what is written down.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Settings {
    /// Returns the usual settings for someone, with the machine's clock.
    pub fn new(actor: impl Into<String>) -> Self {
        Self {
            actor: actor.into(),
            revision: None,
            lease: Duration::from_secs(15),
            parallel: 32,
            clock: Clock::system(),
        }
    }
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Arc::new(Timestamp::now))
    }

    /// A clock of one's own.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Returns the time.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }

    /// Returns the time in RFC 3339, to the second.
    pub(crate) fn text(&self) -> String {
        format!("{:.0}", self.now())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock")
    }
}
