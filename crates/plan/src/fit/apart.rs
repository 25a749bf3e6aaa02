//! Whether pods that cannot be on one node have enough of them: they take ports of the node, or must be spread.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_model::Object;

use super::node::is_chosen;
use super::pod::{count, replicas, template};
use super::quota::surge;
use crate::observed::Live;
use crate::plan::Draft;
use crate::survey::Survey;

/// A port that pods take on their node.
type HostPort = (u64, String);

/// Pods of one object, and the nodes that take one of them.
pub(super) struct Pods<'a> {
    pub(super) object: &'a Object,
    pub(super) pod: &'a Value,
    pub(super) fitting: Vec<&'a Value>,
}

impl Pods<'_> {
    /// Says why these pods have not enough nodes.
    pub(super) fn crowded(
        &self,
        survey: &Survey<'_>,
        draft: &Draft,
        nodes: &[Value],
    ) -> Option<String> {
        self.ports(survey, draft).or_else(|| self.spread(nodes))
    }

    /// Says which ports of nodes are asked for more often than there are nodes.
    fn ports(&self, survey: &Survey<'_>, draft: &Draft) -> Option<String> {
        let own = host_ports(self.pod);
        let (port, protocol) = own.first()?;
        let nodes = self.fitting.len();
        let takes = |object: &Object| count(&object.id.kind, &object.json, None, nodes) as usize;
        let objects = survey.cases.iter().flat_map(|case| &case.desired.objects);
        let others: Vec<&Object> = objects
            .filter(|other| other.id != self.object.id && shares_one(other, &own))
            .collect();
        let needed = takes(self.object) + others.iter().map(|other| takes(other)).sum::<usize>();
        if needed > nodes && !others.is_empty() {
            let names: Vec<String> = others
                .iter()
                .map(|other| format!("`{}`", other.id))
                .collect();
            return Some(format!(
                "port {port}/{protocol} of a node can be taken once: with {} there are {needed} pods that take it, and {nodes} nodes",
                names.join(", ")
            ));
        }
        let live = survey
            .observed
            .objects
            .get(&self.object.id)
            .map(Live::parse);
        let at_once = needed + surge(self.object, live.as_ref(), draft) as usize;
        (at_once > nodes).then(|| {
            format!("port {port}/{protocol} of a node can be taken once: {at_once} pods at a time (with those of an update) need as many nodes, and {nodes} fit")
        })
    }

    /// Says why a spread that is required leaves pods without a place: a zone or node that takes none of them keeps the others from taking
    /// more.
    fn spread(&self, nodes: &[Value]) -> Option<String> {
        let constraints = self.pod["topologySpreadConstraints"].as_array();
        let mut required = constraints
            .into_iter()
            .flatten()
            .filter(|one| one["whenUnsatisfiable"] == "DoNotSchedule");
        required.find_map(|constraint| self.stuck(constraint, nodes))
    }

    fn stuck(&self, constraint: &Value, nodes: &[Value]) -> Option<String> {
        let key = constraint["topologyKey"].as_str()?;
        let domain = |node: &Value| node["metadata"]["labels"][key].as_str().map(str::to_owned);
        // The scheduler counts nodes with a taint, and those that are closed, unless it is told not to.
        let chosen = nodes.iter().filter(|node| is_chosen(self.pod, node));
        let all: BTreeSet<String> = chosen.filter_map(domain).collect();
        let open: BTreeSet<String> = self
            .fitting
            .iter()
            .filter_map(|node| domain(node))
            .collect();
        let skew = usize::try_from(constraint["maxSkew"].as_u64().unwrap_or(1)).ok()?;
        let (count, most) = (
            replicas(&self.object.json, None) as usize,
            open.len() * skew,
        );
        let is_stuck = open.is_empty() || open.len() < all.len() && count > most;
        is_stuck.then(|| {
            format!(
                "the spread over `{key}` is required: {} of {} take these pods, with {skew} more than the emptiest at most, so {most} of {count} pods have a place",
                open.len(),
                all.len()
            )
        })
    }
}

/// Says whether pods of an object that keeps them take one of these ports.
fn shares_one(object: &Object, ports: &BTreeSet<HostPort>) -> bool {
    let taken = template(&object.id.kind, &object.json).map(host_ports);
    !object.id.kind.kind.ends_with("Job") && taken.is_some_and(|taken| !taken.is_disjoint(ports))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::node::eligible;
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
            let pods = Pods {
                object: &object,
                pod,
                fitting: eligible(pod, nodes).unwrap(),
            };
            pods.spread(nodes).is_some()
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
