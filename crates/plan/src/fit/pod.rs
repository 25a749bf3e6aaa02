//! What pods ask for.

use std::collections::BTreeMap;

use serde_json::Value;
use steading_model::GroupKind;
use steading_model::quantity::Quantity;

/// Amounts by resource, named as a resource quota names them: `requests.cpu`, `limits.memory`, `pods`.
pub(super) type Amounts = BTreeMap<String, Quantity>;

/// Returns the pod template of a workload.
pub(super) fn template<'o>(kind: &GroupKind, object: &'o Value) -> Option<&'o Value> {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("apps", _) | ("batch", "Job") => object.pointer("/spec/template/spec"),
        ("batch", "CronJob") => object.pointer("/spec/jobTemplate/spec/template/spec"),
        ("", "Pod") => object.get("spec"),
        _ => None,
    }
}

/// Returns how many pods a workload keeps.
pub(super) fn replicas(object: &Value, live: Option<&Value>) -> u32 {
    let of = |object: &Value| object["spec"]["replicas"].as_u64();
    let replicas = of(object).or_else(|| live.and_then(of)).unwrap_or(1);
    u32::try_from(replicas).unwrap_or(u32::MAX)
}

/// Returns how many pods a workload keeps on so many nodes.
pub(super) fn count(kind: &GroupKind, object: &Value, live: Option<&Value>, nodes: usize) -> u32 {
    match kind.kind.as_str() {
        "DaemonSet" => u32::try_from(nodes).unwrap_or(u32::MAX),
        _ => replicas(object, live),
    }
}

/// Returns what one pod asks for: its containers together, or the greediest init container where that is more.
///
/// Where a container says nothing, its limit is its request, and then the default of the namespace's limit range.
pub(super) fn amounts(pod: &Value, defaults: &Defaults) -> Amounts {
    let mut sum = Amounts::new();
    let mut greediest = Amounts::new();
    for container in pod["containers"].as_array().into_iter().flatten() {
        add(&mut sum, &of_container(container, defaults));
    }
    for init in pod["initContainers"].as_array().into_iter().flatten() {
        let amounts = of_container(init, defaults);
        if init["restartPolicy"] == "Always" {
            add(&mut sum, &amounts);
        } else {
            most(&mut greediest, &amounts);
        }
    }
    most(&mut sum, &greediest);
    sum.insert("pods".to_owned(), Quantity::whole(1));
    sum
}

/// The defaults of a limit range for containers.
#[derive(Default)]
pub(super) struct Defaults {
    requests: BTreeMap<String, Quantity>,
    limits: BTreeMap<String, Quantity>,
}

impl Defaults {
    /// Reads the defaults of a limit range.
    pub(super) fn of(limit_range: &Value) -> Self {
        let limits = limit_range["spec"]["limits"]
            .as_array()
            .into_iter()
            .flatten();
        let mut defaults = Self::default();
        for limit in limits.filter(|limit| limit["type"] == "Container") {
            defaults.limits.extend(resources(&limit["default"]));
            // Without a default request the server takes the default limit.
            defaults.requests.extend(resources(&limit["default"]));
            defaults
                .requests
                .extend(resources(&limit["defaultRequest"]));
        }
        defaults
    }
}

fn of_container(container: &Value, defaults: &Defaults) -> Amounts {
    let (requests, limits) = (
        resources(&container["resources"]["requests"]),
        resources(&container["resources"]["limits"]),
    );
    let mut found = Amounts::new();
    // Later ones win: the namespace's default, the container's own limit, its own request.
    for source in [&defaults.requests, &limits, &requests] {
        found.extend(
            source
                .iter()
                .map(|(name, amount)| (format!("requests.{name}"), *amount)),
        );
    }
    for source in [&defaults.limits, &limits] {
        found.extend(
            source
                .iter()
                .map(|(name, amount)| (format!("limits.{name}"), *amount)),
        );
    }
    found
}

/// Reads a map of quantities.
pub(super) fn resources(map: &Value) -> BTreeMap<String, Quantity> {
    let fields = map.as_object().into_iter().flatten();
    fields
        .filter_map(|(name, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            Some((name.clone(), Quantity::parse(&text).ok()?))
        })
        .collect()
}

/// Adds amounts.
pub(super) fn add(sum: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        let before = sum.get(name).copied();
        sum.insert(
            name.clone(),
            before.map_or(*amount, |before| before.plus(*amount)),
        );
    }
}

/// Returns so many times the amounts.
pub(super) fn times(amounts: &Amounts, times: u32) -> Amounts {
    amounts
        .iter()
        .map(|(name, amount)| (name.clone(), amount.times(times)))
        .collect()
}

/// Takes the greater of each amount.
pub(super) fn most(one: &mut Amounts, other: &Amounts) {
    for (name, amount) in other {
        let before = one.get(name).copied();
        one.insert(
            name.clone(),
            before.map_or(*amount, |before| before.max(*amount)),
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(amounts: &Amounts) -> Vec<String> {
        amounts
            .iter()
            .map(|(name, amount)| format!("{name}={amount}"))
            .collect()
    }

    #[test]
    fn a_pod_asks_for_its_containers_or_its_greediest_init_container() {
        let container = |cpu: &str| json!({"resources": {"requests": {"cpu": cpu}}});
        let mut sidecar = container("50m");
        sidecar["restartPolicy"] = json!("Always");
        for (pod, cpu) in [
            (
                json!({"containers": [container("100m"), container("200m")]}),
                "300m",
            ),
            (
                json!({"containers": [container("100m")], "initContainers": [container("500m"), container("200m")]}),
                "500m",
            ),
            (
                json!({"containers": [container("100m")], "initContainers": [sidecar]}),
                "150m",
            ),
        ] {
            let found = amounts(&pod, &Defaults::default());
            assert_eq!(
                shown(&found),
                [String::from("pods=1"), format!("requests.cpu={cpu}")],
                "{pod}"
            );
        }
    }

    #[test]
    fn what_a_container_does_not_say_comes_from_its_limit_and_the_namespace() {
        let defaults = Defaults::of(&json!({"spec": {"limits": [
            {"type": "Container", "default": {"memory": "1Gi"}, "defaultRequest": {"cpu": "100m"}},
            {"type": "Pod", "max": {"memory": "9Gi"}},
        ]}}));
        let found = amounts(
            &json!({"containers": [{}, {"resources": {"limits": {"memory": "2Gi"}}}]}),
            &defaults,
        );
        assert_eq!(
            shown(&found),
            [
                "limits.memory=3Gi",
                "pods=1",
                "requests.cpu=200m",
                "requests.memory=3Gi"
            ]
        );
    }
}
