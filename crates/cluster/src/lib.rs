//! Steading: cluster.
