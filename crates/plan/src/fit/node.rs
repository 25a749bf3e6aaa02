//! Whether any node could take a pod: ready, of the right kind, tolerated, and large enough.
//!
//! What else runs on the nodes is the scheduler's business; here is only said what can never fit.

use serde_json::{Map, Value};
use steading_model::quantity::Quantity;

use super::pod::{Defaults, amounts, resources};

/// Returns the nodes that take a pod, or says why none does.
pub(super) fn eligible<'n>(pod: &Value, nodes: &'n [Value]) -> Result<Vec<&'n Value>, String> {
    let open: Vec<&Value> = nodes.iter().filter(|node| is_open(node)).collect();
    if open.is_empty() {
        return Err("no node is ready and open for pods".to_owned());
    }
    let chosen: Vec<&Value> = open
        .into_iter()
        .filter(|node| is_chosen(pod, node))
        .collect();
    if chosen.is_empty() {
        return Err("no node has the labels that its placement asks for".to_owned());
    }
    let tolerated: Vec<&Value> = chosen
        .into_iter()
        .filter(|node| is_tolerated(pod, node))
        .collect();
    if tolerated.is_empty() {
        return Err(
            "every node that its placement allows has a taint that it does not tolerate".to_owned(),
        );
    }
    let needed = amounts(pod, &Defaults::default());
    let is_large = |node: &&Value| {
        let room = resources(&node["status"]["allocatable"]);
        needed
            .iter()
            .all(|(name, needed)| match name.strip_prefix("requests.") {
                Some(name) => room.get(name).is_some_and(|room| needed <= room),
                None => true,
            })
    };
    let large: Vec<&Value> = tolerated.iter().copied().filter(is_large).collect();
    if !large.is_empty() {
        return Ok(large);
    }
    let needs: Vec<String> = needed
        .iter()
        .filter_map(|(name, amount)| Some(format!("{} {amount}", name.strip_prefix("requests.")?)))
        .collect();
    let names = needed
        .keys()
        .filter_map(|name| name.strip_prefix("requests."));
    let largest = largest(&tolerated, names);
    Err(format!(
        "one pod needs {}; the largest node that it may run on has {largest}",
        needs.join(" and ")
    ))
}

/// Returns what the largest node has of what is needed.
fn largest<'n>(nodes: &[&Value], names: impl Iterator<Item = &'n str>) -> String {
    let room = nodes
        .iter()
        .map(|node| resources(&node["status"]["allocatable"]))
        .max_by_key(|room| room.get("memory").copied().unwrap_or(Quantity::whole(0)));
    let room = room.unwrap_or_default();
    let amount = |name: &str| match room.get(name) {
        Some(amount) => format!("{name} {amount}"),
        None => format!("no {name}"),
    };
    names.map(amount).collect::<Vec<_>>().join(" and ")
}

/// Says whether a node is ready and takes new pods.
pub(super) fn is_open(node: &Value) -> bool {
    let conditions = node["status"]["conditions"]
        .as_array()
        .into_iter()
        .flatten();
    let is_ready = conditions
        .filter(|condition| condition["type"] == "Ready")
        .all(|condition| condition["status"] == "True");
    is_ready && node["spec"]["unschedulable"] != true
}

/// Says whether a pod asks for a node of this kind, or for none.
pub(super) fn is_chosen(pod: &Value, node: &Value) -> bool {
    let labels = &node["metadata"]["labels"];
    let selected = pod["nodeSelector"]
        .as_object()
        .is_none_or(|selector| selector.iter().all(|(name, value)| labels[name] == *value));
    let required =
        &pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    let terms = required["nodeSelectorTerms"].as_array();
    selected && terms.is_none_or(|terms| terms.iter().any(|term| matches(term, labels)))
}

fn matches(term: &Value, labels: &Value) -> bool {
    let expressions = term["matchExpressions"].as_array().into_iter().flatten();
    expressions.into_iter().all(|expression| {
        let label = labels.get(expression["key"].as_str().unwrap_or_default());
        let values = expression["values"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        match expression["operator"].as_str() {
            Some("In") => label.is_some_and(|label| values.contains(label)),
            Some("NotIn") => label.is_none_or(|label| !values.contains(label)),
            Some("Exists") => label.is_some(),
            Some("DoesNotExist") => label.is_none(),
            // `Gt` and `Lt` are left to the scheduler.
            _ => true,
        }
    })
}

fn is_tolerated(pod: &Value, node: &Value) -> bool {
    let taints = node["spec"]["taints"].as_array().into_iter().flatten();
    let hard = taints.filter(|taint| taint["effect"] != "PreferNoSchedule");
    let tolerations: Vec<&Map<String, Value>> = pod["tolerations"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .collect();
    hard.into_iter().all(|taint| {
        tolerations
            .iter()
            .any(|toleration| tolerates(toleration, taint))
    })
}

fn tolerates(toleration: &Map<String, Value>, taint: &Value) -> bool {
    let field = |name: &str| {
        toleration
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let same = |name: &str| field(name) == taint[name].as_str().unwrap_or_default();
    let has_effect = field("effect").is_empty() || same("effect");
    let has_key = (field("key").is_empty() && field("operator") == "Exists") || same("key");
    has_effect && has_key && (field("operator") == "Exists" || same("value"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(change: fn(&mut Value)) -> Value {
        let mut node = json!({"metadata": {"labels": {"zone": "a"}}, "spec": {},
            "status": {"allocatable": {"cpu": "2", "memory": "4Gi"}, "conditions": [{"type": "Ready", "status": "True"}]}});
        change(&mut node);
        node
    }

    #[test]
    fn a_pod_fits_unless_every_node_refuses_it() {
        let pod =
            json!({"containers": [{"resources": {"requests": {"cpu": "1", "memory": "3Gi"}}}]});
        let with = |field: &str, value: Value| {
            let mut pod = pod.clone();
            pod[field] = value;
            pod
        };
        let affinity = |operator: &str| {
            json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                {"matchExpressions": [{"key": "zone", "operator": operator, "values": ["a"]}]}]}}})
        };
        let taint: fn(&mut Value) = |node| {
            node["spec"]["taints"] =
                json!([{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]);
        };
        let nothing: fn(&mut Value) = |_| {};
        let unlabelled = Some("no node has the labels that its placement asks for");
        let tainted =
            Some("every node that its placement allows has a taint that it does not tolerate");
        let closed = Some("no node is ready and open for pods");
        for (pod, change, answer) in [
            (pod.clone(), nothing, None),
            (
                pod.clone(),
                |node| node["status"]["allocatable"]["memory"] = json!("2Gi"),
                Some(
                    "one pod needs cpu 1 and memory 3Gi; the largest node that it may run on has cpu 2 and memory 2Gi",
                ),
            ),
            (
                pod.clone(),
                |node| node["spec"]["unschedulable"] = json!(true),
                closed,
            ),
            (
                pod.clone(),
                |node| node["status"]["conditions"][0]["status"] = json!("Unknown"),
                closed,
            ),
            (
                with("nodeSelector", json!({"zone": "b"})),
                nothing,
                unlabelled,
            ),
            (with("nodeSelector", json!({"zone": "a"})), nothing, None),
            (with("affinity", affinity("In")), nothing, None),
            (with("affinity", affinity("NotIn")), nothing, unlabelled),
            (
                with("affinity", affinity("DoesNotExist")),
                nothing,
                unlabelled,
            ),
            (pod.clone(), taint, tainted),
            (
                with("tolerations", json!([{"key": "gpu", "value": "yes"}])),
                taint,
                None,
            ),
            (
                with("tolerations", json!([{"key": "gpu", "value": "no"}])),
                taint,
                tainted,
            ),
            (
                with("tolerations", json!([{"operator": "Exists"}])),
                taint,
                None,
            ),
        ] {
            let nodes = [node(change)];
            assert_eq!(eligible(&pod, &nodes).err().as_deref(), answer, "{pod}");
        }
    }
}
