//! What all pods of an application may ask for together, and what containers get that ask for nothing.

use serde_json::Value;
use steading_model::estate::{TierDefaults, TierQuota};
use steading_model::quantity::Quantity;

use crate::accelerator;
use crate::annotation::ANNOTATION_WHY;
use crate::json::Fields;
use crate::resources::{self, text};
use crate::scope::{Output, Scope};

/// Returns the quota of an application; none where its tier needs none and it has none of its own.
pub(crate) fn hard(scope: &Scope<'_>) -> Option<TierQuota> {
    let tier = &scope.tier.quota;
    let Some(own) = &scope.application.fields.quota else {
        return scope.tier.no_quota.is_none().then(|| tier.clone());
    };
    Some(TierQuota {
        cpu: own.cpu.unwrap_or(tier.cpu),
        memory: own.memory.unwrap_or(tier.memory),
        memory_limit: own.memory_limit.unwrap_or(tier.memory_limit),
        pods: own.pods.unwrap_or(tier.pods),
    })
}

/// Adds the `ResourceQuota` and the `LimitRange`.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    let own = scope.application.fields.quota.as_ref();
    let path = scope
        .application
        .field(if own.is_some() { "quota" } else { "tier" });
    if let Some(quota) = hard(scope) {
        let why = own.map(|own| own.why.as_str());
        let metadata = scope.named(scope.name()).annotation_if(ANNOTATION_WHY, why);
        let hard = accelerator::quota(scope)
            .into_iter()
            .fold(amounts(&quota), |hard, (name, amount)| {
                hard.with(&name, amount)
            });
        let spec = Fields::new().with("hard", hard);
        output.push(
            scope,
            metadata.object("v1", "ResourceQuota").with("spec", spec),
            &path,
        );
    }
    let greatest = resources::greatest_limit(scope);
    let spec = Fields::new().with("limits", vec![limits(&scope.tier.resources, greatest)]);
    let object = scope
        .named(scope.name())
        .object("v1", "LimitRange")
        .with("spec", spec);
    output.push(scope, object, &path);
}

fn amounts(quota: &TierQuota) -> Fields {
    Fields::new()
        .with("requests.cpu", quota.cpu.to_string())
        .with("requests.memory", quota.memory.to_string())
        .with("limits.memory", quota.memory_limit.to_string())
        .with("pods", quota.pods.to_string())
}

/// Returns what containers get that ask for nothing, and the most memory that one may have.
pub(crate) fn limits(tier: &TierDefaults, greatest: Quantity) -> Value {
    let requests = Fields::new()
        .with("cpu", text(tier.cpu))
        .with("memory", text(tier.memory));
    let memory = |amount| Fields::new().with("memory", text(amount));
    Fields::new()
        .with("type", "Container")
        .with("default", memory(tier.memory_limit))
        .with("defaultRequest", requests)
        .with("max", memory(greatest))
        .into()
}
