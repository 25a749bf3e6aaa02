//! Waivers are for something.

use crate::rule::{Check, rule};

rule! {
    /// A waiver lets something pass.
    ///
    /// ## Why
    /// A waiver for nothing waits for the mistake that it will hide. Run the check for all environments before removing it: it may be
    /// needed in another one.
    ///
    /// ## Example
    /// ```yaml
    /// image: redis:7.4.5
    /// waivers: [{ rule: image-not-pinned, why: "no tags upstream" }] # found: the image is pinned
    /// ```
    "ST4091" "waiver-unused" Note => Check::Waivers
}
