//! The Lease of a namespace: one run at a time releases into it.
//!
//! # Guarantees
//! - A Lease is taken over only after it was *seen* unchanged for its whole duration, by our own steady clock: what the times in it say,
//!   and how wrong anybody's clock is, does not matter.
//! - Every change of it names the version that was read, so that of two takers one is refused.
//! - A holder proves before each write that it still holds it: either it renewed within the duration (by its steady clock and by its
//!   wall clock, which goes on while a laptop sleeps), or it renews now against the very version that it wrote last.

mod take;

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::call::Call;
use crate::connect::Cluster;
use crate::failure::{RequestError, served};
use crate::fault::Fault;
use crate::kind::built_in;
use crate::retry::Retry;
use crate::settings::Clock;

pub(crate) use take::{Known, Seen, acquire, look};

/// What the Lease is called, in each namespace.
pub(crate) const NAME: &str = "steading";

/// Why a Lease is not ours.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LeaseError {
    /// Somebody else holds it.
    #[error("`{holder}` is releasing into namespace `{namespace}` since {since}")]
    Held {
        /// The namespace.
        namespace: String,
        /// Who.
        holder: String,
        /// Since when, in RFC 3339.
        since: String,
    },
    /// It was ours, and somebody else took it over because it was not renewed in time.
    #[error("the lease of namespace `{namespace}` was taken over{}", taker(holder))]
    Lost {
        /// The namespace.
        namespace: String,
        /// By whom; empty where that one has given it back by now.
        holder: String,
    },
    /// The server did not answer as expected.
    #[error(transparent)]
    Request(RequestError),
}

fn taker(holder: &str) -> String {
    match holder {
        "" => ", and has been given back since".to_owned(),
        holder => format!(" by `{holder}`"),
    }
}

/// A Lease as the server has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Found {
    metadata: FoundMeta,
    #[serde(default)]
    spec: FoundSpec,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FoundMeta {
    resource_version: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct FoundSpec {
    holder_identity: Option<String>,
    lease_duration_seconds: Option<u64>,
    acquire_time: Option<String>,
    renew_time: Option<String>,
    lease_transitions: Option<u64>,
}

/// A Lease that is ours.
pub(crate) struct Lease {
    cluster: Cluster,
    place: Place,
    held: Mutex<Held>,
}

/// Which Lease, for whom.
struct Place {
    namespace: String,
    holder: String,
    duration: Duration,
    clock: Clock,
}

/// How it stands.
struct Held {
    resource_version: String,
    acquired: Timestamp,
    transitions: u64,
    renewed: Instant,
    renewed_by_wall_clock: Timestamp,
}

/// Returns who holds the Lease of a namespace and when it was renewed, if somebody does.
pub(crate) async fn holder(
    cluster: &Cluster,
    namespace: &str,
) -> Result<Option<(String, String)>, RequestError> {
    let found = match read(cluster, namespace).await {
        Err(error) if error.fault == Fault::Forbidden => return Ok(None),
        found => found?,
    };
    Ok(found.and_then(|found| {
        let holder = found
            .spec
            .holder_identity
            .filter(|holder| !holder.is_empty())?;
        Some((
            actor(&holder).to_owned(),
            found.spec.renew_time.unwrap_or_default(),
        ))
    }))
}

/// Returns the part of a holder that says who it is, without what the run is called.
fn actor(holder: &str) -> &str {
    holder.rsplit_once('/').map_or(holder, |(actor, _)| actor)
}

fn path(namespace: &str) -> String {
    built_in("coordination.k8s.io", "Lease").path_of(Some(namespace), NAME)
}

/// Reads the Lease of a namespace.
pub(crate) async fn read(
    cluster: &Cluster,
    namespace: &str,
) -> Result<Option<Found>, RequestError> {
    let call = Call::get(path(namespace), format!("read `Lease {namespace}/{NAME}`"));
    served(cluster.fetch(call).await)
}

impl Found {
    pub(crate) fn holder(&self) -> &str {
        self.spec.holder_identity.as_deref().unwrap_or_default()
    }

    /// Says whether it may be taken: it is nobody's, ours, or was seen unchanged for all its duration.
    fn is_free(&self, place: &Place, watched: Option<&Seen>) -> bool {
        let is_ours = self.holder() == place.holder;
        self.holder().is_empty() || is_ours || self.is_abandoned(watched)
    }

    /// Says whether it was seen unchanged for all its duration: its holder has died.
    pub(crate) fn is_abandoned(&self, watched: Option<&Seen>) -> bool {
        let duration = Duration::from_secs(self.spec.lease_duration_seconds.unwrap_or(1));
        watched.is_some_and(|(version, since)| {
            *version == self.metadata.resource_version && since.elapsed() >= duration
        })
    }

    pub(crate) fn into_version(self) -> String {
        self.metadata.resource_version
    }

    fn held(self, place: &Place) -> LeaseError {
        LeaseError::Held {
            namespace: place.namespace.clone(),
            holder: actor(self.holder()).to_owned(),
            since: self.spec.acquire_time.unwrap_or_default(),
        }
    }
}

async fn put(
    cluster: &Cluster,
    place: &Place,
    held: &Held,
    holder: &str,
    now: Timestamp,
) -> Result<Found, RequestError> {
    let object = place.object(held, holder, now);
    let doing = format!("renew `Lease {}/{NAME}`", place.namespace);
    let call = Call::new(http::Method::PUT, path(&place.namespace), doing).within(place.duration);
    cluster.fetch(call.json("application/json", &object)).await
}

impl Place {
    fn object(&self, held: &Held, holder: &str, now: Timestamp) -> Value {
        let mut metadata = json!({ "name": NAME, "namespace": self.namespace, "labels": { "app.kubernetes.io/managed-by": "steading" } });
        if !held.resource_version.is_empty() {
            metadata["resourceVersion"] = json!(held.resource_version);
        }
        json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata,
            "spec": {
                "holderIdentity": holder,
                // The server takes whole seconds, at least one.
                "leaseDurationSeconds": self.duration.as_secs().max(1),
                "acquireTime": format!("{:.6}", held.acquired),
                "renewTime": format!("{now:.6}"),
                "leaseTransitions": held.transitions,
            },
        })
    }
}

impl Held {
    /// Returns how long others must still respect it.
    fn remaining(&self, place: &Place) -> Duration {
        let by_wall_clock = place.clock.now().duration_since(self.renewed_by_wall_clock);
        let by_wall_clock = Duration::try_from(by_wall_clock).unwrap_or_default();
        place
            .duration
            .saturating_sub(self.renewed.elapsed().max(by_wall_clock))
    }
}

impl Lease {
    /// Renews it again and again; returns only when it is lost.
    pub(crate) async fn keep(&self) -> LeaseError {
        loop {
            tokio::time::sleep(self.place.duration / 3).await;
            let mut held = self.held.lock().await;
            // What passes is tried again; writers are held back meanwhile, once the time is up.
            if let Err(error @ LeaseError::Lost { .. }) = self.renew(&mut held).await {
                return error;
            }
        }
    }

    /// Proves that it is ours, and returns how long a write may take.
    pub(crate) async fn ensure(&self) -> Result<Duration, LeaseError> {
        let mut held = self.held.lock().await;
        let remaining = held.remaining(&self.place);
        if remaining > self.place.duration / 3 {
            return Ok(remaining);
        }
        self.renew(&mut held).await?;
        Ok(held.remaining(&self.place))
    }

    async fn renew(&self, held: &mut Held) -> Result<(), LeaseError> {
        let (started, now) = (Instant::now(), self.place.clock.now());
        let taken = self
            .write(&self.cluster, held, &self.place.holder, now)
            .await?;
        held.resource_version = taken.metadata.resource_version;
        held.renewed = started;
        held.renewed_by_wall_clock = now;
        Ok(())
    }

    /// Writes the Lease over the version that we wrote last, or over one that was changed and is ours nevertheless.
    async fn write(
        &self,
        cluster: &Cluster,
        held: &mut Held,
        holder: &str,
        now: Timestamp,
    ) -> Result<Found, LeaseError> {
        let answer = match put(cluster, &self.place, held, holder, now).await {
            Err(error) if error.fault == Fault::Conflict => {
                // Our own renewal whose answer was lost, or somebody who took over.
                held.resource_version = self.still_ours().await?;
                put(cluster, &self.place, held, holder, now).await
            }
            answer => answer,
        };
        answer.map_err(LeaseError::Request)
    }

    async fn still_ours(&self) -> Result<String, LeaseError> {
        let found = read(&self.cluster, &self.place.namespace)
            .await
            .map_err(LeaseError::Request)?;
        let holder = found.as_ref().map_or("", Found::holder).to_owned();
        match found.filter(|_| holder == self.place.holder) {
            Some(found) => Ok(found.metadata.resource_version),
            None => Err(LeaseError::Lost {
                namespace: self.place.namespace.clone(),
                holder: actor(&holder).to_owned(),
            }),
        }
    }

    /// Gives it back. If that fails, it ends by itself.
    pub(crate) async fn release(&self) {
        let mut held = self.held.lock().await;
        // Nobody is helped by an error here: the release has ended, and the next run takes an expired Lease over.
        let cluster = self.cluster.clone().with_retry(Retry {
            tries: 3,
            ..self.cluster.retry()
        });
        drop(
            self.write(&cluster, &mut held, "", self.place.clock.now())
                .await,
        );
    }
}
