//! Drains can finish.

use serde_json::Value;
use steading_model::Object;

use crate::containers::raw;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// No disruption budget under `raw` keeps the last pod from being moved.
    ///
    /// ## Why
    /// A budget that allows no disruption blocks the drain of its node: reboots and upgrades of the whole cluster wait, in one of the
    /// platforms that were studied for six days. Budgets that Steading derives always leave room.
    ///
    /// ## Example
    /// ```yaml
    /// raw: [{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: { name: web }, spec: { maxUnavailable: 0, … } }] # found
    /// availability: { replicas: 2 }                                                                                      # right
    /// ```
    "ST4073" "drain-blocked" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let budgets =
        raw(subject.application).filter(|(_, object)| object["kind"] == "PodDisruptionBudget");
    budgets
        .filter_map(|(path, object)| {
            let spec = object.get("spec")?;
            let objects = subject
                .desired
                .map(|desired| desired.objects.as_slice())
                .unwrap_or_default();
            let blocked = blocking_key(spec, replicas(spec, objects))?;
            let span = subject.span(&path.key("spec").key(blocked));
            let finding = Finding::new(
                span,
                "this budget lets no pod be moved: no drain of its node can finish",
            );
            Some(finding.help("write `maxUnavailable: 1`, or leave the budget to `availability`"))
        })
        .collect()
}

fn blocking_key(spec: &Value, replicas: i64) -> Option<&'static str> {
    let says = |key: &str, texts: &[&str]| {
        spec.get(key)
            .is_some_and(|value| texts.iter().any(|text| value == text))
    };
    if spec.get("maxUnavailable").and_then(Value::as_i64) == Some(0)
        || says("maxUnavailable", &["0", "0%"])
    {
        return Some("maxUnavailable");
    }
    let least = spec.get("minAvailable").and_then(Value::as_i64);
    (least.is_some_and(|least| least >= replicas) || says("minAvailable", &["100%"]))
        .then_some("minAvailable")
}

/// Returns how many pods the budget's selector covers among the workloads of the application; one where none is found.
fn replicas(spec: &Value, objects: &[Object]) -> i64 {
    let wanted = spec
        .pointer("/selector/matchLabels")
        .and_then(Value::as_object);
    let covered = objects.iter().filter(|object| {
        let labels = object.json.pointer("/spec/template/metadata/labels");
        labels.is_some_and(|labels| {
            wanted.is_some_and(|wanted| {
                wanted
                    .iter()
                    .all(|(key, value)| labels.get(key) == Some(value))
            })
        })
    });
    let count = covered
        .map(|object| {
            object
                .json
                .pointer("/spec/replicas")
                .and_then(Value::as_i64)
                .unwrap_or(1)
        })
        .sum::<i64>();
    count.max(1)
}
