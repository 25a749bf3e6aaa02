//! The peers: what people use today for the same work.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::lab::Lab;
use crate::measure::{Run, median, run};

/// One `helm template` of a chart of eight objects: what a loop over applications calls once for each.
pub(crate) fn helm_template(helm: &Path, runs: usize) -> Result<Run> {
    median(runs, || {
        run(
            Command::new(helm)
                .arg("template")
                .arg("service")
                .arg(chart()),
            &[0],
        )
    })
}

/// `helm upgrade` of one release of the same chart, with another variable each time. It does not wait for the rollout.
pub(crate) fn helm_upgrade(helm: &Path, lab: &Lab, home: &Path, runs: usize) -> Result<Run> {
    let helm = |arguments: &[&str]| {
        let mut command = Command::new(helm);
        command
            .env("HELM_CACHE_HOME", home)
            .env("HELM_CONFIG_HOME", home)
            .env("HELM_DATA_HOME", home)
            .arg("--kubeconfig")
            .arg(&lab.kubeconfig)
            .args(["--namespace", "helm-service"])
            .args(arguments)
            .arg("service")
            .arg(chart());
        run(&mut command, &[0])
    };
    helm(&["install", "--create-namespace"])?;
    let mut turn = 0;
    median(runs, || {
        turn += 1;
        helm(&["upgrade", "--set", &format!("env.LOG_LEVEL=turn-{turn}")])
    })
}

/// `kubectl apply --server-side` of rendered objects.
pub(crate) fn kubectl_apply(lab: &Lab, rendered: &Path) -> Result<Run> {
    let mut command = lab.kubectl();
    command.args(["apply", "--server-side", "-f"]).arg(rendered);
    run(&mut command, &[0])
}

/// `kubectl diff --server-side` of rendered objects; 1 means that there are differences.
pub(crate) fn kubectl_diff(lab: &Lab, rendered: &Path, runs: usize) -> Result<Run> {
    median(runs, || {
        let mut command = lab.kubectl();
        command.args([
            "diff",
            "--server-side",
            "--force-conflicts",
            "--field-manager=steading",
            "-f",
        ]);
        run(command.arg(rendered), &[0, 1])
    })
}

/// Writes rendered objects anew with the namespaces in front: `kubectl apply` takes objects as they come.
pub(crate) fn namespaces_first(rendered: &Path, into: &Path) -> Result<()> {
    let text = fs::read_to_string(rendered)?;
    let documents = text.split("---\n").filter(|text| !text.is_empty());
    let (first, rest): (Vec<&str>, Vec<&str>) =
        documents.partition(|text| text.contains("\nkind: Namespace\n"));
    let all: Vec<&str> = first.into_iter().chain(rest).collect();
    Ok(fs::write(into, all.join("---\n"))?)
}

fn chart() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/chart")
}
