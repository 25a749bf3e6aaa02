//! Which estates have releases in a cluster.

use std::collections::BTreeSet;

use crate::connect::Cluster;
use crate::fault::Fault;
use crate::list::Filter;
use crate::record::{self, LABEL_STATE};
use crate::request::RequestError;

/// Returns the names of the estates that have releases in a cluster; none where they may not be read.
///
/// # Errors
/// If the server cannot be reached, or answers something else than expected.
pub async fn estates(cluster: &Cluster) -> Result<BTreeSet<String>, RequestError> {
    let filter = Filter::within(None).labelled(LABEL_STATE);
    match record::list(cluster, &filter).await {
        Ok(records) => Ok(records.into_iter().map(|one| one.spec.estate).collect()),
        Err(error) if matches!(error.fault, Fault::Forbidden | Fault::NotFound) => {
            Ok(BTreeSet::new())
        }
        Err(error) => Err(error),
    }
}
