//! Labs for tests: they end with their owner, whatever way the owner ends.
//!
//! A small shell waits at the end of a pipe whose other end only this process holds. When this process is gone,
//! for whatever reason, the shell reads the end of the pipe, kills all processes with the lab's marker and
//! removes the lab's directory. So a lab may also be kept in a `static`, which is never dropped.

use std::ops::Deref;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::directory::Directory;
use crate::down::{Logs, tear_down};
use crate::lab::Lab;
use crate::name::{LabName, LabNameError};
use crate::process::{MARKER, identity};
use crate::progress::{Progress, Silent};
use crate::settings::Settings;
use crate::shape::Shape;
use crate::sweep::sweep;
use crate::up::{Order, UpError, UpOptions, lock_path};

/// Reads `$1`: the lab's directory, `$2`: its lock.
const WATCHDOG: &str = r#"
cat >/dev/null
[ -d "$1" ] || exit 0
for round in 1 2 3; do
  for process in /proc/[0-9]*; do
    tr '\0' '\n' <"$process/environ" 2>/dev/null | grep -qxF "MARKER=$1" && kill -9 "${process#/proc/}"
  done
  sleep 0.1
done
rm -rf "$1" "$2"
"#;

/// A lab that ends when this value is dropped, or when the process that holds it ends.
#[derive(Debug)]
pub struct TemporaryLab {
    lab: Lab,
    lock: std::path::PathBuf,
    watchdog: Option<Child>,
}

impl Deref for TemporaryLab {
    type Target = Lab;

    fn deref(&self) -> &Lab {
        &self.lab
    }
}

impl Lab {
    /// Brings up a lab for a test, under a name of its own.
    ///
    /// It ends when the returned value is dropped. If it is never dropped (a `static` shared by all tests of a
    /// binary) or the process is killed, a watchdog ends it when the process is gone.
    pub async fn temporary(settings: &Settings, shape: &Shape) -> Result<TemporaryLab, UpError> {
        Self::temporary_with(settings, shape, UpOptions::default(), &mut Silent).await
    }

    /// Brings up a lab for a test and tells how that goes.
    pub async fn temporary_with(
        settings: &Settings,
        shape: &Shape,
        options: UpOptions,
        progress: &mut dyn Progress,
    ) -> Result<TemporaryLab, UpError> {
        sweep(settings);
        let name = &new_name().map_err(UpError::Name)?;
        let directory = Directory::of(&settings.labs, name);
        let lock = lock_path(settings, name);
        let watchdog = watch_over(&directory, &lock);
        let order = Order {
            settings,
            name,
            shape,
            options,
            owner: identity(std::process::id()),
        };
        let started = order.carry_out(progress).await;
        let lab = started.inspect_err(|_| clean_up(&directory, &lock))?;
        Ok(TemporaryLab {
            lab,
            lock,
            watchdog,
        })
    }
}

/// A name that no other process and no other lab of this process uses.
fn new_name() -> Result<LabName, LabNameError> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("temporary-{}-{number}", std::process::id()).parse()
}

/// Starts the watchdog; without a shell there is none, and the next [`sweep`] has to do.
fn watch_over(directory: &Directory, lock: &std::path::Path) -> Option<Child> {
    Command::new("sh")
        .args([
            "-c",
            &WATCHDOG.replace("MARKER", MARKER),
            "steading-lab-watchdog",
        ])
        .args([directory.path(), lock])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .ok()
}

fn clean_up(directory: &Directory, lock: &std::path::Path) {
    // What is left here is found by the watchdog or the next sweep.
    drop(tear_down(directory, Logs::Remove));
    drop(std::fs::remove_file(lock));
}

impl Drop for TemporaryLab {
    fn drop(&mut self) {
        clean_up(&self.lab.directory, &self.lock);
        if let Some(mut watchdog) = self.watchdog.take() {
            drop(watchdog.stdin.take());
            drop(watchdog.wait());
        }
    }
}
