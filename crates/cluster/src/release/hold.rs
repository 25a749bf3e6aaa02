//! A namespace held for releasing: what every step of a transaction needs.

use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use steading_plan::ReleaseKey;

use super::error::ApplyError;
use crate::cancel::Cancel;
use crate::connect::Cluster;
use crate::lease::{self, Lease, LeaseError};
use crate::progress::{Event, Progress};
use crate::random;
use crate::request::{Attempt, Call};
use crate::settings::Settings;

/// A run that releases: the cluster, who does it, who is told, and whether to stop.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// Who releases, and how.
    pub settings: &'a Settings,
    /// Who is told.
    pub progress: &'a dyn Progress,
    /// Whether to stop.
    pub cancel: &'a Cancel,
}

/// A namespace whose Lease is ours, for one application.
pub(crate) struct Hold<'a> {
    pub(crate) run: Run<'a>,
    /// The cluster, with the patience of a release under way.
    pub(crate) cluster: Cluster,
    pub(crate) key: ReleaseKey,
    /// What this run is called, in the Lease and in its record.
    pub(crate) id: String,
    pub(crate) lease: Lease,
    /// Whether the namespace was there before.
    pub(crate) home: Home,
    /// Set while things are put back: then nobody stops it half way.
    is_reverting: AtomicBool,
}

/// Whether the application's namespace was there before this release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// This run made it: nothing of anybody is in it.
    New,
    /// It was there.
    Old,
}

impl<'a> Hold<'a> {
    /// Takes the Lease of an application's namespace.
    pub(crate) async fn take(
        run: Run<'a>,
        key: &ReleaseKey,
        home: Home,
    ) -> Result<Self, ApplyError> {
        let cluster = run.cluster.patient();
        let id = random::text(8)
            .unwrap_or_else(|_| format!("{:08x}", run.settings.clock.now().as_nanosecond()));
        let waiting = |holder: &str, since: &str| {
            run.progress.report(
                key,
                &Event::WaitingForLease {
                    holder: holder.to_owned(),
                    since: since.to_owned(),
                },
            );
        };
        let taken = tokio::select! {
            taken = lease::acquire(&cluster, &key.namespace, &id, run.settings, &waiting) => taken,
            () = run.cancel.cancelled() => return Err(ApplyError::Cancelled),
        };
        let lease = taken.map_err(|error| match error {
            LeaseError::Request(error) => ApplyError::Request(error),
            error => ApplyError::Lease(error),
        })?;
        Ok(Self {
            run,
            cluster,
            key: key.clone(),
            id,
            lease,
            home,
            is_reverting: AtomicBool::new(false),
        })
    }

    /// Says whether it should stop, and put back what it did.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.run.cancel.is_cancelled() && !self.is_reverting.load(Ordering::Relaxed)
    }

    /// Returns when it should stop; never while things are put back.
    pub(crate) async fn cancelled(&self) {
        if self.is_reverting.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        self.run.cancel.cancelled().await;
    }

    /// From here on things are put back.
    pub(crate) fn begin_reverting(&self) {
        self.is_reverting.store(true, Ordering::Relaxed);
    }

    /// Sends a request that changes something: before each try it is proven that the Lease is ours.
    pub(crate) async fn write(&self, call: Call) -> Result<Bytes, ApplyError> {
        self.write_as(call, |body| Ok(body.clone())).await
    }

    /// Sends a request that changes something, and reads the answer.
    pub(crate) async fn write_and_read<T: DeserializeOwned>(
        &self,
        call: Call,
    ) -> Result<T, ApplyError> {
        self.write_as(call, |body| serde_json::from_slice(body))
            .await
    }

    async fn write_as<T>(
        &self,
        call: Call,
        read: impl Fn(&Bytes) -> Result<T, serde_json::Error>,
    ) -> Result<T, ApplyError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let remaining = self.lease.ensure().await.map_err(ApplyError::Lease)?;
            match self
                .cluster
                .attempt(&call.clone().within(remaining), tried, &read)
                .await
            {
                Attempt::Done(answer) => return Ok(answer),
                Attempt::Again(pause) => tokio::time::sleep(pause).await,
                Attempt::Failed(error) => return Err(ApplyError::Request(error)),
            }
        }
    }

    pub(crate) fn report(&self, event: &Event) {
        self.run.progress.report(&self.key, event);
    }
}
