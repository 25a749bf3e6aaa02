//! Ends processes of a lab, and nothing else.

use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{PidfdFlags, Signal, WaitOptions, pidfd_open, pidfd_send_signal, waitpid};

use super::{Identity, marked, recorded};
use crate::component::Component;
use crate::directory::Directory;

/// A killed process disappears at once unless it hangs in the kernel.
const LIMIT: Duration = Duration::from_secs(10);

/// Ends all processes of a lab; returns those that are left, which is none unless the kernel holds them.
///
/// They are killed without asking first: nothing outside the lab's directory knows of them, the store takes a
/// kill as it takes a power cut, and the API server would take seconds to say goodbye.
pub(crate) fn end_all(directory: &Directory) -> Vec<Identity> {
    let deadline = Instant::now() + LIMIT;
    let mut signalled = Vec::new();
    loop {
        signalled.iter().copied().for_each(reap);
        // Looked for anew each time: a killed command may have started one in the last moment.
        let running = running(directory);
        if running.is_empty() || Instant::now() > deadline {
            return running;
        }
        for identity in running {
            kill(identity);
            signalled.push(identity);
        }
        sleep(Duration::from_millis(15));
    }
}

/// Ends the process that was written down for one component.
pub(crate) fn end_one(directory: &Directory, component: Component) {
    let deadline = Instant::now() + LIMIT;
    while let Some(identity) = recorded(directory, component) {
        kill(identity);
        sleep(Duration::from_millis(15));
        reap(identity);
        if Instant::now() > deadline {
            return;
        }
    }
}

/// All processes of a lab: those written down and those that carry its marker.
fn running(directory: &Directory) -> Vec<Identity> {
    let recorded = Component::ALL
        .into_iter()
        .filter_map(|component| recorded(directory, component));
    let mut all = marked(directory.path());
    all.extend(recorded);
    all.sort_unstable();
    all.dedup();
    all
}

/// Kills a process through a handle, after checking that the handle is of the process meant.
fn kill(identity: Identity) {
    let Some(pid) = identity.raw() else { return };
    let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else {
        return;
    };
    if identity.is_alive() {
        // It may end between the check and the signal; that is what is wanted.
        pidfd_send_signal(&handle, Signal::KILL).ok();
    }
}

/// Takes the exit status of a process that this very process started, lest it stays as a zombie.
fn reap(identity: Identity) {
    if let Some(pid) = identity.raw() {
        waitpid(Some(pid), WaitOptions::NOHANG).ok();
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::directory::write_private;
    use crate::process::{MARKER, identity};

    fn ground() -> (tempfile::TempDir, Directory) {
        let home = tempfile::tempdir().unwrap();
        let directory = Directory::of(home.path(), &"lab".parse().unwrap());
        directory.create().unwrap();
        (home, directory)
    }

    fn record(directory: &Directory, identity: Identity) {
        let text = serde_json::to_vec(&identity).unwrap();
        write_private(&directory.process(Component::Etcd), &text).unwrap();
    }

    fn started(directory: Option<&Directory>) -> Identity {
        let mut command = Command::new("sleep");
        if let Some(directory) = directory {
            command.env(MARKER, directory.path());
        }
        let pid = command.arg("600").spawn().unwrap().id();
        // The parent goes on a moment before the new program has its environment.
        let deadline = Instant::now() + LIMIT;
        let environment = format!("/proc/{pid}/environ");
        while std::fs::read(&environment).unwrap().is_empty() {
            assert!(Instant::now() < deadline, "{pid} never began");
            sleep(Duration::from_millis(1));
        }
        identity(pid).unwrap()
    }

    #[test]
    fn a_process_that_was_never_written_down_is_found_by_its_marker() {
        let (_home, directory) = ground();
        let (child, other) = (started(Some(&directory)), started(None));
        assert_eq!(end_all(&directory), []);
        assert!(!child.is_alive());
        assert!(other.is_alive());
        kill(other);
    }

    #[test]
    fn a_process_that_was_written_down_is_ended() {
        let (_home, directory) = ground();
        let child = started(None);
        record(&directory, child);
        end_one(&directory, Component::Etcd);
        assert!(!child.is_alive());
    }

    #[test]
    fn a_reused_process_id_hits_nobody() {
        let (_home, directory) = ground();
        let child = started(None);
        let earlier = Identity {
            started: child.started - 1,
            ..child
        };
        record(&directory, earlier);
        assert_eq!(end_all(&directory), []);
        kill(earlier);
        assert!(child.is_alive());
        kill(child);
    }
}
