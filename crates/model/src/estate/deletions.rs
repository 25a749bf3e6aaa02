//! How much may go at once, and how long data stays that nobody needs any more.

use crate::name::DurationText;
use crate::record;

record! {
    /// What deleting is held to.
    pub struct Deletions {
        /// How many objects a run may always delete. Default: `5`. Unit: objects. Example: `20`.
        "objects" objects: u32,
        /// How large a part of the objects of the run's environment may go, where that is more. Default: `10`. Unit: percent. Example:
        /// `25`.
        "percent" percent: u16,
        /// How long `steading retire` keeps the data of an application. It is never deleted by itself. Default: `30d`. Example: `90d`.
        "keepData" keep_data: DurationText,
    }
}
