//! Rules that are named exist.

use crate::rule::{Check, rule};

rule! {
    /// A rule that a waiver or the estate names exists.
    ///
    /// ## Why
    /// A misspelt waiver waives nothing, and a misspelt rule in the estate changes nothing: both look as if they did.
    ///
    /// ## Example
    /// ```yaml
    /// waivers: [{ rule: image-not-pined, why: "no tags upstream" }]  # found
    /// waivers: [{ rule: image-not-pinned, why: "no tags upstream" }] # right
    /// ```
    "ST4092" "unknown-rule" Error => Check::Waivers
}
