//! Seeds faults in a lab that exists, and takes them out again.

use std::time::{Duration, Instant};

use crate::client::{ConnectError, Probe};
use crate::component::Component;
use crate::fault::{self, FaultRule};
use crate::lab::Lab;
use crate::lock::{Lock, LockError};
use crate::process::{SpawnError, end_one, recorded, spawn, tail};
use crate::stages::{self, StagesError};

/// A command that works on the lab is given this long to finish.
const BUSY: Duration = Duration::from_secs(30);
/// Starting kwok takes half a second; a contended machine takes longer.
const RESTART: Duration = Duration::from_mins(1);

/// Why a fault could not be seeded.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// Another command works on the lab.
    #[error("cannot change the faults of the lab now")]
    Lock(#[source] LockError),
    /// The rules could not be read or written.
    #[error("cannot change the faults of the lab")]
    Stages(#[source] StagesError),
    /// The program that plays the kubelets could not be started again.
    #[error("cannot restart `kwok`")]
    Restart(#[source] SpawnError),
    /// No connection could be made.
    #[error("cannot reach the lab")]
    Connect(#[source] ConnectError),
    /// The program that plays the kubelets did not come back.
    #[error("`kwok` did not come back within {seconds} s; the end of its log: {tail}")]
    TimedOut {
        /// How long it was waited for.
        seconds: u64,
        /// The end of its log.
        tail: String,
    },
}

impl Lab {
    /// Seeds a fault; a rule for the same pods is replaced. Running pods misbehave at once.
    pub async fn fault(&self, rule: FaultRule) -> Result<(), SeedError> {
        self.change_faults(|rules| fault::add(rules, rule)).await
    }

    /// Takes all seeded faults out; pods that have not failed for good recover.
    pub async fn clear_faults(&self) -> Result<(), SeedError> {
        self.change_faults(Vec::clear).await
    }

    /// Returns the faults that are seeded.
    pub fn faults(&self) -> Result<Vec<FaultRule>, StagesError> {
        stages::read_rules(&self.directory)
    }

    /// Has certificates issued from now on, as cert-manager would do it; their kind must be installed.
    pub(crate) async fn issue_certificates(&self) -> Result<(), SeedError> {
        if self.directory.issuer().exists() {
            return Ok(());
        }
        let _lock = Lock::take(&self.lock, BUSY)
            .await
            .map_err(SeedError::Lock)?;
        stages::issue_certificates(&self.directory).map_err(SeedError::Stages)?;
        self.restart_kwok().await
    }

    /// Has objects of these kinds answered from now on, as an implementation of Gateway API would do it; they must be installed.
    pub(crate) async fn answer_routes(&self, kinds: &[&str]) -> Result<(), SeedError> {
        let _lock = Lock::take(&self.lock, BUSY)
            .await
            .map_err(SeedError::Lock)?;
        match stages::answer_routes(&self.directory, kinds).map_err(SeedError::Stages)? {
            stages::Answered::Already => Ok(()),
            stages::Answered::FromNowOn => self.restart_kwok().await,
        }
    }

    async fn change_faults(
        &self,
        change: impl FnOnce(&mut Vec<FaultRule>),
    ) -> Result<(), SeedError> {
        let _lock = Lock::take(&self.lock, BUSY)
            .await
            .map_err(SeedError::Lock)?;
        let mut rules = self.faults().map_err(SeedError::Stages)?;
        change(&mut rules);
        stages::write_rules(&self.directory, &rules).map_err(SeedError::Stages)?;
        stages::write(&self.directory).map_err(SeedError::Stages)?;
        self.restart_kwok().await
    }

    /// The stages are read at start only. A lab that does not run reads them when it comes up.
    async fn restart_kwok(&self) -> Result<(), SeedError> {
        if recorded(&self.directory, Component::KubeApiserver).is_none() {
            return Ok(());
        }
        end_one(&self.directory, Component::Kwok);
        let ports = self.record.ports;
        let kubeconfig = self.kubeconfig().map_err(ConnectError::Authority);
        let kubeconfig = kubeconfig.map_err(SeedError::Connect)?;
        let probe = Probe::new(&kubeconfig, ports).await;
        let probe = probe.map_err(SeedError::Connect)?;
        let deadline = Instant::now() + RESTART;
        while !probe.is_healthy(Component::Kwok).await {
            if Instant::now() > deadline {
                return Err(SeedError::TimedOut {
                    seconds: RESTART.as_secs(),
                    tail: tail(&self.directory, Component::Kwok),
                });
            }
            // It gives up by itself where the API server is too slow for it.
            if recorded(&self.directory, Component::Kwok).is_none() {
                spawn(
                    Component::Kwok,
                    &self.record.binaries,
                    &self.directory,
                    ports,
                )
                .map_err(SeedError::Restart)?;
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        Ok(())
    }
}
