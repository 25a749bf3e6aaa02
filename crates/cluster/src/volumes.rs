//! The volumes behind claims.

use std::collections::BTreeMap;

use serde_json::Value;
use steading_model::ObjectId;

use crate::connect::Cluster;
use crate::fault::Fault;
use crate::kind::built_in;
use crate::request::{Call, RequestError};

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
        match cluster
            .fetch(Call::get(kind.path_of(None, name), doing))
            .await
        {
            Ok(volume) => drop(found.insert(id.clone(), volume)),
            Err(error) if matches!(error.fault, Fault::Forbidden | Fault::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}
