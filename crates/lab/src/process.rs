//! Processes that outlive the command which started them, and that are all found again.
//!
//! Each process of a lab carries the lab's directory in its environment (see [`MARKER`]), and is written down
//! with its start time as soon as it exists. Whoever ends the lab takes both: what is written down, and what
//! `/proc` shows with the marker. So a command that is killed between starting a process and writing it down
//! leaks nothing. A process is only ever signalled through a handle of the kernel that was checked against
//! its start time, so that a reused process id hits nobody.

mod end;
mod proc_fs;
mod spawn;
mod tail;

pub(crate) use end::{end_all, end_one};
pub(crate) use proc_fs::{Identity, identity, marked, memory_bytes, owner_is_alive, recorded};
pub use spawn::SpawnError;
pub(crate) use spawn::spawn;
pub(crate) use tail::tail;

/// The environment variable that tells which lab a process belongs to.
pub(crate) const MARKER: &str = "STEADING_LAB_DIRECTORY";
