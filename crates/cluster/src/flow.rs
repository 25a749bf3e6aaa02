//! How many requests are under way at the same time: as many as the server takes well.
//!
//! A server that says that it has too much to do is asked half as much at once, and then a little more with every round that goes well. So
//! a run over a thousand applications is as fast as the server allows, and never a storm of requests that all come back.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

/// The most that are under way. More did not make a server on two cores faster.
const WIDEST: usize = 32;
/// The fewest: a server that is up at all takes these.
const NARROWEST: usize = 2;
/// Refusals that come together are one sign, not many.
const TOGETHER: Duration = Duration::from_millis(500);

/// The requests that are under way on one connection.
pub(crate) struct Flow {
    slots: Semaphore,
    state: Mutex<State>,
}

struct State {
    width: usize,
    /// How many slots must not come back, because it became narrower while they were in use.
    owed: usize,
    /// How many went well since it last became wider.
    well: usize,
    narrowed: Option<Instant>,
}

/// The right to have one request under way.
pub(crate) struct Slot<'a> {
    flow: &'a Flow,
    permit: Option<SemaphorePermit<'a>>,
}

impl Flow {
    pub(crate) fn new() -> Self {
        Self {
            slots: Semaphore::new(WIDEST),
            state: Mutex::new(State {
                width: WIDEST,
                owed: 0,
                well: 0,
                narrowed: None,
            }),
        }
    }

    /// Waits for its turn.
    pub(crate) async fn slot(&self) -> Slot<'_> {
        // Never closed: without a permit there would only be one more under way.
        let permit = self.slots.acquire().await.ok();
        Slot { flow: self, permit }
    }

    /// Takes note of an answer that the server gave without trouble.
    pub(crate) fn went_well(&self) {
        let mut state = self.state();
        state.well += 1;
        if state.well < state.width || state.width == WIDEST {
            return;
        }
        state.well = 0;
        state.width += 1;
        if state.owed > 0 {
            state.owed -= 1;
        } else {
            self.slots.add_permits(1);
        }
    }

    /// Takes note of a server that has too much to do.
    pub(crate) fn is_crowded(&self, now: Instant) {
        let mut state = self.state();
        let is_same = |earlier: Instant| now.saturating_duration_since(earlier) < TOGETHER;
        if state.narrowed.is_some_and(is_same) {
            return;
        }
        let width = (state.width / 2).max(NARROWEST);
        let fewer = state.width - width;
        state.owed += fewer - self.slots.forget_permits(fewer);
        state.width = width;
        state.well = 0;
        state.narrowed = Some(now);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.flow.state();
        if state.owed > 0
            && let Some(permit) = self.permit.take()
        {
            state.owed -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns how many slots can be had at once.
    fn free(flow: &Flow) -> usize {
        flow.slots.available_permits()
    }

    #[test]
    fn a_server_in_trouble_is_asked_half_as_much_and_then_a_little_more() {
        let (flow, now) = (Flow::new(), Instant::now());
        flow.is_crowded(now);
        assert_eq!(free(&flow), 16);
        // Another of the same moment says nothing new.
        flow.is_crowded(now + TOGETHER / 2);
        assert_eq!(free(&flow), 16);
        flow.is_crowded(now + TOGETHER);
        assert_eq!(free(&flow), 8);
        for _ in 0..8 {
            flow.went_well();
        }
        assert_eq!(free(&flow), 9);
        for later in 2..9 {
            flow.is_crowded(now + TOGETHER * later);
        }
        assert_eq!(free(&flow), NARROWEST);
        for _ in 0..1000 {
            flow.went_well();
        }
        assert_eq!(free(&flow), WIDEST);
    }

    #[tokio::test]
    async fn slots_that_are_in_use_are_given_up_as_they_come_back() {
        let flow = Flow::new();
        let mut used = Vec::new();
        for _ in 0..WIDEST {
            used.push(flow.slot().await);
        }
        flow.is_crowded(Instant::now());
        assert_eq!(free(&flow), 0);
        used.truncate(20);
        assert_eq!(free(&flow), 0);
        drop(used);
        assert_eq!(free(&flow), 16);
    }
}
