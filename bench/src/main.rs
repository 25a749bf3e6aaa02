//! Benchmarks of Steading beside its peers.
fn main() {}
