//! Steading: testkit.
