//! When the releases of a group stop: somebody asked for it, or one of them failed.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::cancel::{Cancel, CancelSwitch, cancellation};

/// Says to all releases of a group whether to stop. Once things are put back, nothing stops that half way.
pub(crate) struct Stop {
    asked: Cancel,
    failed: (CancelSwitch, Cancel),
    is_reverting: AtomicBool,
}

impl Stop {
    pub(crate) fn new(asked: Cancel) -> Self {
        Self {
            asked,
            failed: cancellation(),
            is_reverting: AtomicBool::new(false),
        }
    }

    /// Stops all, because one failed.
    pub(crate) fn fail(&self) {
        self.failed.0.cancel();
    }

    /// From here on things are put back.
    pub(crate) fn begin_reverting(&self) {
        self.is_reverting.store(true, Ordering::Relaxed);
    }

    /// Says whether to stop, and put back what was done.
    pub(crate) fn is_due(&self) -> bool {
        let is_wanted = self.asked.is_cancelled() || self.failed.1.is_cancelled();
        is_wanted && !self.is_reverting.load(Ordering::Relaxed)
    }

    /// Returns when it is time to stop; never while things are put back.
    pub(crate) async fn due(&self) {
        if self.is_reverting.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        tokio::select! {
            () = self.asked.cancelled() => {}
            () = self.failed.1.cancelled() => {}
        }
    }
}
