//! How the simulated nodes, pods and volumes behave: the stages that kwok plays.

use std::io;
use std::path::PathBuf;

use crate::directory::{Directory, write_private};

/// The stage files, in the order in which they are written.
const FILES: [&str; 4] = [
    include_str!("../stages/node.yaml"),
    include_str!("../stages/pod.yaml"),
    include_str!("../stages/pod-end.yaml"),
    include_str!("../stages/volume.yaml"),
];

/// Why the stages could not be written.
#[derive(Debug, thiserror::Error)]
pub enum StagesError {
    /// The file could not be written.
    #[error("cannot write `{path}`")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Writes the stages of a lab.
pub(crate) fn write(directory: &Directory) -> Result<(), StagesError> {
    let path = directory.stages();
    let text = FILES.join("---\n");
    write_private(&path, text.as_bytes()).map_err(|source| StagesError::Write { path, source })
}
