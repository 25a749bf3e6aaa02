//! The custom kinds that a cluster knows.

use serde_json::Value;

use crate::connect::Cluster;
use crate::failure::RequestError;
use crate::kind::built_in;
use crate::list::Filter;

/// Returns the definitions of all custom resources of a cluster, by name.
pub async fn definitions(cluster: &Cluster) -> Result<Vec<Value>, RequestError> {
    let kind = built_in("apiextensions.k8s.io", "CustomResourceDefinition");
    let mut definitions = cluster.list_values(&kind, &Filter::within(None)).await?;
    definitions
        .sort_by_key(|definition| definition["metadata"]["name"].as_str().map(str::to_owned));
    Ok(definitions)
}
