//! The directory of one lab: every path that the lab uses, and how files are written in it.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::component::Component;
use crate::name::LabName;

/// The directory that holds all of one lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Directory(PathBuf);

impl Directory {
    /// Returns the directory of the lab `name`, which need not exist.
    pub(crate) fn of(labs: &Path, name: &LabName) -> Self {
        let path = labs.join(name.as_str());
        // Programs run in this directory, so the path must mean the same from there.
        Self(std::path::absolute(&path).unwrap_or(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn exists(&self) -> bool {
        self.record().exists()
    }

    /// What the lab is: ports, binaries, owner.
    pub(crate) fn record(&self) -> PathBuf {
        self.0.join("lab.json")
    }

    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.0.join("kubeconfig")
    }

    pub(crate) fn token_file(&self) -> PathBuf {
        self.0.join("tokens.csv")
    }

    pub(crate) fn pki(&self) -> PathBuf {
        self.0.join("pki")
    }

    pub(crate) fn etcd(&self) -> PathBuf {
        self.0.join("etcd")
    }

    pub(crate) fn stages(&self) -> PathBuf {
        self.0.join("stages.yaml")
    }

    /// Returns the mark of a lab in which certificates are issued.
    pub(crate) fn issuer(&self) -> PathBuf {
        self.path().join("issuer")
    }

    /// Returns the list of the kinds of Gateway API that are answered.
    pub(crate) fn gateway(&self) -> PathBuf {
        self.path().join("gateway")
    }

    pub(crate) fn faults(&self) -> PathBuf {
        self.0.join("faults.json")
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    pub(crate) fn log(&self, component: Component) -> PathBuf {
        self.logs().join(format!("{component}.log"))
    }

    /// What is read as the log of the containers that a rule is about; rules are counted from 0.
    pub(crate) fn container_log(&self, rule: usize) -> PathBuf {
        self.logs().join(format!("containers-{rule}.log"))
    }

    /// Where the running process of a component is written down.
    pub(crate) fn process(&self, component: Component) -> PathBuf {
        self.0.join("run").join(format!("{component}.json"))
    }

    /// Makes the directory and its fixed subdirectories, readable by the user alone.
    pub(crate) fn create(&self) -> io::Result<()> {
        for path in [self.0.clone(), self.0.join("run"), self.logs()] {
            create_private(&path)?;
        }
        Ok(())
    }
}

/// Makes a directory and its parents, readable by the user alone.
pub(crate) fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(path)
}

/// Replaces a file in one step, so that a reader sees the old or the new content and a killed writer leaves the old.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(format!("tmp-{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)?;
    file.write_all(content)?;
    drop(file);
    fs::rename(&temporary, path)
}

/// Removes a directory and all in it; that it is gone already is fine.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
