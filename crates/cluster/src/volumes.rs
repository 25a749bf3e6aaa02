//! The volumes behind claims.

use std::collections::BTreeMap;

use serde_json::Value;
use steading_model::ObjectId;

use crate::call::Call;
use crate::connect::Cluster;
use crate::failure::{RequestError, visible};
use crate::kind::built_in;

/// Returns the volume that each claim is bound to; claims that are not bound, and volumes that may not be read, are left out.
///
/// # Errors
/// If the server cannot be reached, or answers something else than expected.
pub async fn volumes(
    cluster: &Cluster,
    claims: &[(ObjectId, Value)],
) -> Result<BTreeMap<ObjectId, Value>, RequestError> {
    let kind = built_in("", "PersistentVolume");
    let mut found = BTreeMap::new();
    for (id, claim) in claims {
        let Some(name) = claim["spec"]["volumeName"].as_str() else {
            continue;
        };
        let doing = format!("read `PersistentVolume {name}`");
        let call = Call::get(kind.path_of(None, name), doing);
        let volume = visible(cluster.fetch(call).await)?;
        found.extend(volume.map(|volume| (id.clone(), volume)));
    }
    Ok(found)
}
