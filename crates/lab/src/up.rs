//! Brings a lab up, or finds it up.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::binaries::{Binaries, BinariesError};
use crate::client::{ConnectError, Probe};
use crate::component::Component;
use crate::directory::{Directory, remove};
use crate::down::{Logs, tear_down};
use crate::lab::Lab;
use crate::lock::{Lock, LockError};
use crate::name::{LabName, LabNameError};
use crate::pki::PkiError;
use crate::process::{Identity, recorded};
use crate::progress::Progress;
use crate::record::{Record, RecordError};
use crate::settings::Settings;
use crate::shape::Shape;
use crate::start::{self, StartError};
use crate::sweep::sweep;

/// How long the parts of [`Lab::up`] may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpOptions {
    /// Building the programs, once; 30 minutes.
    pub build_limit: Duration,
    /// From the start of the first program until the lab can be used; 2 minutes, where 5 seconds are usual.
    pub start_limit: Duration,
}

impl Default for UpOptions {
    fn default() -> Self {
        Self {
            build_limit: Duration::from_mins(30),
            start_limit: Duration::from_mins(2),
        }
    }
}

/// Why a lab did not come up.
#[derive(Debug, thiserror::Error)]
pub enum UpError {
    /// A temporary lab could not be named.
    #[error("cannot name a temporary lab")]
    Name(#[source] LabNameError),
    /// There are no programs to run.
    #[error("cannot bring up lab `{name}` without its programs")]
    Binaries {
        /// The lab.
        name: LabName,
        /// Why not.
        source: BinariesError,
    },
    /// Another command works on the lab.
    #[error("cannot bring up lab `{name}` now")]
    Lock {
        /// The lab.
        name: LabName,
        /// Who holds it.
        source: LockError,
    },
    /// What is written down about the lab cannot be read or written.
    #[error("cannot bring up lab `{name}`")]
    Record {
        /// The lab.
        name: LabName,
        /// What went wrong.
        source: RecordError,
    },
    /// The lab's certificates cannot be read.
    #[error("cannot bring up lab `{name}`")]
    Pki {
        /// The lab.
        name: LabName,
        /// What went wrong.
        source: PkiError,
    },
    /// No client could be made.
    #[error("cannot reach lab `{name}`")]
    Connect {
        /// The lab.
        name: LabName,
        /// What went wrong.
        source: ConnectError,
    },
    /// A program failed, or the lab was not ready in time; its logs are kept.
    #[error("lab `{name}` did not come up; its logs are in `{logs}`")]
    Start {
        /// The lab.
        name: LabName,
        /// The directory with the logs.
        logs: PathBuf,
        /// What went wrong.
        source: StartError,
    },
    /// A program of a temporary lab failed, or the lab was not ready in time; nothing of it is kept.
    #[error("temporary lab `{name}` did not come up")]
    Temporary {
        /// The lab.
        name: LabName,
        /// What went wrong.
        source: StartError,
    },
}

impl Lab {
    /// Brings a lab up and returns when its nodes are ready and pods can be made.
    ///
    /// A lab that is up already is returned at once, with its nodes made to follow the shape. One that was
    /// interrupted (killed midway, machine restarted) is started again with the objects that it had.
    ///
    /// # Guarantees
    /// On failure, and when the future is dropped, nothing of the lab runs any more; its logs are kept.
    pub async fn up(
        settings: &Settings,
        name: &LabName,
        shape: &Shape,
        options: UpOptions,
        progress: &mut dyn Progress,
    ) -> Result<Self, UpError> {
        sweep(settings);
        let order = Order {
            settings,
            name,
            shape,
            options,
            owner: None,
        };
        order.carry_out(progress).await
    }
}

/// A lab that is wanted.
pub(crate) struct Order<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) name: &'a LabName,
    pub(crate) shape: &'a Shape,
    pub(crate) options: UpOptions,
    pub(crate) owner: Option<Identity>,
}

impl Order<'_> {
    pub(crate) async fn carry_out(&self, progress: &mut dyn Progress) -> Result<Lab, UpError> {
        let name = || self.name.clone();
        let (settings, limit) = (self.settings, self.options.build_limit);
        let binaries = Binaries::ensure(settings, limit, progress).await;
        let binaries = binaries.map_err(|source| UpError::Binaries {
            name: name(),
            source,
        })?;
        let lock = Lock::take(&lock_path(settings, self.name), self.options.start_limit).await;
        let _lock = lock.map_err(|source| UpError::Lock {
            name: name(),
            source,
        })?;
        let record = |source| UpError::Record {
            name: name(),
            source,
        };
        let directory = Directory::of(&settings.labs, self.name);
        let known = Record::load(&directory).map_err(record)?;
        if let Some(lab) = self.find_running(&directory, known.as_ref()).await? {
            self.settle(&lab, progress).await?;
            return Ok(lab);
        }
        self.start(directory, &binaries, known, progress).await
    }

    /// Returns the lab if all of it runs and is well.
    async fn find_running(
        &self,
        directory: &Directory,
        known: Option<&Record>,
    ) -> Result<Option<Lab>, UpError> {
        let Some(record) = known else { return Ok(None) };
        let alive = |component| recorded(directory, component).is_some();
        if !Component::ALL.into_iter().all(alive) {
            return Ok(None);
        }
        let lab = self.lab(directory.clone(), record.clone());
        let kubeconfig = lab.kubeconfig().map_err(|source| UpError::Pki {
            name: self.name.clone(),
            source,
        })?;
        let probe = Probe::new(&kubeconfig, record.ports).await;
        let probe = probe.map_err(|source| UpError::Connect {
            name: self.name.clone(),
            source,
        })?;
        let healthy = probe.is_healthy(Component::KubeApiserver).await;
        Ok(healthy.then_some(lab))
    }

    async fn start(
        &self,
        directory: Directory,
        binaries: &Binaries,
        known: Option<Record>,
        progress: &mut dyn Progress,
    ) -> Result<Lab, UpError> {
        let guard = Guard {
            directory: &directory,
            existed: known.is_some(),
            armed: true,
        };
        let started = start::start(self, &directory, binaries, known, progress).await;
        let record = started.map_err(|source| self.failed(&directory, source))?;
        let lab = self.lab(directory.clone(), record);
        self.settle(&lab, progress).await?;
        guard.disarm();
        Ok(lab)
    }

    async fn settle(&self, lab: &Lab, progress: &mut dyn Progress) -> Result<(), UpError> {
        let deadline = Instant::now() + self.options.start_limit;
        let settled = start::settle(lab, self.shape, deadline, progress).await;
        settled.map_err(|source| self.failed(&lab.directory, source))
    }

    fn failed(&self, directory: &Directory, source: StartError) -> UpError {
        let name = self.name.clone();
        if self.owner.is_some() {
            return UpError::Temporary { name, source };
        }
        UpError::Start {
            name,
            logs: directory.logs(),
            source,
        }
    }

    fn lab(&self, directory: Directory, record: Record) -> Lab {
        Lab {
            name: self.name.clone(),
            directory,
            record,
            lock: lock_path(self.settings, self.name),
        }
    }
}

/// Returns the lock of a lab: beside its directory, which comes and goes.
pub(crate) fn lock_path(settings: &Settings, name: &LabName) -> PathBuf {
    settings.labs.join(format!(".{name}.lock"))
}

/// Ends a start that did not succeed.
struct Guard<'a> {
    directory: &'a Directory,
    existed: bool,
    armed: bool,
}

impl Guard<'_> {
    fn disarm(mut self) {
        self.armed = false;
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if !self.armed {
            return;
        }
        // Errors here would hide the one that is being returned; `down` and the next `up` try again.
        if self.existed {
            // The objects of a lab that was up before are kept for the next try.
            crate::process::end_all(self.directory);
            drop(remove(&self.directory.path().join("run")));
        } else {
            drop(tear_down(self.directory, Logs::Keep));
        }
    }
}
