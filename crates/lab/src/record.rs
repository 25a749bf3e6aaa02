//! What is written down about a lab: enough to find it, use it and end it.

use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::binaries::Binaries;
use crate::directory::{Directory, write_private};
use crate::ports::Ports;
use crate::process::Identity;

/// The content of `lab.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) ports: Ports,
    pub(crate) binaries: Binaries,
    /// The administrator's token; the file is readable by the user alone.
    pub(crate) token: String,
    /// The process with which a temporary lab lives and dies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<Identity>,
}

/// Why the record of a lab could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file could not be read or written.
    #[error("cannot read or write `{path}`")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not what this version of the program writes.
    #[error("cannot understand `{path}`")]
    Content {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        source: serde_json::Error,
    },
}

impl Record {
    /// Reads what is written down about a lab, or nothing when there is no lab.
    pub(crate) fn load(directory: &Directory) -> Result<Option<Self>, RecordError> {
        let path = directory.record();
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(RecordError::File { path, source }),
        };
        match serde_json::from_slice(&text) {
            Ok(record) => Ok(Some(record)),
            Err(source) => Err(RecordError::Content { path, source }),
        }
    }

    pub(crate) fn save(&self, directory: &Directory) -> Result<(), RecordError> {
        let path = directory.record();
        let write = || write_private(&path, &serde_json::to_vec_pretty(self)?);
        write().map_err(|source| RecordError::File {
            path: path.clone(),
            source,
        })
    }
}
