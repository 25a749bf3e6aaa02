//! How releases end.

use steading_plan::ReleaseKey;

use super::error::ApplyError;

/// How one release ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which application, where.
    pub key: ReleaseKey,
    /// The number of the release; 0 if there was none.
    pub number: u64,
    /// How it ended.
    pub ended: Ended,
}

/// The ways in which a release ends.
#[derive(Clone, Debug)]
pub enum Ended {
    /// All is as desired, and ready.
    Complete {
        /// What somebody should know though: an object that takes long to go away.
        notes: Vec<String>,
    },
    /// It failed, and everything is as it was before.
    Reverted {
        /// Why it failed.
        why: ApplyError,
        /// What could not be put back, or is not ready again.
        notes: Vec<String>,
    },
    /// It failed, and could not be put back: the next run resumes or reverts it.
    Interrupted {
        /// Why.
        why: ApplyError,
    },
    /// It did not begin: nothing was touched.
    Refused(ApplyError),
    /// It did not begin because an application that it needs was not released.
    Skipped(ReleaseKey),
}

impl Ended {
    /// Says whether all is as desired.
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::Complete { .. })
    }
}
