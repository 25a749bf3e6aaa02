//! Waivers end.

use crate::rule::{Check, rule};

rule! {
    /// A waiver whose last day has passed lets nothing pass any more.
    ///
    /// ## Why
    /// A waiver with `until` is a promise to come back. When the day has passed, the finding stands again, and this one says since when.
    ///
    /// ## Example
    /// ```yaml
    /// waivers: [{ rule: data-without-backup, why: "until the new disk is in", until: 2026-03-31 }] # found from April on
    /// ```
    "ST4090" "waiver-expired" Warning => Check::Waivers
}
