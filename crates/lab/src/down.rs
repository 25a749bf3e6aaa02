//! Ends a lab and leaves nothing behind.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::directory::{Directory, remove};
use crate::lab::Lab;
use crate::lock::{Lock, LockError};
use crate::name::LabName;
use crate::process::end_all;
use crate::settings::Settings;
use crate::up::lock_path;

/// A command that works on the lab is given this long to finish.
const BUSY: Duration = Duration::from_secs(30);

/// What happens to the logs of a lab that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logs {
    /// They stay in the lab's directory, alone.
    Keep,
    /// They go as well.
    Remove,
}

/// Why a lab could not be ended.
#[derive(Debug, thiserror::Error)]
pub enum DownError {
    /// There is no lab of that name.
    #[error("there is no lab `{name}`")]
    Missing {
        /// The name.
        name: LabName,
    },
    /// Another command works on the lab.
    #[error("cannot take down lab `{name}` now")]
    Lock {
        /// The lab.
        name: LabName,
        /// Who holds it.
        source: LockError,
    },
    /// Processes did not end though they were killed.
    #[error("processes of the lab still run though they were killed: {pids:?}")]
    StillRunning {
        /// Their ids.
        pids: Vec<u32>,
    },
    /// The directory could not be removed.
    #[error("cannot remove `{path}`")]
    Remove {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Lab {
    /// Ends all processes of a lab and removes its directory, whatever state a killed command left it in.
    pub async fn down(settings: &Settings, name: &LabName, logs: Logs) -> Result<(), DownError> {
        let directory = Directory::of(&settings.labs, name);
        if !directory.path().exists() {
            return Err(DownError::Missing { name: name.clone() });
        }
        let lock = Lock::take(&lock_path(settings, name), BUSY).await;
        let lock = lock.map_err(|source| DownError::Lock {
            name: name.clone(),
            source,
        })?;
        tear_down(&directory, logs)?;
        lock.remove();
        Ok(())
    }
}

/// Ends what runs, then removes the files.
pub(crate) fn tear_down(directory: &Directory, logs: Logs) -> Result<(), DownError> {
    let left = end_all(directory);
    if !left.is_empty() {
        let pids = left.into_iter().map(|identity| identity.pid).collect();
        return Err(DownError::StillRunning { pids });
    }
    let removed = match logs {
        Logs::Remove => remove(directory.path()),
        Logs::Keep => remove_all_but_logs(directory),
    };
    removed.map_err(|source| DownError::Remove {
        path: directory.path().to_owned(),
        source,
    })
}

fn remove_all_but_logs(directory: &Directory) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(directory.path()) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry?.path();
        if path == directory.logs() {
            continue;
        }
        if path.is_dir() {
            remove(&path)?;
        } else {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
