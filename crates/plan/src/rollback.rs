//! Back to an earlier release: what it desired becomes what is desired.
//!
//! All that it takes is in the release's record, so a rollback works when the registry, Git or the CI that made the release is down. Jobs
//! of a release (a migration, a check) stay in what is recorded and are not run again: planning with [`ReleaseKind::Rollback`] sees to
//! that, and a plan of the same declaration afterwards finds nothing to do.
//!
//! [`ReleaseKind::Rollback`]: crate::ReleaseKind::Rollback

use steading_model::name::{AppName, EnvironmentName, NamespaceName};
use steading_model::{Desired, Object};

use crate::observed::ReleaseKey;
use crate::release::{Payload, ReleaseSpec};

/// Returns what an earlier release desired.
///
/// # Errors
/// A phrase that says what of the record is not as it was written.
pub fn rollback(
    key: &ReleaseKey,
    spec: &ReleaseSpec,
    payload: &Payload,
    timeout_seconds: u64,
) -> Result<Desired, String> {
    let objects = payload
        .desired
        .iter()
        .map(|json| Object::from_json(json.clone(), None))
        .collect::<Option<Vec<Object>>>()
        .ok_or_else(|| {
            format!(
                "the record of release {} holds something that is no object",
                spec.number
            )
        })?;
    Ok(Desired {
        estate: spec.estate.clone(),
        application: AppName::parse(&spec.application)?,
        environment: EnvironmentName::parse(&spec.environment)?,
        namespace: NamespaceName::parse(&key.namespace)?,
        previous_names: Vec::new(),
        after: Vec::new(),
        image: spec.image.clone(),
        timeout_seconds,
        objects,
    })
}
