//! What a release tells while it goes on. Nothing here is printed; no text holds the value of a Secret.

use steading_model::ObjectId;
use steading_plan::{Action, ReleaseKey, Wave};

/// Is told of the progress of releases, of several side by side.
pub trait Progress: Send + Sync {
    /// Takes note of something that happened.
    fn report(&self, key: &ReleaseKey, event: &Event);
}

/// Takes note of nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _: &ReleaseKey, _: &Event) {}
}

/// Something that happened in a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody holds the namespace: it is watched whether they are alive.
    WaitingForLease {
        /// Who.
        holder: String,
        /// Since when, in RFC 3339.
        since: String,
    },
    /// The release is recorded, and its first step begins.
    Begun {
        /// Its number.
        number: u64,
        /// How many steps it has.
        steps: usize,
    },
    /// The steps of a wave begin.
    Wave(Wave),
    /// A step is done.
    Done {
        /// The object.
        object: ObjectId,
        /// What was done to it.
        action: Action,
        /// How many steps are done.
        done: usize,
        /// How many there are.
        of: usize,
    },
    /// It waits until an object is ready.
    Waiting {
        /// The object.
        object: ObjectId,
        /// What is missing, or in its way.
        why: String,
    },
    /// An object that was waited for is ready.
    Ready {
        /// The object.
        object: ObjectId,
    },
    /// It failed, or was cancelled, and is put back.
    Reverting {
        /// Why.
        why: String,
    },
    /// Everything was put back.
    Reverted,
    /// An interrupted release is finished.
    Resuming {
        /// Its number.
        number: u64,
        /// Who made it.
        actor: String,
    },
    /// It is complete.
    Complete,
}
