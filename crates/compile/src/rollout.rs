//! How a new version replaces the old one, so that it fits: no second writer, no pod beyond the quota or the required spread.

use serde_json::Value;
use steading_model::application::{Component, SpreadMode, Strategy};
use steading_model::quantity::Quantity;

use crate::json::Fields;
use crate::pod::Pod;
use crate::scope::Scope;
use crate::{resources, scaling};

/// What Kubernetes calls the ways to replace pods.
const RECREATE: &str = "Recreate";

/// Returns `strategy` of a Deployment.
pub(crate) fn strategy(scope: &Scope<'_>, component: &Component, pod: &Pod<'_>) -> Value {
    let declared = scope
        .application
        .fields
        .rollout
        .as_ref()
        .and_then(|rollout| rollout.strategy);
    let single_writer = pod.volumes().any(|volume| volume.is_single_writer);
    if declared == Some(Strategy::Recreate) || single_writer {
        return Fields::new().with("type", RECREATE).into();
    }
    let (surge, unavailable) = if has_room(scope, component) {
        (1, 0)
    } else {
        (0, 1)
    };
    let update = Fields::new()
        .with("maxSurge", surge)
        .with("maxUnavailable", unavailable);
    Fields::new()
        .with("type", "RollingUpdate")
        .with("rollingUpdate", update)
        .into()
}

/// Returns how many pods a component has at least while it runs; one where it does not say.
pub(crate) fn replicas(scope: &Scope<'_>, component: &Component) -> u32 {
    let scaling = component.fields.scaling.as_ref();
    let least = scaling.map(scaling::least);
    let declared = declared_replicas(scope, component);
    declared.or(least).unwrap_or(1)
}

/// Returns how many pods a component may have.
pub(crate) fn most(scope: &Scope<'_>, component: &Component) -> u32 {
    let scaling = component.fields.scaling.as_ref();
    let most = scaling.and_then(|scaling| scaling.max);
    most.unwrap_or_else(|| replicas(scope, component))
}

/// Returns how many pods a component asks for.
pub(crate) fn declared_replicas(scope: &Scope<'_>, component: &Component) -> Option<u32> {
    let availability = scope.application.fields.availability.as_ref();
    component
        .fields
        .replicas
        .or_else(|| availability.and_then(|availability| availability.replicas))
}

/// Says whether a pod more than declared fits.
fn has_room(scope: &Scope<'_>, component: &Component) -> bool {
    let placement = component.fields.placement.as_ref();
    let spread = placement.and_then(|placement| placement.spread.as_ref());
    let waits = spread.is_some_and(|spread| spread.mode == Some(SpreadMode::Required));
    let security = component.fields.security.as_ref();
    let takes_host_ports = security.is_some_and(|security| security.host_network.is_some());
    let takes_gpu = placement.is_some_and(|placement| placement.gpu.is_some());
    !waits && !takes_host_ports && !takes_gpu && fits_quota(scope, component)
}

/// Says whether all pods, and one more of this component, fit the quota.
fn fits_quota(scope: &Scope<'_>, surging: &Component) -> bool {
    let Some(quota) = crate::quota::hard(scope) else {
        return true;
    };
    let zero = Quantity::whole(0);
    let mut total = (zero, zero, zero);
    let mut pods = 0;
    for component in &scope.application.components {
        let extra = u32::from(component.name == surging.name);
        let count = most(scope, component) + extra;
        let amounts = resources::amounts(scope, component.fields.resources.as_ref());
        let add = |sum: Quantity, each: Quantity| each.times(count).plus(sum);
        total = (
            add(total.0, amounts.cpu),
            add(total.1, amounts.memory),
            add(total.2, amounts.memory_limit),
        );
        pods += count;
    }
    total.0 <= quota.cpu
        && total.1 <= quota.memory
        && total.2 <= quota.memory_limit
        && pods <= quota.pods
}
