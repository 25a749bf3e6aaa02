//! Pods by load or by requests; then the number of pods belongs to the scaler, and nothing here writes it.

use serde_json::Value;
use steading_model::application::{Component, Kind, Scaling};

use crate::json::Fields;
use crate::scope::{Metadata, Output, Scope};
use crate::wake_up;

/// The use of CPU that is aimed at, in percent, where nothing else is.
const CPU: u32 = 80;

/// Adds the autoscaler of a component. What is parked has none: it would bring pods back.
pub(crate) fn object(scope: &Scope<'_>, component: &Component, output: &mut Output) {
    let scaling = component.fields.scaling.as_ref();
    let by_load = scaling.and_then(|scaling| Some((scaling, scaling.max?)));
    let Some((scaling, most)) = by_load.filter(|_| scope.application.fields.parked.is_none())
    else {
        return;
    };
    let name = scope.component_name(component);
    let target = Fields::new()
        .with("apiVersion", "apps/v1")
        .with("kind", kind(component))
        .with("name", name.as_str());
    let spec = Fields::new()
        .with("scaleTargetRef", target)
        .with("minReplicas", least(scaling))
        .with("maxReplicas", most)
        .with("metrics", metrics(scaling));
    let metadata = scope.named(name).component(component.name.as_str());
    let object = metadata
        .object("autoscaling/v2", "HorizontalPodAutoscaler")
        .with("spec", spec);
    output.push(scope, object, &component.field("scaling"));
}

/// Adds the labels by which a workload is found that sleeps.
pub(crate) fn labelled(scope: &Scope<'_>, component: &Component, metadata: Metadata) -> Metadata {
    let scaling = component.fields.scaling.as_ref();
    let sleeps = scaling.is_some_and(|scaling| scaling.to_zero.is_some());
    if !sleeps || scope.application.fields.parked.is_some() {
        return metadata;
    }
    metadata
        .label("sablier.enable", "true")
        .label("sablier.group", wake_up::group(scope))
}

/// Returns the fewest pods of a component that scales by load.
pub(crate) fn least(scaling: &Scaling) -> u32 {
    scaling.min.unwrap_or(1)
}

fn kind(component: &Component) -> &'static str {
    match component.fields.kind {
        Some(Kind::Stateful) => "StatefulSet",
        _ => "Deployment",
    }
}

fn metrics(scaling: &Scaling) -> Vec<Value> {
    let cpu = scaling
        .cpu
        .or_else(|| scaling.memory.is_none().then_some(CPU));
    let aims = [("cpu", cpu), ("memory", scaling.memory)].into_iter();
    let aims = aims.filter_map(|(name, percent)| Some((name, percent?)));
    aims.map(|(name, percent)| {
        let target = Fields::new()
            .with("type", "Utilization")
            .with("averageUtilization", percent);
        let resource = Fields::new().with("name", name).with("target", target);
        Fields::new()
            .with("type", "Resource")
            .with("resource", resource)
            .into()
    })
    .collect()
}
