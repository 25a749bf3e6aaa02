//! What `/proc` tells about processes.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::process::Pid;
use serde::{Deserialize, Serialize};

use super::MARKER;
use crate::component::Component;
use crate::directory::Directory;

/// A process, told apart from a later one with the same id by its start time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) pid: u32,
    /// In clock ticks since boot: field 22 of `/proc/PID/stat`.
    pub(crate) started: u64,
}

impl Identity {
    /// Tells whether the process still runs; one that only waits to be reaped does not.
    pub(crate) fn is_alive(self) -> bool {
        identity(self.pid) == Some(self)
    }

    pub(crate) fn raw(self) -> Option<Pid> {
        Pid::from_raw(i32::try_from(self.pid).ok()?)
    }
}

/// Returns the identity of a running process.
pub(crate) fn identity(pid: u32) -> Option<Identity> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let started = start_time(&text)?;
    Some(Identity { pid, started })
}

/// Reads the start time from a line of `/proc/PID/stat`, unless the process is dead.
///
/// The second field is the program's name in parentheses and may itself hold spaces and parentheses.
fn start_time(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?;
    if matches!(state, "Z" | "X" | "x") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

/// Returns the process that was written down for a component, if it still runs.
pub(crate) fn recorded(directory: &Directory, component: Component) -> Option<Identity> {
    let text = fs::read(directory.process(component)).ok()?;
    let identity: Identity = serde_json::from_slice(&text).ok()?;
    identity.is_alive().then_some(identity)
}

/// Returns all running processes that carry the marker of a lab.
pub(crate) fn marked(directory: &Path) -> Vec<Identity> {
    let mut wanted = format!("{MARKER}=").into_bytes();
    wanted.extend_from_slice(directory.as_os_str().as_bytes());
    let carries = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|one| one == wanted)
    };
    let mut found: Vec<_> = pids().filter(carries).filter_map(identity).collect();
    found.sort_unstable();
    found
}

fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// Returns the resident memory of a process.
pub(crate) fn memory_bytes(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Tells whether the owner of a temporary lab still runs; a lab without owner is its own.
pub(crate) fn owner_is_alive(owner: Option<Identity>) -> bool {
    owner.is_none_or(Identity::is_alive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_program_may_hold_parentheses() {
        let rest = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 99";
        assert_eq!(start_time(&format!("7 (a) b (c) {rest}")), Some(4711));
        assert_eq!(
            start_time(&format!("7 (a) {}", rest.replacen('S', "Z", 1))),
            None
        );
        assert_eq!(start_time("nonsense"), None);
    }

    #[test]
    fn this_process_is_alive_and_one_with_another_start_is_not() {
        let mut me = identity(std::process::id()).unwrap();
        assert!(me.is_alive());
        me.started += 1;
        assert!(!me.is_alive());
        assert!(memory_bytes(me.pid).unwrap() > 100_000);
    }
}
