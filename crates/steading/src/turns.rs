//! Taking turns: what is done where somebody else releases into the same namespace.
//!
//! Nothing is taken from a run that lives. Who comes second is told who holds the namespace and since when; where the command line says
//! to wait, all is planned anew after the other has ended, because by then it is another cluster.

use std::time::{Duration, Instant};

use steading_cluster::{ApplyError, Cluster, Ended, LeaseError, Outcome, Turn, turn};
use steading_model::name::DurationText;

use crate::error::CommandError;
use crate::releasing::ReleaseOptions;
use crate::session::Session;

/// What to do where somebody holds a namespace.
const HINT: &str = "try again when that has ended. A run that lives keeps what it holds; one that died is taken over by the next, 15 s \
                    after its last sign of life";
/// The same, for commands that can wait.
const HINT_TO_WAIT: &str = "`--wait-for-others 5m` waits until that has ended, and plans anew. A run that lives keeps what it holds; \
                            one that died is taken over by the next, 15 s after its last sign of life";

/// The turns of one command.
pub(crate) struct Turns<'a> {
    session: &'a Session,
    cluster: &'a Cluster,
    longest: Duration,
    /// Until when is waited in all, once there was something to wait for.
    until: Option<Instant>,
}

/// Whether it is worth trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Those who were in the way have ended.
    Again,
    /// Nobody was in the way, or they still are, or something else failed.
    Leave,
}

impl<'a> Turns<'a> {
    pub(crate) fn new(
        session: &'a Session,
        cluster: &'a Cluster,
        options: &ReleaseOptions,
    ) -> Self {
        let seconds = options
            .wait_for_others
            .as_ref()
            .map_or(0, DurationText::seconds);
        Self {
            session,
            cluster,
            longest: Duration::from_secs(seconds),
            until: None,
        }
    }

    /// Waits until those have ended who were in the way of releases, and of nothing else that went wrong.
    pub(crate) async fn wait(&mut self, outcomes: &[Outcome]) -> Result<Next, CommandError> {
        let held: Vec<&LeaseError> = outcomes.iter().filter_map(held).collect();
        if held.is_empty() {
            return Ok(Next::Leave);
        }
        let longest = self.longest;
        let until = *self.until.get_or_insert_with(|| Instant::now() + longest);
        let is_all = outcomes.iter().all(may_wait);
        for one in held {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || !is_all || self.wait_for(one, left).await? == Turn::NotYet {
                self.session.ui.hint(HINT_TO_WAIT);
                return Ok(Next::Leave);
            }
        }
        Ok(Next::Again)
    }

    async fn wait_for(&self, held: &LeaseError, left: Duration) -> Result<Turn, CommandError> {
        let LeaseError::Held { namespace, .. } = held else {
            return Ok(Turn::Come);
        };
        self.session.ui.say(&format!(
            "{held}: waiting until that has ended, for {} s at most",
            left.as_millis().div_ceil(1000)
        ));
        Ok(turn(self.cluster, namespace, left).await?)
    }
}

/// Says what to do where somebody was in the way, for commands that do not wait.
pub(crate) fn explain(session: &Session, outcomes: &[Outcome]) {
    if outcomes.iter().any(|outcome| held(outcome).is_some()) {
        session.ui.hint(HINT);
    }
}

/// Returns who holds the namespace of a release that was refused for that.
pub(crate) fn held(outcome: &Outcome) -> Option<&LeaseError> {
    match &outcome.ended {
        Ended::Refused(ApplyError::Lease(error @ LeaseError::Held { .. })) => Some(error),
        _ => None,
    }
}

/// Says whether an end leaves nothing to do but to wait. What failed, or was stopped by hand, is not tried again.
fn may_wait(outcome: &Outcome) -> bool {
    let ended = &outcome.ended;
    ended.is_complete() || matches!(ended, Ended::Skipped(_)) || held(outcome).is_some()
}
