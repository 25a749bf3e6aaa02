//! Priority classes: one for each tier, and one more for pods with a GPU where the tier says so.

use steading_model::application::Gpu;
use steading_model::estate::Tier;

use crate::scope::Scope;

/// Returns the priority classes of a tier with their values.
pub(crate) fn classes(name: &str, tier: &Tier) -> Vec<(String, i64)> {
    let gpu = tier.gpu_priority.map(|value| (gpu_class(name), value));
    [(class(name), tier.priority)]
        .into_iter()
        .chain(gpu)
        .collect()
}

/// Returns the priority class of a pod.
pub(crate) fn of_pod(scope: &Scope<'_>, gpu: Option<&Gpu>) -> String {
    let tier = scope.application.tier.as_str();
    match gpu.and(scope.tier.gpu_priority) {
        Some(_) => gpu_class(tier),
        None => class(tier),
    }
}

/// Returns the priority class of a tier.
pub(crate) fn class(tier: &str) -> String {
    format!("steading-{tier}")
}

/// The dot keeps it apart from the class of a tier, whose name has none.
fn gpu_class(tier: &str) -> String {
    format!("{}.workload", class(tier))
}
