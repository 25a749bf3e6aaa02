//! A folder of its own for each run of the program, with nothing of this machine in sight.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder that stands in for a user's.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder can be made"),
        }
    }

    /// Makes one with a copy of a folder in it.
    pub(crate) fn with(folder: &Path) -> Self {
        let home = Self::new();
        copy(folder, home.path());
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder"))
            .expect("a folder can be made");
        fs::write(path, content).expect("a file can be written");
    }

    /// Returns the program with an empty environment, started in this folder.
    pub(crate) fn steading(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_steading"));
        command
            .args(arguments)
            .env_clear()
            .env("COLUMNS", "100")
            .current_dir(self.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.steading(arguments)
            .output()
            .expect("the program starts")
    }

    /// Returns bytes as text, with this folder's path left out.
    pub(crate) fn filtered(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        let real: PathBuf = self.path().canonicalize().expect("the folder is there");
        text.replace(real.to_str().expect("the path is text"), "[HOME]")
            .replace(self.path().to_str().expect("the path is text"), "[HOME]")
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("the entry can be read");
        let target = to.join(entry.file_name());
        let kind = entry.file_type().expect("the entry has a type");
        if kind.is_symlink() {
            let link = fs::read_link(entry.path()).expect("the link can be read");
            symlink(link, target).expect("a link can be made");
        } else if kind.is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}
