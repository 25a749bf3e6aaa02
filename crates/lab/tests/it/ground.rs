//! What the tests stand on: settings that keep labs in a directory of the test's own.

use std::path::Path;
use std::time::{Duration, Instant};

use steading_lab::{Lab, LabName, Settings, Shape, Silent, UpOptions};
use tempfile::TempDir;

/// Settings with programs from `STEADING_LAB_BIN_DIR` or the user's cache, and labs in a fresh directory.
pub(crate) struct Ground {
    pub(crate) settings: Settings,
    home: TempDir,
}

impl Ground {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut settings = Settings::from_variables(|name| std::env::var_os(name)).unwrap();
        settings.labs = home.path().join("labs");
        Self { settings, home }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) async fn up(&self, name: &LabName, shape: &Shape) -> Lab {
        let options = UpOptions::default();
        Lab::up(&self.settings, name, shape, options, &mut Silent)
            .await
            .unwrap()
    }

    /// Ids of all processes that mention this test's directory in their arguments.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let home = self.home().to_str().unwrap();
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let mentions = |pid: &u32| {
            let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&arguments).contains(home)
        };
        pids.filter(mentions).collect()
    }

    /// What is left of labs on the disk.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.settings.labs).into_iter().flatten();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    pub(crate) fn assert_nothing_left(&self) {
        let nothing = || self.processes().is_empty() && self.files().is_empty();
        eventually_sync("nothing is left", nothing);
    }
}

/// Long, because the machines that run tests are busy.
pub(crate) const LIMIT: Duration = Duration::from_mins(2);

/// Waits until a condition holds.
pub(crate) fn eventually_sync(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !condition() {
        assert!(Instant::now() < deadline, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
