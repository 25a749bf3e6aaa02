//! A release fits the quota.

use serde_json::Value;
use steading_model::quantity::Quantity;

use crate::capacity::{memory, release};
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// All pods of an application fit its quota, also while a release brings new ones before the old ones go.
    ///
    /// ## Why
    /// A quota that fits the pods at rest refuses the first new pod of a release. The release then waits until it gives up, for a
    /// reason that is only in the events of a ReplicaSet. Counted are all replicas, the surge of rolling updates and the largest job.
    ///
    /// ## Example
    /// In a tier with a quota of 3Gi:
    /// ```yaml
    /// resources: { memory: 1Gi }
    /// replicas: 3                                                       # found: 4Gi during a release
    /// quota: { memory: 5Gi, why: "three replicas, and one during a release" } # right
    /// ```
    "ST4070" "quota-too-small" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(desired) = subject.desired else {
        return Vec::new();
    };
    let nodes = subject
        .estate
        .fields
        .lab
        .as_ref()
        .map_or(1, |lab| lab.nodes.len());
    let demand = release(desired, i128::try_from(nodes).unwrap_or(1));
    let needs = [
        (
            "requests.cpu",
            "quota.cpu",
            demand.cpu,
            Quantity::millis as fn(Quantity) -> i128,
        ),
        (
            "requests.memory",
            "quota.memory",
            demand.memory,
            Quantity::units,
        ),
        (
            "limits.memory",
            "quota.memoryLimit",
            demand.memory_limit,
            Quantity::units,
        ),
        ("pods", "quota.pods", demand.pods, Quantity::units),
    ];
    let quotas = desired
        .objects
        .iter()
        .filter(|object| object.id.kind.is("", "ResourceQuota"));
    let hard = quotas.filter_map(|object| object.json.pointer("/spec/hard"));
    let mut found = Vec::new();
    for hard in hard {
        for (key, field, need, unit) in needs {
            let Some(limit) = hard
                .get(key)
                .and_then(amount)
                .filter(|limit| unit(*limit) < need)
            else {
                continue;
            };
            let need = readable(key, need);
            let message = format!(
                "the pods need {need} of `{key}` during a release, but the quota is {limit}"
            );
            let finding = Finding::new(subject.size_span(), message);
            found.push(finding.help(format!("set `{field}` to at least {need} with the reason, ask for less, or choose a larger tier")));
        }
    }
    found
}

fn amount(value: &Value) -> Option<Quantity> {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    Quantity::parse(&text).ok()
}

/// Returns an amount as people write it: CPU in cores, memory in binary units where that is exact.
fn readable(key: &str, amount: i128) -> String {
    match key {
        "requests.cpu" => format!("{amount}m"),
        "pods" => amount.to_string(),
        _ => memory(amount),
    }
}
