//! Steading: compile.
