//! What a change does to people.

mod gateway;
mod network_policy;
mod reach;
mod route;
mod workload;

use serde_json::Value;
use steading_model::{Object, ObjectId};

use crate::step::Effect;
use crate::survey::{Case, Difference, Survey};
use crate::wave::phase;

/// Returns the effect of making an object.
pub(crate) fn of_create(survey: &Survey<'_>, case: &Case<'_>, object: &Object) -> Effect {
    let json = &object.json;
    let is_exposed = reach::opens(&object.id.kind, json, None)
        || route::opens(survey, case, object, None)
        || gateway::opens(survey, case, object, None);
    if is_exposed {
        Effect::Exposure
    } else {
        Effect::None
    }
}

/// Returns the effect of changing an object in place.
pub(crate) fn of_update(
    survey: &Survey<'_>,
    case: &Case<'_>,
    object: &Object,
    live: &Value,
    difference: &Difference,
) -> Effect {
    let kind = &object.id.kind;
    let is_exposed = reach::opens(kind, &object.json, Some(live))
        || network_policy::opens(kind, &object.json, live)
        || route::opens(survey, case, object, Some(live))
        || gateway::opens(survey, case, object, Some(live));
    let pods = workload::effect(kind, &object.json, live, &difference.changes);
    if is_exposed {
        pods.max(Effect::Exposure)
    } else {
        pods
    }
}

/// Returns the effect of deleting an object and making it again.
pub(crate) fn of_replace(object: &Object) -> Effect {
    let kind = &object.id.kind;
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "PersistentVolumeClaim" | "PersistentVolume" | "Namespace")
        | ("apiextensions.k8s.io", "CustomResourceDefinition") => Effect::DataLoss,
        // A Job of a release is made again by every release.
        _ if phase(kind, &object.json).is_some() => Effect::None,
        _ => Effect::Replace,
    }
}

/// Returns the effect of deleting an object.
pub(crate) fn of_delete(
    survey: &Survey<'_>,
    case: &Case<'_>,
    id: &ObjectId,
    is_guarded: bool,
) -> Effect {
    if is_guarded {
        return Effect::DataLoss;
    }
    if route::opens_by_leaving(survey, case, id) || gateway::opens_by_leaving(survey, id) {
        return Effect::Exposure;
    }
    match (id.kind.group.as_str(), id.kind.kind.as_str()) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("", "Pod" | "Service")
        | ("traefik.io", "IngressRoute" | "IngressRouteTCP" | "IngressRouteUDP")
        | ("networking.k8s.io", "Ingress") => Effect::Downtime,
        ("gateway.networking.k8s.io", kind) if gateway::ROUTES.contains(&kind) => Effect::Downtime,
        _ if gateway::leaves_open(survey, case, id) => Effect::Exposure,
        // A policy that goes with the pods that it guarded takes no gate from anything; nor does one beside a policy that guards all.
        ("networking.k8s.io", "NetworkPolicy")
            if workload::has_any(case) && !network_policy::guards_all(case.desired, id) =>
        {
            Effect::Exposure
        }
        _ => Effect::None,
    }
}
