//! What a change of a workload does to its pods.

use serde_json::Value;
use steading_model::GroupKind;

use crate::step::{Effect, FieldChange};
use crate::survey::Case;

/// Says whether an application still has pods.
pub(super) fn has_any(case: &Case<'_>) -> bool {
    let mut objects = case.desired.objects.iter();
    objects.any(|object| object.id.kind.group == "apps")
}

/// Returns the effect of changes on the pods of a workload.
pub(super) fn effect(
    kind: &GroupKind,
    desired: &Value,
    live: &Value,
    changes: &[FieldChange],
) -> Effect {
    if kind.group != "apps" {
        return Effect::None;
    }
    let (before, after) = (replicas(live, None), replicas(desired, Some(live)));
    if kind.kind != "DaemonSet" {
        if before > 0 && after == 0 {
            return Effect::Downtime;
        }
        if before == 0 {
            return Effect::None;
        }
    }
    let restarts = changes
        .iter()
        .any(|change| change.path.starts_with("spec.template."));
    if !restarts {
        return Effect::None;
    }
    match kind.kind.as_str() {
        "Deployment" if has_gap(desired, live, after) => Effect::Downtime,
        "StatefulSet" | "DaemonSet" if is_on_delete(desired, live) => Effect::None,
        "StatefulSet" if after <= 1 => Effect::Downtime,
        "ReplicaSet" => Effect::None,
        _ => Effect::Restart,
    }
}

fn replicas(object: &Value, live: Option<&Value>) -> u64 {
    let of = |object: &Value| object["spec"]["replicas"].as_u64();
    of(object).or_else(|| live.and_then(of)).unwrap_or(1)
}

/// Says whether all pods go before the first new one is ready.
fn has_gap(desired: &Value, live: &Value, replicas: u64) -> bool {
    let strategy = |object: &Value| object["spec"]["strategy"].clone();
    let declared = strategy(desired);
    let strategy = if declared.is_null() {
        strategy(live)
    } else {
        declared
    };
    if strategy["type"] == "Recreate" {
        return true;
    }
    let surge = &strategy["rollingUpdate"]["maxSurge"];
    let is_without_surge = *surge == 0 || *surge == "0" || *surge == "0%";
    replicas == 1 && is_without_surge
}

fn is_on_delete(desired: &Value, live: &Value) -> bool {
    let strategy = |object: &Value| object["spec"]["updateStrategy"]["type"].clone();
    let declared = strategy(desired);
    let strategy = if declared.is_null() {
        strategy(live)
    } else {
        declared
    };
    strategy == "OnDelete"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::step::Standing;

    #[test]
    fn a_changed_template_restarts_pods_as_the_strategy_says() {
        let surge = |value: Value| json!({"strategy": {"rollingUpdate": {"maxSurge": value}}});
        for (kind, spec, path, effect) in [
            (
                "Deployment",
                json!({}),
                "spec.template.spec.containers[web].image",
                Effect::Restart,
            ),
            (
                "Deployment",
                json!({"strategy": {"type": "Recreate"}}),
                "spec.template.metadata.labels.x",
                Effect::Downtime,
            ),
            (
                "Deployment",
                surge(json!(0)),
                "spec.template.spec.hostname",
                Effect::Downtime,
            ),
            (
                "Deployment",
                surge(json!("25%")),
                "spec.template.spec.hostname",
                Effect::Restart,
            ),
            ("Deployment", json!({}), "spec.strategy.type", Effect::None),
            (
                "Deployment",
                json!({"replicas": 0}),
                "spec.replicas",
                Effect::Downtime,
            ),
            (
                "Deployment",
                json!({"replicas": 3}),
                "spec.replicas",
                Effect::None,
            ),
            (
                "StatefulSet",
                json!({}),
                "spec.template.spec.hostname",
                Effect::Downtime,
            ),
            (
                "StatefulSet",
                json!({"replicas": 3}),
                "spec.template.spec.hostname",
                Effect::Restart,
            ),
            (
                "StatefulSet",
                json!({"updateStrategy": {"type": "OnDelete"}}),
                "spec.template.spec.hostname",
                Effect::None,
            ),
            (
                "DaemonSet",
                json!({}),
                "spec.template.spec.hostname",
                Effect::Restart,
            ),
        ] {
            let change = FieldChange {
                path: path.to_owned(),
                before: None,
                after: None,
                standing: Standing::Ours,
            };
            let found = super::effect(
                &GroupKind::new("apps", kind),
                &json!({"spec": spec}),
                &json!({"spec": {"replicas": 1}}),
                &[change],
            );
            assert_eq!(found, effect, "{kind} {spec} {path}");
        }
    }

    #[test]
    fn what_has_no_pods_cannot_restart_them() {
        let live = json!({"spec": {"replicas": 0}});
        let kind = GroupKind::new("apps", "Deployment");
        let change = FieldChange {
            path: "spec.template.spec.hostname".to_owned(),
            before: None,
            after: None,
            standing: Standing::Ours,
        };
        assert_eq!(effect(&kind, &json!({}), &live, &[change]), Effect::None);
    }
}
