//! Whether pods that cannot be on one node have enough of them: they take ports of the node, or must be spread.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_model::Object;

use super::node::{eligible, is_chosen};
use super::pod::{replicas, template};
use crate::survey::Survey;

/// A port that pods take on their node.
type HostPort = (u64, String);

/// Says why the pods of an object have not enough nodes; `more` are those that an update starts before others end.
pub(super) fn crowded(
    survey: &Survey<'_>,
    object: &Object,
    more: u32,
    nodes: &[Value],
) -> Option<String> {
    let pod = template(&object.id.kind, &object.json)?;
    let fitting = eligible(pod, nodes).ok()?;
    ports(survey, object, pod, more, fitting.len()).or_else(|| spread(object, pod, nodes, &fitting))
}

/// Says which ports of nodes are asked for more often than there are nodes.
fn ports(
    survey: &Survey<'_>,
    object: &Object,
    pod: &Value,
    more: u32,
    nodes: usize,
) -> Option<String> {
    let own = host_ports(pod);
    let (port, protocol) = own.first()?;
    let everywhere = object.id.kind.kind == "DaemonSet";
    let count = |object: &Object| replicas(&object.json, None) as usize;
    let mut needed = if everywhere { nodes } else { count(object) };
    let objects = survey.cases.iter().flat_map(|case| &case.desired.objects);
    let mut others = Vec::new();
    for other in objects.filter(|other| other.id != object.id) {
        let taken = template(&other.id.kind, &other.json).map(host_ports);
        if taken.is_none_or(|taken| taken.is_disjoint(&own)) || other.id.kind.kind.ends_with("Job")
        {
            continue;
        }
        needed += if other.id.kind.kind == "DaemonSet" {
            nodes
        } else {
            count(other)
        };
        others.push(format!("`{}`", other.id));
    }
    if needed > nodes && !others.is_empty() {
        return Some(format!(
            "port {port}/{protocol} of a node can be taken once: with {} there are {needed} pods that take it, and {nodes} nodes",
            others.join(", ")
        ));
    }
    let at_once = needed + if everywhere { 0 } else { more as usize };
    (at_once > nodes && !everywhere).then(|| {
        format!("port {port}/{protocol} of a node can be taken once: {at_once} pods at a time (with those of an update) need as many nodes, and {nodes} fit")
    })
}

/// Returns the ports that a pod takes on its node.
fn host_ports(pod: &Value) -> BTreeSet<HostPort> {
    let on_host = pod["hostNetwork"] == true;
    let kinds = ["containers", "initContainers"];
    let containers = kinds
        .iter()
        .flat_map(|kind| pod[*kind].as_array().into_iter().flatten());
    let ports =
        containers.flat_map(|container| container["ports"].as_array().into_iter().flatten());
    let taken = ports.filter_map(|port| {
        let number = port["hostPort"]
            .as_u64()
            .or_else(|| port["containerPort"].as_u64().filter(|_| on_host))?;
        Some((
            number,
            port["protocol"].as_str().unwrap_or("TCP").to_owned(),
        ))
    });
    taken.collect()
}

/// Says why a spread that is required leaves pods without a place: a zone or node that takes none of them keeps the others from taking more.
fn spread(object: &Object, pod: &Value, nodes: &[Value], fitting: &[&Value]) -> Option<String> {
    let constraints = pod["topologySpreadConstraints"]
        .as_array()
        .into_iter()
        .flatten();
    let required = constraints.filter(|one| one["whenUnsatisfiable"] == "DoNotSchedule");
    let count = replicas(&object.json, None) as usize;
    required.into_iter().find_map(|constraint| {
        let key = constraint["topologyKey"].as_str()?;
        let domain = |node: &Value| node["metadata"]["labels"][key].as_str().map(str::to_owned);
        // The scheduler counts nodes with a taint, and those that are closed, unless it is told not to.
        let all: BTreeSet<String> = nodes.iter().filter(|node| is_chosen(pod, node)).filter_map(domain).collect();
        let open: BTreeSet<String> = fitting.iter().filter_map(|node| domain(node)).collect();
        let skew = usize::try_from(constraint["maxSkew"].as_u64().unwrap_or(1)).ok()?;
        let most = open.len() * skew;
        let is_stuck = open.is_empty() || open.len() < all.len() && count > most;
        is_stuck.then(|| {
            format!(
                "the spread over `{key}` is required: {} of {} take these pods, with {skew} more than the emptiest at most, so {most} of {count} pods have a place",
                open.len(),
                all.len()
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(zone: &str, is_open: bool) -> Value {
        json!({"metadata": {"labels": {"zone": zone}}, "spec": {"unschedulable": !is_open},
            "status": {"allocatable": {"cpu": "2", "memory": "4Gi"}, "conditions": [{"type": "Ready", "status": "True"}]}})
    }

    fn workload(replicas: u32) -> Object {
        let spread =
            json!([{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}]);
        let json = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
            "spec": {"replicas": replicas, "template": {"spec": {"containers": [], "topologySpreadConstraints": spread}}}});
        Object::from_json(json, None).unwrap()
    }

    #[test]
    fn a_zone_that_takes_no_pod_keeps_the_others_from_taking_more() {
        let stuck = |replicas: u32, nodes: &[Value]| {
            let object = workload(replicas);
            let pod = template(&object.id.kind, &object.json).unwrap();
            let fitting = eligible(pod, nodes).unwrap();
            spread(&object, pod, nodes, &fitting).is_some()
        };
        let whole = [node("a", true), node("b", true)];
        let closed = [node("a", true), node("b", false)];
        assert!(!stuck(5, &whole));
        assert!(!stuck(1, &closed));
        assert!(stuck(2, &closed));
    }

    #[test]
    fn ports_of_the_node_are_those_of_its_network_and_those_that_are_named() {
        let ports = json!([{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 80, "hostPort": 8080}]);
        let pod = json!({"containers": [{"ports": ports}]});
        assert_eq!(host_ports(&pod), [(8080, "TCP".to_owned())].into());
        let pod = json!({"hostNetwork": true, "containers": [{"ports": ports}]});
        assert_eq!(
            host_ports(&pod),
            [(53, "UDP".to_owned()), (8080, "TCP".to_owned())].into()
        );
    }
}
