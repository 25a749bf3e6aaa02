//! The nodes that pods may be placed on.

use serde_json::value::RawValue;
use serde_json::{Value, json};
use steading_plan::Live;

use crate::connect::Cluster;
use crate::failure::{RequestError, visible};
use crate::kind::built_in;
use crate::list::Filter;

/// Returns what placing pods depends on, of each node; nothing where nodes may not be read.
///
/// # Errors
/// If the server cannot be reached, or answers something else than expected.
pub async fn nodes(cluster: &Cluster) -> Result<Vec<Live>, RequestError> {
    let (kind, filter) = (built_in("", "Node"), Filter::within(None));
    let nodes = cluster.list_values(&kind, &filter).await;
    let nodes = visible(nodes)?.unwrap_or_default();
    let placing = nodes.iter().map(placing);
    Ok(placing
        .filter_map(|node| RawValue::from_string(node.to_string()).ok())
        .map(|json| Live { json })
        .collect())
}

/// Returns a node without what has nothing to do with placing pods, such as the images that it has.
fn placing(node: &Value) -> Value {
    let metadata = &node["metadata"];
    json!({
        "metadata": { "name": metadata["name"], "labels": metadata["labels"] },
        "spec": { "taints": node["spec"]["taints"], "unschedulable": node["spec"]["unschedulable"] },
        "status": { "allocatable": node["status"]["allocatable"], "conditions": node["status"]["conditions"] },
    })
}
