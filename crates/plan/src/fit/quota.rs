//! Whether a namespace's quota holds everything that will be in it, while new pods stand beside old ones.

use std::collections::BTreeMap;

use serde_json::Value;
use steading_model::quantity::Quantity;
use steading_model::{Object, ObjectId};

use super::pod::{self, Amounts, Defaults, add, amounts, most, resources, template, times};
use crate::plan::Draft;
use crate::step::{Action, Effect};
use crate::survey::Survey;
use crate::wave::phase;

/// Returns what is short in each namespace.
pub(super) fn short(survey: &Survey<'_>, drafts: &[Draft]) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let touched = survey
        .cases
        .iter()
        .zip(drafts)
        .filter(|(_, draft)| super::changes_pods(draft))
        .map(|(case, _)| case.key.namespace.as_str());
    for namespace in touched {
        if found.contains_key(namespace) {
            continue;
        }
        let quotas = quotas(survey, namespace);
        if quotas.is_empty() {
            continue;
        }
        let needed = needed(survey, drafts, namespace);
        let messages = quotas
            .iter()
            .flat_map(|(id, hard)| compare(id, hard, &needed))
            .collect();
        found.insert(namespace.to_owned(), messages);
    }
    found
}

fn compare(id: &ObjectId, hard: &BTreeMap<String, Quantity>, needed: &Amounts) -> Vec<String> {
    let zero = Quantity::whole(0);
    hard.iter()
        .filter_map(|(name, hard)| {
            // `cpu` and `memory` are old names of the requests.
            let name = match name.as_str() {
                "cpu" => "requests.cpu",
                "memory" => "requests.memory",
                name => name,
            };
            let needed = needed.get(name).copied().unwrap_or(zero);
            (needed > *hard).then(|| {
                format!("{name}: {needed} needed while new pods start, {hard} allowed by `{id}`")
            })
        })
        .collect()
}

/// Returns the quotas of a namespace as they will be; those limited to some pods are left to the server.
fn quotas(survey: &Survey<'_>, namespace: &str) -> Vec<(ObjectId, BTreeMap<String, Quantity>)> {
    of_kind(survey, namespace, "ResourceQuota")
        .into_iter()
        .filter(|(_, quota)| {
            quota["spec"]["scopes"].is_null() && quota["spec"]["scopeSelector"].is_null()
        })
        .map(|(id, quota)| (id, resources(&quota["spec"]["hard"])))
        .collect()
}

/// Returns the objects of a core kind in a namespace: as desired, else as they are.
fn of_kind(survey: &Survey<'_>, namespace: &str, kind: &str) -> Vec<(ObjectId, Value)> {
    let is_meant =
        |id: &ObjectId| id.kind.is("", kind) && id.namespace.as_deref() == Some(namespace);
    let mut found: BTreeMap<ObjectId, Value> = survey
        .observed
        .objects
        .iter()
        .filter(|(id, _)| is_meant(id))
        .map(|(id, live)| (id.clone(), live.parse()))
        .collect();
    for object in desired(survey).filter(|object| is_meant(&object.id)) {
        found.insert(object.id.clone(), object.json.clone());
    }
    found.into_iter().collect()
}

fn desired<'a>(survey: &'a Survey<'_>) -> impl Iterator<Item = &'a Object> {
    survey.cases.iter().flat_map(|case| &case.desired.objects)
}

/// Returns the most that is in a namespace at one time: all workloads with the surge of those that roll, or with a Job of the release.
fn needed(survey: &Survey<'_>, drafts: &[Draft], namespace: &str) -> Amounts {
    let mut defaults = Defaults::default();
    if let Some((_, limits)) = of_kind(survey, namespace, "LimitRange").first() {
        defaults = Defaults::of(limits);
    }
    let (mut steady, mut surging, mut jobs) = (Amounts::new(), Amounts::new(), Amounts::new());
    for (case, draft) in survey.cases.iter().zip(drafts) {
        for object in case
            .desired
            .objects
            .iter()
            .filter(|object| object.id.namespace.as_deref() == Some(namespace))
        {
            if object.id.kind.is("", "PersistentVolumeClaim") {
                add(&mut steady, &claim(&object.json));
                continue;
            }
            let Some(pod) = template(&object.id.kind, &object.json) else {
                continue;
            };
            let one = amounts(pod, &defaults);
            if phase(&object.id.kind, &object.json).is_some() {
                most(&mut jobs, &one);
                continue;
            }
            if !matches!(
                object.id.kind.kind.as_str(),
                "Deployment" | "StatefulSet" | "ReplicaSet" | "Pod"
            ) {
                continue;
            }
            let live = survey
                .observed
                .objects
                .get(&object.id)
                .map(crate::Live::parse);
            add(
                &mut steady,
                &times(&one, pod::replicas(&object.json, live.as_ref())),
            );
            add(
                &mut surging,
                &times(&one, surge(object, live.as_ref(), draft)),
            );
        }
    }
    most(&mut surging, &jobs);
    add(&mut steady, &surging);
    steady
}

fn claim(claim: &Value) -> Amounts {
    let storage = resources(&claim["spec"]["resources"]["requests"]);
    let storage = storage
        .into_iter()
        .map(|(name, amount)| (format!("requests.{name}"), amount));
    storage
        .chain([("persistentvolumeclaims".to_owned(), Quantity::whole(1))])
        .collect()
}

/// Returns how many pods a Deployment that rolls must have above its number; one that may do with fewer pods can always go on.
pub(super) fn surge(object: &Object, live: Option<&Value>, draft: &Draft) -> u32 {
    let mut steps = draft.release.steps.iter();
    let rolls = steps.any(|step| {
        step.id == object.id && step.action == Action::Update && step.effect == Effect::Restart
    });
    if !rolls || !object.id.kind.is("apps", "Deployment") {
        return 0;
    }
    let replicas = pod::replicas(&object.json, live);
    let limit = |name: &str| {
        let of = |object: &Value| object["spec"]["strategy"]["rollingUpdate"][name].clone();
        let declared = of(&object.json);
        if declared.is_null() {
            live.map_or(Value::Null, of)
        } else {
            declared
        }
    };
    let (spare, surge) = (limit("maxUnavailable"), limit("maxSurge"));
    if pods(&spare, replicas, Rounding::Down) > 0 {
        return 0;
    }
    pods(&surge, replicas, Rounding::Up)
}

/// How Kubernetes rounds a share of pods: a surge up, what may be missing down.
#[derive(Clone, Copy)]
enum Rounding {
    Up,
    Down,
}

/// Returns a number of pods, written as such or as a percentage; a quarter where nothing is written.
fn pods(value: &Value, of: u32, rounding: Rounding) -> u32 {
    if let Some(number) = value.as_u64() {
        return number.try_into().unwrap_or(u32::MAX);
    }
    let text = value.as_str().unwrap_or("25%");
    let percent: u32 = text.trim_end_matches('%').parse().unwrap_or(25);
    let hundredths = of.saturating_mul(percent);
    match rounding {
        Rounding::Up => hundredths.div_ceil(100),
        Rounding::Down => hundredths / 100,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shares_are_rounded_as_kubernetes_rounds_them() {
        for (value, of, up, down) in [
            (json!("25%"), 1, 1, 0),
            (json!("25%"), 4, 1, 1),
            (json!("25%"), 5, 2, 1),
            (json!("100%"), 3, 3, 3),
            (json!(2), 3, 2, 2),
            (json!(null), 2, 1, 0),
            (json!("0%"), 2, 0, 0),
        ] {
            let found = (
                pods(&value, of, Rounding::Up),
                pods(&value, of, Rounding::Down),
            );
            assert_eq!(found, (up, down), "{value} of {of}");
        }
    }
}
