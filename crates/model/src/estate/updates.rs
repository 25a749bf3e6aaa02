//! Who keeps images current.

use crate::name::DurationText;
use crate::{choice, record};

record! {
    /// Who keeps the images current whose applications say how far (`update`).
    pub struct Updates {
        /// The updater. Example: `keel`.
        "updater" updater: Updater,
        /// How often registries are asked, by Keel. Default: `1h`. Example: `6h`.
        "every" every: Option<DurationText>,
    }
}

choice! {
    /// What changes images.
    pub enum Updater {
        /// Keel, in the cluster: it changes the workload, so that the image's tag there is its own, and no drift.
        Keel = "keel",
        /// Renovate, in the repository: it changes the declaration. `steading updates` writes its rules.
        Renovate = "renovate",
    }
}
