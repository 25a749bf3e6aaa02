//! Priority classes: one for each tier, and one more for pods with a GPU where the tier says so.

use steading_model::estate::Tier;

use crate::pod;

/// Returns the priority classes of a tier with their values.
pub(crate) fn classes(name: &str, tier: &Tier) -> Vec<(String, i64)> {
    let gpu = tier.gpu_priority.map(|value| (gpu_class(name), value));
    [(pod::priority_class(name), tier.priority)]
        .into_iter()
        .chain(gpu)
        .collect()
}

/// Returns the priority class of the pods of a tier that have a GPU.
pub(crate) fn of_gpu(name: &str, tier: &Tier) -> String {
    match tier.gpu_priority {
        Some(_) => gpu_class(name),
        None => pod::priority_class(name),
    }
}

/// The dot keeps it apart from the class of a tier, whose name has none.
fn gpu_class(name: &str) -> String {
    format!("{}.workload", pod::priority_class(name))
}
