//! Services and pods that become reachable from outside the cluster.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_model::GroupKind;

/// Says whether an object opens something that the live one does not.
pub(super) fn opens(kind: &GroupKind, desired: &Value, live: Option<&Value>) -> bool {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Service") => service(&desired["spec"], live.map(|live| &live["spec"])),
        ("networking.k8s.io", "Ingress") => grows(&hosts(desired), live.map(hosts)),
        ("apps", _) => grows(&host_ports(desired), live.map(host_ports)),
        _ => false,
    }
}

fn service(desired: &Value, live: Option<&Value>) -> bool {
    let is_outside = |spec: &Value| spec["type"] == "LoadBalancer" || spec["type"] == "NodePort";
    let external = |spec: &Value| texts(&spec["externalIPs"]);
    let was_outside = live.is_some_and(is_outside);
    if grows(&external(desired), live.map(external)) || (is_outside(desired) && !was_outside) {
        return true;
    }
    // Without ranges everybody may come.
    let (before, after) = (
        live.map(|live| texts(&live["loadBalancerSourceRanges"]))
            .unwrap_or_default(),
        texts(&desired["loadBalancerSourceRanges"]),
    );
    was_outside
        && !before.is_empty()
        && (after.is_empty() || !super::network_policy::covers_all(&before, &after))
}

fn hosts(ingress: &Value) -> BTreeSet<String> {
    let rules = ingress["spec"]["rules"].as_array().into_iter().flatten();
    rules
        .map(|rule| rule["host"].as_str().unwrap_or("*").to_owned())
        .chain((!ingress["spec"]["defaultBackend"].is_null()).then(|| "*".to_owned()))
        .collect()
}

/// Returns the ports that pods open on their node, and whether they are in its network.
fn host_ports(workload: &Value) -> BTreeSet<String> {
    let pod = &workload["spec"]["template"]["spec"];
    let containers = pod["containers"].as_array().into_iter().flatten();
    let ports =
        containers.flat_map(|container| container["ports"].as_array().into_iter().flatten());
    ports
        .filter_map(|port| port["hostPort"].as_u64())
        .filter(|port| *port > 0)
        .map(|port| port.to_string())
        .chain((pod["hostNetwork"] == true).then(|| "network".to_owned()))
        .collect()
}

fn texts(list: &Value) -> BTreeSet<String> {
    let items = list.as_array().into_iter().flatten();
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

fn grows(after: &BTreeSet<String>, before: Option<BTreeSet<String>>) -> bool {
    !after.is_subset(&before.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_service_opens_when_the_world_can_reach_it() {
        let kind = GroupKind::new("", "Service");
        let balancer =
            |ranges: Value| json!({"type": "LoadBalancer", "loadBalancerSourceRanges": ranges});
        for (before, after, is) in [
            (None, json!({"type": "ClusterIP"}), false),
            (None, json!({"type": "LoadBalancer"}), true),
            (
                Some(json!({"type": "ClusterIP"})),
                json!({"type": "NodePort"}),
                true,
            ),
            (
                Some(json!({"type": "LoadBalancer"})),
                json!({"type": "LoadBalancer"}),
                false,
            ),
            (
                Some(balancer(json!(["10.0.0.0/8"]))),
                balancer(json!(["10.1.0.0/16"])),
                false,
            ),
            (
                Some(balancer(json!(["10.0.0.0/8"]))),
                balancer(json!(["0.0.0.0/0"])),
                true,
            ),
            (
                Some(balancer(json!(["10.0.0.0/8"]))),
                balancer(json!([])),
                true,
            ),
            (Some(json!({})), json!({"externalIPs": ["192.0.2.1"]}), true),
        ] {
            let before = before.map(|spec| json!({"spec": spec}));
            let after = json!({"spec": after});
            assert_eq!(
                opens(&kind, &after, before.as_ref()),
                is,
                "{before:?} -> {after}"
            );
        }
    }

    #[test]
    fn a_port_of_the_node_opens_it() {
        let kind = GroupKind::new("apps", "DaemonSet");
        let pod = |port: Value| json!({"spec": {"template": {"spec": {"containers": [{"ports": [port]}]}}}});
        let (closed, open) = (
            pod(json!({"containerPort": 80})),
            pod(json!({"containerPort": 80, "hostPort": 80})),
        );
        assert!(opens(&kind, &open, Some(&closed)));
        assert!(!opens(&kind, &open, Some(&open)));
        assert!(!opens(&kind, &closed, Some(&open)));
    }
}
