//! How many pods there are, where that is not fixed.

use crate::name::DurationText;
use crate::{choice, record};

record! {
    /// How many pods, by load (`min`, `max`, `cpu`) or by requests (`toZero`).
    pub struct Scaling {
        /// The fewest pods. Default: 1.
        "min" min: Option<u32>,
        /// The most pods.
        "max" max: Option<u32>,
        /// The use of the requested CPU that is aimed at, in percent. Default: 80, where `memory` is not set.
        "cpu" cpu: Option<u32>,
        /// The use of the requested memory that is aimed at, in percent.
        "memory" memory: Option<u32>,
        /// No pods while nobody asks for them; the first request wakes them up.
        "toZero" to_zero: Option<ToZero>,
    }
}

record! {
    /// No pods while nobody asks for them.
    pub struct ToZero {
        /// How long after the last request they go. Example: `3h`.
        "after" after: DurationText,
        /// What the first request gets. Default: `page`.
        "first" first: Option<FirstRequest>,
    }
}

choice! {
    /// What the request gets that wakes pods up.
    pub enum FirstRequest {
        /// A page that waits and reloads: for people.
        Page = "page",
        /// Its answer, late: for programs.
        Wait = "wait",
    }
}
