//! The objects that all applications share.

use std::path::Path;

use steading_compile::{SHARED_NAMESPACE, compile_shared};

use crate::estates;

#[test]
fn every_tier_has_a_priority_class() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/homestead");
    let loaded = estates::read(&folder);
    let shared = compile_shared(loaded.estate());
    let names: Vec<String> = shared
        .objects
        .iter()
        .map(|object| object.id.to_string())
        .collect();
    assert_eq!(
        names,
        [
            format!("Namespace {SHARED_NAMESPACE}"),
            "PriorityClass steading-aux".to_owned(),
            "PriorityClass steading-cluster".to_owned(),
            "PriorityClass steading-core".to_owned(),
            "PriorityClass steading-edge".to_owned(),
            "PriorityClass steading-gpu".to_owned(),
            "PriorityClass steading-gpu.workload".to_owned(),
        ]
    );
    let core = &shared.objects[3].json;
    assert_eq!(core["value"], 1_000_000);
    assert_eq!(core["preemptionPolicy"], "PreemptLowerPriority");
    assert_eq!(shared.title(), "shared/estate");
}
