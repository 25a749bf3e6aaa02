//! Taking versions out of quarantine by hand.

use std::collections::BTreeSet;

use steading_plan::ReleaseKey;
use steading_plan::release::{Phase, ReleaseStatus};

use super::error::ApplyError;
use super::hold::{Hold, Home, Run};
use super::journal::Which;
use super::leases::Leases;
use crate::list::Age;

/// A release whose version is no longer in quarantine.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// Its number.
    pub number: u64,
    /// Why it was in quarantine.
    pub why: String,
}

/// Takes versions of an application out of quarantine: that of one release, or all; returns those that were in it.
pub async fn allow(
    run: &Run<'_>,
    key: &ReleaseKey,
    number: Option<u64>,
) -> Result<Vec<Allowed>, ApplyError> {
    let leases = Leases::take(*run, &[key], &BTreeSet::new())
        .await
        .map_err(|not_taken| not_taken.why)?;
    let hold = leases.hold(key, Home::Old);
    let allowed = tokio::select! {
        allowed = allow_held(&hold, number) => allowed,
        lost = leases.keep() => Err(ApplyError::Lease(lost)),
    };
    leases.release().await;
    allowed
}

async fn allow_held(hold: &Hold<'_>, number: Option<u64>) -> Result<Vec<Allowed>, ApplyError> {
    let mut allowed = Vec::new();
    for record in hold.records(Which::Mattering, Age::Now).await? {
        let Some(mut status) = record.status.clone() else {
            continue;
        };
        let is_meant = number.is_none_or(|number| record.spec.number == number);
        let Some(why) = status.quarantined.take_if(|_| is_meant) else {
            continue;
        };
        let Run { settings, .. } = hold.run;
        let status = ReleaseStatus {
            message: Some(format!("allowed again by `{}`: {why}", settings.actor)),
            updated_at: settings.clock.text(),
            ..status
        };
        hold.patch_status(&record, &status).await?;
        // One that was put back matters still: it says why, until something complete comes after it.
        if status.phase == Phase::Complete {
            hold.unlabel(&record).await?;
        }
        let number = record.spec.number;
        allowed.push(Allowed { number, why });
    }
    allowed.sort_by_key(|allowed| allowed.number);
    Ok(allowed)
}
