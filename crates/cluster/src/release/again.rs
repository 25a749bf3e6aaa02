//! What a revert made again has another UID: the release that is current again has to know it, or nobody could ever delete it.

use std::collections::BTreeMap;

use steading_model::ObjectId;
use steading_model::desired::{LABEL_APPLICATION, LABEL_ENVIRONMENT};
use steading_plan::release::ReleaseStatus;
use steading_plan::{Live, ReleaseKey};

use super::error::ApplyError;
use super::hold::Hold;
use super::journal::numbered;
use crate::record::Record;

/// Writes the UIDs of what was put back into the inventories of the releases before: that of the application, and that of what it was.
pub(crate) async fn renew(
    hold: &Hold<'_>,
    record: &Record,
    live: &BTreeMap<ObjectId, Live>,
) -> Result<(), ApplyError> {
    for (key, number) in before(hold, record) {
        let earlier = numbered(&hold.cluster, key, number).await?;
        let renewed = earlier.and_then(|earlier| Some((renewed(&earlier, live)?, earlier)));
        if let Some((status, earlier)) = renewed {
            hold.patch_status(&earlier, &status).await?;
        }
    }
    Ok(())
}

/// Returns the releases that a release replaces: the application's own, and that of what it was before.
pub(crate) fn before<'r>(
    hold: &'r Hold<'_>,
    record: &'r Record,
) -> impl Iterator<Item = (&'r ReleaseKey, u64)> {
    let spec = &record.spec;
    let own = spec.parent.map(|number| (&hold.key, number));
    let former = spec.former.iter();
    own.into_iter()
        .chain(former.map(|former| (&former.key, former.number)))
}

/// Returns the status with the UIDs of now; nothing where they are the same.
fn renewed(record: &Record, live: &BTreeMap<ObjectId, Live>) -> Option<ReleaseStatus> {
    let status = record.status.as_ref()?;
    let mut renewed = status.clone();
    for item in &mut renewed.inventory {
        let Some(object) = live.get(&item.id).map(Live::parse) else {
            continue;
        };
        let labels = &object["metadata"]["labels"];
        let is_ours = labels[LABEL_APPLICATION] == record.spec.application.as_str()
            && labels[LABEL_ENVIRONMENT] == record.spec.environment.as_str();
        if let Some(uid) = object["metadata"]["uid"].as_str().filter(|_| is_ours) {
            uid.clone_into(&mut item.uid);
        }
    }
    (renewed.inventory != status.inventory).then_some(renewed)
}
