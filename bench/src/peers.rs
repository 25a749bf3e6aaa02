//! The peers: what people use today for the same work.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::measure::{Run, median, run};

/// One `helm template` of a chart of eight objects: what a loop over applications calls once for each.
pub(crate) fn helm_template(helm: &Path, runs: usize) -> Result<Run> {
    let chart = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/chart");
    median(runs, || {
        run(
            Command::new(helm)
                .arg("template")
                .arg("service")
                .arg(&chart),
            &[0],
        )
    })
}

/// `kubectl diff --server-side` of rendered objects; 1 means that there are differences.
pub(crate) fn kubectl_diff(
    bin_dir: &Path,
    kubeconfig: &Path,
    rendered: &Path,
    runs: usize,
) -> Result<Run> {
    let kubectl: PathBuf = bin_dir.join("kubectl");
    median(runs, || {
        let mut command = Command::new(&kubectl);
        command.arg("--kubeconfig").arg(kubeconfig).args([
            "diff",
            "--server-side",
            "--force-conflicts",
            "--field-manager=steading",
            "-f",
        ]);
        run(command.arg(rendered), &[0, 1])
    })
}
