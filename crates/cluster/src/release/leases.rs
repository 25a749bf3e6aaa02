//! The namespaces of releases that are made as one, all held.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::select_all;
use steading_plan::ReleaseKey;

use super::error::ApplyError;
use super::hold::{Hold, Home, Run};
use super::stop::Stop;
use crate::connect::Cluster;
use crate::lease::{self, Known, Lease, LeaseError};
use crate::progress::Event;
use crate::random;

/// The Leases of all namespaces of a group. Everybody takes them in the same order, so that no two runs wait for each other.
pub(crate) struct Leases<'a> {
    run: Run<'a>,
    /// The cluster, with the patience of a release under way.
    cluster: Cluster,
    /// What this run is called, in the Leases and in its records.
    pub(crate) id: String,
    held: BTreeMap<String, Arc<Lease>>,
    pub(crate) stop: Arc<Stop>,
}

/// A Lease that could not be taken.
pub(crate) struct NotTaken {
    /// The namespace.
    pub(crate) namespace: String,
    /// Why.
    pub(crate) why: ApplyError,
}

impl<'a> Leases<'a> {
    /// Takes the Leases of the namespaces of some applications; if one cannot be had, none is kept. In namespaces that this run made, `new`,
    /// there is none yet.
    pub(crate) async fn take(
        run: Run<'a>,
        keys: &[&ReleaseKey],
        new: &BTreeSet<&str>,
    ) -> Result<Self, NotTaken> {
        let id = random::text(8)
            .unwrap_or_else(|_| format!("{:08x}", run.settings.clock.now().as_nanosecond()));
        let mut leases = Self {
            cluster: run.cluster.patient(),
            id,
            held: BTreeMap::new(),
            stop: Arc::new(Stop::new(run.cancel.clone())),
            run,
        };
        let ordered: BTreeSet<&str> = keys.iter().map(|key| key.namespace.as_str()).collect();
        let old: BTreeSet<&str> = ordered.difference(new).copied().collect();
        let mut known = match leases.look(&old).await {
            Ok(known) => known,
            Err(why) => {
                let namespace = keys.first().map(|key| key.namespace.clone());
                let namespace = namespace.unwrap_or_default();
                return Err(NotTaken { namespace, why });
            }
        };
        known.extend(new.iter().map(|name| ((*name).to_owned(), Known::Absent)));
        for namespace in ordered {
            let told: Vec<&ReleaseKey> = keys
                .iter()
                .copied()
                .filter(|key| key.namespace == namespace)
                .collect();
            let known = known.remove(namespace).unwrap_or_default();
            if let Err(why) = leases.add(namespace, known, &told).await {
                leases.release().await;
                let namespace = namespace.to_owned();
                return Err(NotTaken { namespace, why });
            }
        }
        Ok(leases)
    }

    /// Looks at all of several, so that their holders are watched at the same time.
    async fn look(
        &self,
        namespaces: &BTreeSet<&str>,
    ) -> Result<BTreeMap<String, Known>, ApplyError> {
        if namespaces.len() < 2 {
            return Ok(BTreeMap::new());
        }
        let seen = lease::look(&self.cluster, namespaces).await;
        seen.map_err(ApplyError::Request)
    }

    async fn add(
        &mut self,
        namespace: &str,
        known: Known,
        told: &[&ReleaseKey],
    ) -> Result<(), ApplyError> {
        let run = self.run;
        let waiting = |holder: &str, since: &str| {
            let event = Event::WaitingForLease {
                holder: holder.to_owned(),
                since: since.to_owned(),
            };
            for key in told {
                run.progress.report(key, &event);
            }
        };
        let taken = tokio::select! {
            taken = lease::acquire(&self.cluster, namespace, &self.id, run.settings, known, &waiting) => taken,
            lost = self.keep() => Err(lost),
            () = run.cancel.cancelled() => return Err(ApplyError::Cancelled),
        };
        let lease = taken.map_err(|error| match error {
            LeaseError::Request(error) => ApplyError::Request(error),
            error => ApplyError::Lease(error),
        })?;
        self.held.insert(namespace.to_owned(), Arc::new(lease));
        Ok(())
    }

    /// Returns the hold of one application; its namespace must be among those that were taken.
    pub(crate) fn hold(&self, key: &ReleaseKey, home: Home) -> Hold<'a> {
        Hold {
            run: self.run,
            cluster: self.cluster.clone(),
            key: key.clone(),
            id: self.id.clone(),
            lease: self.held[&key.namespace].clone(),
            home,
            stop: self.stop.clone(),
        }
    }

    /// Renews all of them again and again; returns only when one is lost.
    pub(crate) async fn keep(&self) -> LeaseError {
        if self.held.is_empty() {
            return std::future::pending().await;
        }
        select_all(self.held.values().map(|lease| lease.keep().boxed()))
            .await
            .0
    }

    /// Gives all of them back.
    pub(crate) async fn release(&self) {
        for lease in self.held.values() {
            lease.release().await;
        }
    }
}
