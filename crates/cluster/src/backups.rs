//! What can be seen of backups in a namespace.

use serde_json::Value;
use steading_model::GroupKind;

use crate::connect::Cluster;
use crate::failure::{RequestError, visible};
use crate::list::Filter;

/// The kinds whose objects say by themselves that a backup was made, and of what.
const KINDS: [(&str, &str); 2] = [
    ("snapshot.storage.k8s.io", "VolumeSnapshot"),
    ("postgresql.cnpg.io", "Backup"),
];

/// Returns the snapshots of volumes and the backups of databases in a namespace. What the cluster does not serve, and what may not be
/// read, proves nothing and is left out.
///
/// # Errors
/// If the server cannot be reached, or answers something else than expected.
pub async fn backups(cluster: &Cluster, namespace: &str) -> Result<Vec<Value>, RequestError> {
    let mut found = Vec::new();
    for (group, kind) in KINDS {
        let Some(kind) = cluster.kind(&GroupKind::new(group, kind), None).await? else {
            continue;
        };
        let filter = Filter::within(Some(namespace));
        let objects = visible(cluster.list_values(&kind, &filter).await)?;
        found.extend(objects.into_iter().flatten());
    }
    Ok(found)
}
