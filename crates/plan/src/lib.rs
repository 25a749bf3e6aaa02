//! Steading: plan.
