//! Locks between commands: one command at a time works on a lab or builds binaries.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::directory::create_private;

/// A lock that is held until it is dropped, or until the process that holds it dies.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    _file: File,
}

/// Why a lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another command holds it for longer than this one waits.
    #[error("another command has held `{path}` for {seconds} s")]
    Held {
        /// The lock file.
        path: PathBuf,
        /// How long this command waited.
        seconds: u64,
    },
    /// The file could not be opened or locked.
    #[error("cannot lock `{path}`")]
    File {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Lock {
    /// Takes the lock if nobody holds it.
    pub(crate) fn try_take(path: &Path) -> Result<Option<Self>, LockError> {
        let failed = |source| LockError::File {
            path: path.to_owned(),
            source,
        };
        if let Some(parent) = path.parent() {
            create_private(parent).map_err(failed)?;
        }
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(false).write(true);
        let file = options.open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) if is_current(&file, path) => Ok(Some(Self {
                path: path.to_owned(),
                _file: file,
            })),
            // The holder removed the file between our opening and locking it.
            Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// Takes the lock, waiting for its holder at most as long as given.
    pub(crate) async fn take(path: &Path, limit: Duration) -> Result<Self, LockError> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(lock) = Self::try_take(path)? {
                return Ok(lock);
            }
            if Instant::now() > deadline {
                return Err(LockError::Held {
                    path: path.to_owned(),
                    seconds: limit.as_secs(),
                });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Gives the lock back and removes its file.
    pub(crate) fn remove(self) {
        // Best effort: a lock file that stays is empty and harmless.
        drop(fs::remove_file(&self.path));
    }
}

/// Tells whether the locked file is the one that others find under the path.
fn is_current(file: &File, path: &Path) -> bool {
    let (Ok(mine), Ok(theirs)) = (file.metadata(), fs::metadata(path)) else {
        return false;
    };
    (mine.dev(), mine.ino()) == (theirs.dev(), theirs.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let held = Lock::try_take(&path).unwrap().unwrap();
        assert!(Lock::try_take(&path).unwrap().is_none());
        held.remove();
        assert!(!path.exists());
        assert!(Lock::try_take(&path).unwrap().is_some());
    }
}
