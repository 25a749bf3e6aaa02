//! Makes the nodes of a lab follow its shape.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Node;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::{Client, ResourceExt};
use serde_json::{Value, json};

use crate::api::FIELD_MANAGER;
use crate::component::KUBELET;
use crate::shape::{NodeShape, Shape};

/// Marks the nodes that a shape made, so that those that left the shape can be taken away.
const OURS: &str = "lab.steading.dev/node";

/// Creates, updates and removes nodes until they are those of the shape; `kubelet` is the port of the program that plays their kubelets.
pub(crate) async fn reconcile(
    client: &Client,
    shape: &Shape,
    kubelet: u16,
) -> Result<(), kube::Error> {
    let nodes: Api<Node> = Api::all(client.clone());
    let there = nodes.list(&ListParams::default().labels(OURS)).await?;
    for (index, node) in shape.nodes.iter().enumerate() {
        ensure(&nodes, &node.name, &object(node, index, kubelet)).await?;
    }
    for node in there {
        let name = node.name_any();
        if !shape.nodes.iter().any(|wanted| wanted.name == name) {
            nodes.delete(&name, &DeleteParams::default()).await?;
        }
    }
    Ok(())
}

/// Tells how many nodes of the shape are ready.
pub(crate) async fn count_ready(client: &Client, shape: &Shape) -> Result<usize, kube::Error> {
    let nodes: Api<Node> = Api::all(client.clone());
    let there = nodes.list(&ListParams::default()).await?;
    let wanted = |node: &&Node| shape.nodes.iter().any(|one| one.name == node.name_any());
    Ok(there
        .iter()
        .filter(wanted)
        .filter(|node| is_ready(node))
        .count())
}

/// Tells whether a node says that it is ready, and may take pods.
pub(crate) fn is_ready(node: &Node) -> bool {
    let conditions = node
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_ref());
    let ready = |conditions: &Vec<_>| {
        conditions
            .iter()
            .any(|one: &k8s_openapi::api::core::v1::NodeCondition| {
                one.type_ == "Ready" && one.status == "True"
            })
    };
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_ref());
    let open = taints.is_none_or(|taints| taints.iter().all(|one| one.key != NOT_READY));
    conditions.is_some_and(ready) && open
}

const NOT_READY: &str = "node.kubernetes.io/not-ready";

async fn ensure(nodes: &Api<Node>, name: &str, object: &Value) -> Result<(), kube::Error> {
    let node: Node = serde_json::from_value(object.clone()).map_err(kube::Error::SerdeError)?;
    // Only creation takes the status along, so that the node is never seen without its size.
    match nodes.create(&PostParams::default(), &node).await {
        Err(kube::Error::Api(status)) if status.is_already_exists() => {}
        other => return other.map(drop),
    }
    let apply = PatchParams::apply(FIELD_MANAGER).force();
    nodes.patch(name, &apply, &Patch::Apply(object)).await?;
    nodes
        .patch_status(name, &apply, &Patch::Apply(object))
        .await
        .map(drop)
}

fn object(shape: &NodeShape, index: usize, kubelet: u16) -> Value {
    let mut spec = json!({});
    if !shape.taints.is_empty() {
        spec["taints"] = json!(shape.taints);
    }
    let room = json!({
        "cpu": shape.cpu,
        "memory": shape.memory,
        "pods": shape.pods.to_string(),
        "ephemeral-storage": "100Gi",
    });
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": shape.name, "labels": labels(shape)},
        "spec": spec,
        "status": {
            "capacity": room,
            "allocatable": room,
            "addresses": [
                {"type": "InternalIP", "address": format!("10.0.{}.{}", index / 250, index % 250 + 1)},
                {"type": "Hostname", "address": shape.name},
                {"type": KUBELET, "address": "localhost"},
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": kubelet}},
            "nodeInfo": node_info(),
        },
    })
}

/// What a kubelet of this version would say of its machine.
fn node_info() -> Value {
    let version = format!("v{}", crate::KUBERNETES_VERSION);
    json!({
        "architecture": "amd64",
        "bootID": "",
        "containerRuntimeVersion": "kwok://simulated",
        "kernelVersion": "simulated",
        "kubeProxyVersion": version,
        "kubeletVersion": version,
        "machineID": "",
        "operatingSystem": "linux",
        "osImage": "steading lab",
        "systemUUID": "",
    })
}

fn labels(shape: &NodeShape) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::from([
        ("kubernetes.io/arch", "amd64"),
        ("kubernetes.io/os", "linux"),
        ("kubernetes.io/hostname", shape.name.as_str()),
        (OURS, "true"),
    ]);
    if let Some(zone) = &shape.zone {
        labels.insert("topology.kubernetes.io/zone", zone);
    }
    let own = shape
        .labels
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()));
    labels.extend(own);
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    labels.into_iter().map(owned).collect()
}
