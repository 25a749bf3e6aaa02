//! A fresh lab for each contestant, so that nobody works on what another left behind.
//!
//! Contestants come as an ordinary user with all rights: priority and fairness, which lets the lab's administrator pass, counts for them as
//! it does in a cluster of somebody's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::measure;
use crate::suite::Bench;

/// The name of the lab, and of the user.
const NAME: &str = "bench";

/// A lab that is up.
pub(crate) struct Lab {
    /// The kubeconfig of the user.
    pub(crate) kubeconfig: PathBuf,
    administrator: PathBuf,
    kubectl: PathBuf,
}

impl Lab {
    /// Brings a lab up, does the work, and takes the lab down whatever came of it.
    pub(crate) fn with<T>(
        bench: &Bench<'_>,
        estate: &Path,
        work: impl FnOnce(&Self) -> Result<T>,
    ) -> Result<T> {
        let labs = bench.steading(estate, &["lab", "list"]).output()?.stdout;
        let is_up = String::from_utf8(labs)?.lines().any(|lab| lab == NAME);
        ensure!(
            !is_up,
            "there is a lab `{NAME}` already: `steading lab down {NAME}` takes it away"
        );
        let bin_dir = bench.arguments.lab_bin_dir.to_string_lossy();
        let up = ["lab", "up", NAME, "--bin-dir", &bin_dir];
        let worked = measure::run(&mut bench.steading(estate, &up), &[0])
            .and_then(|_| Self::find(bench, estate))
            .and_then(|lab| work(&lab));
        let down = measure::run(&mut bench.steading(estate, &["lab", "down", NAME]), &[0]);
        let worked = worked?;
        down?;
        Ok(worked)
    }

    /// Gives the user all rights and writes both kubeconfigs.
    fn find(bench: &Bench<'_>, estate: &Path) -> Result<Self> {
        let lab = Self {
            kubeconfig: bench.folder.join("kubeconfig"),
            administrator: bench.folder.join("administrator"),
            kubectl: bench.arguments.lab_bin_dir.join("kubectl"),
        };
        let admin = ["lab", "kubeconfig", NAME];
        let user = ["lab", "kubeconfig", NAME, "--user", NAME];
        for (path, arguments) in [(&lab.administrator, &admin[..]), (&lab.kubeconfig, &user)] {
            fs::write(path, bench.steading(estate, arguments).output()?.stdout)?;
        }
        let user = format!("--user={NAME}");
        let grant = [
            "create",
            "clusterrolebinding",
            NAME,
            "--clusterrole=cluster-admin",
            &user,
        ];
        measure::run(lab.by_administrator().args(grant), &[0])?;
        Ok(lab)
    }

    /// Returns `kubectl` as the user.
    pub(crate) fn kubectl(&self) -> Command {
        let mut command = Command::new(&self.kubectl);
        command.arg("--kubeconfig").arg(&self.kubeconfig);
        command
    }

    /// Returns `kubectl` as the administrator, whose requests are not counted.
    pub(crate) fn by_administrator(&self) -> Command {
        let mut command = Command::new(&self.kubectl);
        command.arg("--kubeconfig").arg(&self.administrator);
        command
    }
}
