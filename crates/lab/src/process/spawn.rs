//! Starts a component so that it lives on by itself.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{Identity, MARKER, identity};
use crate::binaries::Binaries;
use crate::component::Component;
use crate::directory::{Directory, write_private};
use crate::ports::Ports;

/// Why a component could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The log file could not be opened, or the process not written down.
    #[error("cannot write `{path}`")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The program could not be executed.
    #[error("cannot start `{program}`")]
    Execute {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The program ended at once.
    #[error("`{component}` ended as soon as it was started")]
    Ended {
        /// The component.
        component: Component,
    },
}

/// Starts a component in a process group of its own, with its output in the lab's logs, and writes it down.
///
/// # Guarantees
/// From the moment the program runs it carries the marker, so it is found even when this command is killed
/// before the record is written.
pub(crate) fn spawn(
    component: Component,
    binaries: &Binaries,
    directory: &Directory,
    ports: Ports,
) -> Result<Identity, SpawnError> {
    let log = directory.log(component);
    let write = |path: PathBuf| move |source| SpawnError::Write { path, source };
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    let output = options.open(&log).map_err(write(log.clone()))?;
    let errors = output.try_clone().map_err(write(log))?;
    let program = binaries.program(component).to_owned();
    let child = Command::new(&program)
        .args(component.arguments(directory, ports))
        .current_dir(directory.path())
        .env(MARKER, directory.path())
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .map_err(|source| SpawnError::Execute { program, source })?;
    let identity = identity(child.id()).ok_or(SpawnError::Ended { component })?;
    let record = directory.process(component);
    let text = serde_json::to_vec(&identity).unwrap_or_default();
    write_private(&record, &text).map_err(write(record))?;
    Ok(identity)
}
