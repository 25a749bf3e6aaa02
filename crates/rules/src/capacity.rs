//! What the pods of an application ask for together, from its compiled objects.

use serde_json::Value;
use steading_model::quantity::Quantity;
use steading_model::{Desired, FieldPath, Object};

use crate::containers::pod_spec;

/// What pods ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Demand {
    /// Thousandths of a core, requested.
    pub(crate) cpu: i128,
    /// Bytes of memory, requested.
    pub(crate) memory: i128,
    /// Bytes of memory, at most.
    pub(crate) memory_limit: i128,
    /// How many.
    pub(crate) pods: i128,
}

impl Demand {
    fn plus(self, other: Self) -> Self {
        Self {
            cpu: self.cpu + other.cpu,
            memory: self.memory + other.memory,
            memory_limit: self.memory_limit + other.memory_limit,
            pods: self.pods + other.pods,
        }
    }

    fn times(self, times: i128) -> Self {
        Self {
            cpu: self.cpu * times,
            memory: self.memory * times,
            memory_limit: self.memory_limit * times,
            pods: self.pods * times,
        }
    }

    fn most(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.max(other.cpu),
            memory: self.memory.max(other.memory),
            memory_limit: self.memory_limit.max(other.memory_limit),
            pods: self.pods.max(other.pods),
        }
    }
}

/// Returns what one pod of an object asks for; nothing for an object that makes none.
pub(crate) fn pod(object: &Value) -> Option<Demand> {
    let (_, spec) = pod_spec(object, &FieldPath::default())?;
    let list = |key: &str| {
        spec.get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    let running = list("containers")
        .map(container)
        .fold(Demand::default(), Demand::plus);
    // Steps before run one after the other; those that stay count beside the containers.
    let (beside, before): (Vec<&Value>, Vec<&Value>) =
        list("initContainers").partition(|step| step["restartPolicy"] == "Always");
    let running = beside
        .into_iter()
        .map(container)
        .fold(running, Demand::plus);
    let most = before
        .into_iter()
        .map(container)
        .fold(running, Demand::most);
    Some(Demand { pods: 1, ..most })
}

fn container(container: &Value) -> Demand {
    let amount = |pointer: &str| {
        let written = container.pointer(pointer)?;
        let text = written
            .as_str()
            .map_or_else(|| written.to_string(), str::to_owned);
        Quantity::parse(&text).ok()
    };
    let or_limit = |name: &str| {
        amount(&format!("/resources/requests/{name}"))
            .or_else(|| amount(&format!("/resources/limits/{name}")))
    };
    Demand {
        cpu: or_limit("cpu").map_or(0, Quantity::millis),
        memory: or_limit("memory").map_or(0, Quantity::units),
        memory_limit: amount("/resources/limits/memory").map_or(0, Quantity::units),
        pods: 0,
    }
}

/// Returns what all pods ask for at the worst moment of a release: every replica, those that come before others go, and the largest job.
pub(crate) fn release(desired: &Desired, nodes: i128) -> Demand {
    let standing = desired
        .objects
        .iter()
        .map(|object| standing(object, nodes))
        .fold(Demand::default(), Demand::plus);
    let jobs = desired
        .objects
        .iter()
        .filter(|object| matches!(object.id.kind.kind.as_str(), "Job" | "CronJob"));
    let largest = jobs
        .filter_map(|object| pod(&object.json))
        .fold(Demand::default(), Demand::most);
    standing.plus(largest)
}

fn standing(object: &Object, nodes: i128) -> Demand {
    let Some(one) = pod(&object.json) else {
        return Demand::default();
    };
    let replicas = object
        .json
        .pointer("/spec/replicas")
        .and_then(Value::as_i64)
        .map_or(1, i128::from);
    let count = match object.id.kind.kind.as_str() {
        "Deployment" => replicas + surge(&object.json, replicas),
        "StatefulSet" | "ReplicaSet" => replicas,
        "DaemonSet" => nodes,
        "Pod" => 1,
        _ => 0,
    };
    one.times(count)
}

/// Returns how many pods a rolling update adds: a number, or a share rounded up; Kubernetes' default is 25%.
fn surge(deployment: &Value, replicas: i128) -> i128 {
    if replicas == 0
        || deployment
            .pointer("/spec/strategy/type")
            .and_then(Value::as_str)
            == Some("Recreate")
    {
        return 0;
    }
    let share = |percent: i128| (replicas * percent + 99) / 100;
    match deployment.pointer("/spec/strategy/rollingUpdate/maxSurge") {
        Some(Value::Number(number)) => number.as_i64().map_or(0, i128::from),
        Some(Value::String(text)) => text
            .strip_suffix('%')
            .and_then(|text| text.parse().ok())
            .map_or(0, share),
        _ => share(25),
    }
}

/// Returns bytes in the largest binary unit that is exact, rounded up to mebibytes.
pub(crate) fn memory(bytes: i128) -> String {
    let text = format!("{}Mi", (bytes + (1 << 20) - 1) >> 20);
    Quantity::parse(&text).map_or(text, |quantity| quantity.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn steps_before_count_where_they_are_larger() {
        let resources = |cpu: &str| json!({ "resources": { "requests": { "cpu": cpu, "memory": "10" }, "limits": { "memory": "20" } } });
        let object = json!({ "kind": "Pod", "spec": {
            "containers": [resources("100m"), resources("50m")],
            "initContainers": [resources("400m"), resources("1m")],
        }});
        assert_eq!(
            pod(&object),
            Some(Demand {
                cpu: 400,
                memory: 20,
                memory_limit: 40,
                pods: 1
            })
        );
    }

    #[test]
    fn a_share_of_surge_is_rounded_up() {
        let deployment = |surge: Value| json!({ "spec": { "strategy": { "rollingUpdate": { "maxSurge": surge } } } });
        assert_eq!(surge(&deployment(json!("25%")), 3), 1);
        assert_eq!(surge(&deployment(json!("50%")), 5), 3);
        assert_eq!(surge(&deployment(json!(2)), 5), 2);
        assert_eq!(surge(&json!({ "spec": {} }), 5), 2);
        assert_eq!(
            surge(
                &json!({ "spec": { "strategy": { "type": "Recreate" } } }),
                5
            ),
            0
        );
    }
}
