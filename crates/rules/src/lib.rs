//! Steading: rules.
