//! Which estates have releases in a cluster.

use std::collections::BTreeSet;

use crate::connect::Cluster;
use crate::failure::{RequestError, visible};
use crate::list::Filter;
use crate::record::{self, LABEL_STATE};

/// Returns the names of the estates that have releases in a cluster; none where they may not be read.
///
/// # Errors
/// If the server cannot be reached, or answers something else than expected.
pub async fn estates(cluster: &Cluster) -> Result<BTreeSet<String>, RequestError> {
    let filter = Filter::within(None).labelled(LABEL_STATE);
    let records = visible(record::list(cluster, &filter).await)?;
    let records = records.into_iter().flatten();
    Ok(records.map(|one| one.spec.estate).collect())
}
