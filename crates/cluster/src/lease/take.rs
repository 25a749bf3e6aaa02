//! Taking the Lease of a namespace.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use tokio::sync::Mutex;

use super::{Found, Held, Lease, LeaseError, NAME, Place, actor, path, read};
use crate::call::Call;
use crate::connect::Cluster;
use crate::failure::RequestError;
use crate::fault::Fault;
use crate::kind::built_in;
use crate::random;
use crate::settings::Settings;

/// The version that a Lease was seen in, and since when.
pub(crate) type Seen = (String, Instant);

/// What is known of a Lease before it is taken.
#[derive(Debug, Default)]
pub(crate) enum Known {
    /// Nothing.
    #[default]
    Nothing,
    /// It was not there.
    Absent,
    /// It was there.
    Seen(Seen),
}

/// Looks at the Leases of several namespaces at once, so that one need not wait for each in turn whether its holder lives.
pub(crate) async fn look(
    cluster: &Cluster,
    namespaces: &BTreeSet<&str>,
) -> Result<BTreeMap<String, Known>, RequestError> {
    let looks = namespaces.iter().map(|namespace| async move {
        let found = read(cluster, namespace).await?;
        let seen = found.map(|found| (found.into_version(), Instant::now()));
        let known = seen.map_or(Known::Absent, Known::Seen);
        Ok(((*namespace).to_owned(), known))
    });
    let known = try_join_all(looks).await?;
    Ok(known.into_iter().collect())
}

/// Takes the Lease of a namespace, waiting for a holder that died; one that lives is an error.
///
/// `known` is what it was before, where somebody looked. `waiting` is told once whom we wait for, and since when that one holds it.
pub(crate) async fn acquire(
    cluster: &Cluster,
    namespace: &str,
    run: &str,
    settings: &Settings,
    known: Known,
    waiting: &(dyn Fn(&str, &str) + Sync),
) -> Result<Lease, LeaseError> {
    let place = Place {
        namespace: namespace.to_owned(),
        holder: format!("{}/{run}", settings.actor),
        duration: settings.lease,
        clock: settings.clock.clone(),
    };
    let mut conflicts = 0;
    let mut is_told = false;
    let mut is_absent = matches!(known, Known::Absent);
    let mut watched = match known {
        Known::Seen(seen) => Some(seen),
        Known::Nothing | Known::Absent => None,
    };
    loop {
        let found = if std::mem::take(&mut is_absent) {
            None
        } else {
            let found = read(cluster, namespace).await;
            found.map_err(LeaseError::Request)?
        };
        let free = match &found {
            None => true,
            Some(found) => found.is_free(&place, watched.as_ref()),
        };
        if free {
            match take(cluster, &place, found.as_ref()).await {
                Ok(held) => {
                    return Ok(Lease {
                        cluster: cluster.clone(),
                        place,
                        held: Mutex::new(held),
                    });
                }
                Err(error) => {
                    conflicts += 1;
                    pause(cluster, error, conflicts).await?;
                    continue;
                }
            }
        }
        let Some(found) = found else { continue };
        match &watched {
            Some((version, _)) if *version != found.metadata.resource_version => {
                return Err(found.held(&place));
            }
            Some(_) => {}
            None => watched = Some((found.metadata.resource_version.clone(), Instant::now())),
        }
        if !is_told {
            is_told = true;
            let since = found.spec.acquire_time.as_deref().unwrap_or_default();
            waiting(actor(found.holder()), since);
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// Waits a moment where somebody was faster: then the next look says who. A server that says so again and again is not waited for forever.
async fn pause(cluster: &Cluster, error: RequestError, conflicts: u32) -> Result<(), LeaseError> {
    if !matches!(error.fault, Fault::Conflict | Fault::Exists) {
        return Err(LeaseError::Request(error));
    }
    match cluster.retry().pause(conflicts, None, random::byte()) {
        Some(pause) => tokio::time::sleep(pause).await,
        None => return Err(LeaseError::Request(error.after(conflicts))),
    }
    Ok(())
}

async fn take(
    cluster: &Cluster,
    place: &Place,
    found: Option<&Found>,
) -> Result<Held, RequestError> {
    let now = place.clock.now();
    let transitions = found
        .and_then(|found| found.spec.lease_transitions)
        .map_or(0, |count| count + 1);
    let mut held = Held {
        resource_version: found
            .map(|found| found.metadata.resource_version.clone())
            .unwrap_or_default(),
        acquired: now,
        transitions,
        renewed: Instant::now(),
        renewed_by_wall_clock: now,
    };
    let object = place.object(&held, &place.holder, now);
    let doing = format!("take `Lease {}/{NAME}`", place.namespace);
    let call = match found {
        None => Call::new(
            http::Method::POST,
            built_in("coordination.k8s.io", "Lease").path(Some(&place.namespace)),
            doing,
        ),
        Some(_) => Call::new(http::Method::PUT, path(&place.namespace), doing),
    };
    let taken: Found = cluster
        .fetch(call.json("application/json", &object))
        .await?;
    held.resource_version = taken.metadata.resource_version;
    Ok(held)
}
