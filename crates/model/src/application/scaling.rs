//! How many pods there are, where that is not fixed.

use crate::name::DurationText;
use crate::{choice, record};

record! {
    /// How many pods, by load (`min`, `max`, `cpu`) or by requests (`toZero`).
    pub struct Scaling {
        /// The fewest pods. Default: 1. Unit: pods. Example: `2`. Derives: `minReplicas`.
        "min" min: Option<u32>,
        /// The most pods; required unless `toZero` is set. Default: none. Unit: pods. Example: `6`. Derives: `maxReplicas`.
        "max" max: Option<u32>,
        /// The use of the requested CPU that is aimed at, in percent. Default: 80, where `memory` is not set. Unit: percent of the request.
        /// Example: `60`. Derives: `metrics` of the `HorizontalPodAutoscaler`.
        "cpu" cpu: Option<u32>,
        /// The use of the requested memory that is aimed at, in percent. Default: not looked at. Unit: percent of the request. Example:
        /// `75`. Derives: `metrics` of the `HorizontalPodAutoscaler`.
        "memory" memory: Option<u32>,
        /// No pods while nobody asks for them; the first request wakes them up, through the estate's `ingress.wakeUp`. All components of
        /// the application that sleep wake up together. Default: none. Example: `{ after: 3h }`. Derives: labels that the estate's scaler
        /// reads, and its wake-up gate on the component's routes.
        "toZero" to_zero: Option<ToZero>,
    }
}

record! {
    /// No pods while nobody asks for them.
    pub struct ToZero {
        /// How long after the last request they go. Example: `3h`.
        "after" after: DurationText,
        /// What the first request gets. Default: `page`. Example: `wait`.
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
