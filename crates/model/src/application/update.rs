//! Who changes an image, and how far.

use crate::name::Reason;
use crate::{choice, record};

record! {
    /// How an image is kept current. Each image has exactly one owner: this declaration, or the estate's updater.
    pub struct Update {
        /// How far. Default: `pin`. Example: `minor`.
        "policy" policy: Option<UpdatePolicy>,
        /// A regular expression that a tag must match. Default: any tag. Example: `^v?2\.`.
        "allow" allow: Option<String>,
        /// Not for now, with the reason. Default: not held. Example: `3.0 needs a new database first`.
        "hold" hold: Option<Reason>,
    }
}

impl Update {
    /// Returns how far an updater may go now: not at all while it is held.
    pub fn effective(&self) -> UpdatePolicy {
        match (&self.hold, self.policy) {
            (Some(_), _) | (None, None) => UpdatePolicy::Pin,
            (None, Some(policy)) => policy,
        }
    }
}

choice! {
    /// How far an updater may go.
    pub enum UpdatePolicy {
        /// Only people change it, here.
        Pin = "pin",
        /// The last number of the version.
        Patch = "patch",
        /// The second number too.
        Minor = "minor",
        /// Any newer version.
        Major = "major",
        /// The same tag, whatever it points at.
        Digest = "digest",
        /// People are told, and decide.
        Notify = "notify",
    }
}
