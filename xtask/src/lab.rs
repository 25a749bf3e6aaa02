//! A lab for the time of a task.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::programs::lab_folder;
use crate::run::{output, say};

/// A running lab, taken down when it goes out of scope.
pub(crate) struct Lab {
    program: String,
    name: String,
    kubectl: PathBuf,
    kubeconfig: tempfile::NamedTempFile,
}

impl Lab {
    /// Brings a lab up.
    pub(crate) fn up(program: &Path, name: &str) -> Result<Self> {
        let kubectl = lab_folder(program)?.join("kubectl");
        let program = program
            .to_str()
            .context("the program's path is not text")?
            .to_owned();
        crate::run::run(&program, &["lab", "up", name])?;
        let kubeconfig = tempfile::NamedTempFile::new()?;
        std::fs::write(
            kubeconfig.path(),
            output(&program, &["lab", "kubeconfig", name])?,
        )?;
        Ok(Self {
            program,
            name: name.to_owned(),
            kubectl,
            kubeconfig,
        })
    }

    /// Runs kubectl and returns what it prints.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        let output = Command::new(&self.kubectl)
            .arg("--kubeconfig")
            .arg(self.kubeconfig.path())
            .args(arguments)
            .output()?;
        if !output.status.success() {
            bail!(
                "`kubectl {}`: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(output.stdout)
    }

    /// Writes an object to a file for kubectl.
    #[expect(clippy::unused_self, reason = "the file is for this lab's kubectl")]
    pub(crate) fn file(&self, object: &Value) -> Result<tempfile::NamedTempFile> {
        let file = tempfile::Builder::new().suffix(".json").tempfile()?;
        std::fs::write(file.path(), serde_json::to_vec(object)?)?;
        Ok(file)
    }

    /// Gets a path of the API server as JSON.
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        Ok(serde_json::from_slice(
            &self.kubectl(&["get", "--raw", path])?,
        )?)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if let Err(error) = output(&self.program, &["lab", "down", &self.name]) {
            say(&format!(
                "warning: the lab `{}` is still there: {error:#}",
                self.name
            ));
        }
    }
}
