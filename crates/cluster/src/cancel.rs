//! Stopping a release on request: it is put back, and then ends.

use tokio::sync::watch;

/// Says that a run should stop.
#[derive(Debug)]
pub struct CancelSwitch(watch::Sender<bool>);

/// Knows whether a run should stop; cheap to clone.
#[derive(Clone, Debug)]
pub struct Cancel(watch::Receiver<bool>);

/// Returns a switch and what it switches.
pub fn cancellation() -> (CancelSwitch, Cancel) {
    let (sender, receiver) = watch::channel(false);
    (CancelSwitch(sender), Cancel(receiver))
}

impl CancelSwitch {
    /// Makes all runs that listen stop: what they have begun, they put back.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }
}

impl Cancel {
    /// One that is never used.
    pub fn never() -> Self {
        cancellation().1
    }

    /// Says whether the run should stop.
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when the run should stop; never, if the switch is gone without having been used.
    pub(crate) async fn cancelled(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|cancelled| *cancelled).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
