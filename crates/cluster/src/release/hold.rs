//! A namespace held for releasing: what every step of a transaction needs.

use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;
use steading_model::ObjectId;
use steading_plan::ReleaseKey;

use super::error::ApplyError;
use super::stop::Stop;
use crate::call::Call;
use crate::cancel::Cancel;
use crate::connect::Cluster;
use crate::lease::Lease;
use crate::progress::{Event, Progress};
use crate::request::{Attempt, Reply};
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
    pub(crate) lease: Arc<Lease>,
    /// Whether the namespace was there before.
    pub(crate) home: Home,
    pub(crate) stop: Arc<Stop>,
}

/// Whether the application's namespace was there before this release.
#[derive(Clone, Debug)]
pub(crate) enum Home {
    /// This run made it, as it is here: nothing of anybody is in it.
    New(Arc<Value>),
    /// It was there.
    Old,
}

impl Home {
    /// Says whether nothing of anybody is in it.
    pub(crate) fn is_new(&self) -> bool {
        matches!(self, Self::New(_))
    }
}

impl Hold<'_> {
    /// Returns the application's namespace, if this run made it.
    pub(crate) fn made(&self, id: &ObjectId) -> Option<&Value> {
        let is_home = id.kind.is("", "Namespace") && id.name == self.key.namespace;
        match &self.home {
            Home::New(live) if is_home => Some(live),
            Home::New(_) | Home::Old => None,
        }
    }

    /// Says whether it should stop, and put back what it did.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.stop.is_due()
    }

    /// Returns when it should stop; never while things are put back.
    pub(crate) async fn cancelled(&self) {
        self.stop.due().await;
    }

    /// Sends a request that changes something: before each try it is proven that the Lease is ours.
    pub(crate) async fn write(&self, call: Call) -> Result<Bytes, ApplyError> {
        self.write_as(call, |reply| Ok(reply.body.clone())).await
    }

    /// Sends a request that changes something, and reads the answer.
    pub(crate) async fn write_and_read<T: DeserializeOwned>(
        &self,
        call: Call,
    ) -> Result<T, ApplyError> {
        self.write_as(call, |reply| serde_json::from_slice(&reply.body))
            .await
    }

    async fn write_as<T>(
        &self,
        call: Call,
        read: impl Fn(&Reply) -> Result<T, serde_json::Error>,
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
