//! What is measured, and the table that comes of it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::measure::{self, Run, median};
use crate::{Arguments, estate, fleet, peers};

struct Bench<'a> {
    arguments: &'a Arguments,
    folder: PathBuf,
}

/// Measures everything, prints a row for each.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = Bench {
        arguments,
        folder: folder.path().to_owned(),
    };
    row(
        "what",
        ["Steading", "per object", "peer", "ratio", "peak memory"],
    );
    row("---", ["---"; 5]);
    bench.size()?;
    bench.start_up()?;
    bench.check_and_render()?;
    bench.fleet()?;
    if arguments.offline {
        Ok(())
    } else {
        bench.plan()
    }
}

impl Bench<'_> {
    fn steading(&self, estate: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.arguments.steading);
        command
            .args(arguments)
            .arg("--estate")
            .arg(estate)
            .env("XDG_STATE_HOME", self.folder.join("state"));
        command
    }

    fn estate(&self, applications: usize) -> Result<PathBuf> {
        let folder = self.folder.join(format!("estate-{applications}"));
        if !folder.exists() {
            estate::write(&folder, applications)?;
        }
        Ok(folder)
    }

    fn size(&self) -> Result<()> {
        let bytes = fs::metadata(&self.arguments.steading)?.len();
        row("release binary", [&megabytes(bytes), "", "", "", ""]);
        Ok(())
    }

    fn start_up(&self) -> Result<()> {
        let one = median(self.arguments.runs * 4 + 1, || {
            measure::run(
                Command::new(&self.arguments.steading).arg("--version"),
                &[0],
            )
        })?;
        row(
            "start-up (`--version`)",
            [&seconds(one.time), "", "", "", ""],
        );
        Ok(())
    }

    /// Check and render of N applications and of ten times as many, beside `helm template` once per application.
    fn check_and_render(&self) -> Result<()> {
        let count = self.arguments.applications;
        let helm = peers::helm_template(&self.arguments.helm, self.arguments.runs * 2 + 1)?;
        for (count, runs) in [(count, self.arguments.runs), (count * 10, 1)] {
            let estate = self.estate(count)?;
            let check = median(runs, || {
                measure::run(&mut self.steading(&estate, &["check"]), &[0])
            })?;
            let render = median(runs, || self.render(&estate))?;
            let both = check.time + render.time;
            let peer = helm.time * u32::try_from(count)?;
            let memory = check.memory.max(render.memory);
            let objects = objects(&self.rendered())?;
            let what = format!(
                "check + render of {count} applications ({objects} objects); peer: `helm template` for each"
            );
            row(
                &what,
                [
                    &seconds(both),
                    &each(both, objects),
                    &seconds(peer),
                    &ratio(peer, both),
                    &megabytes(memory),
                ],
            );
        }
        Ok(())
    }

    /// A check of an estate with every field in use, all rules and five of its own.
    fn fleet(&self) -> Result<()> {
        let count = self.arguments.applications;
        let folder = self.folder.join("fleet");
        fleet::write(&folder, count)?;
        let check = median(self.arguments.runs, || {
            measure::run(&mut self.steading(&folder, &["check"]), &[0])
        })?;
        self.render(&folder)?;
        let objects = objects(&self.rendered())?;
        let what = format!(
            "check of {count} mixed applications ({objects} objects), all rules and five in CEL"
        );
        row(
            &what,
            [
                &seconds(check.time),
                &each(check.time, objects),
                "",
                "",
                &megabytes(check.memory),
            ],
        );
        Ok(())
    }

    /// A plan with nothing to do on the lab, beside `kubectl diff --server-side` of the same objects.
    fn plan(&self) -> Result<()> {
        let estate = self.estate(self.arguments.applications)?;
        let bin_dir = self
            .arguments
            .lab_bin_dir
            .to_str()
            .context("the folder of the lab's programs is not text")?;
        self.do_once(&estate, &["lab", "up", "bench", "--bin-dir", bin_dir])?;
        let measured = self.plan_on_lab(&estate);
        self.do_once(&estate, &["lab", "down", "bench"])?;
        let (apply, plan, diff) = measured?;
        let (count, objects) = (self.arguments.applications, objects(&self.rendered())?);
        row(
            &format!("first apply of {count} applications ({objects} objects)"),
            [
                &seconds(apply.time),
                &each(apply.time, objects),
                "",
                "",
                &megabytes(apply.memory),
            ],
        );
        let what = format!(
            "plan of {count} applications, nothing to do; peer: `kubectl diff --server-side`"
        );
        row(
            &what,
            [
                &seconds(plan.time),
                &each(plan.time, objects),
                &seconds(diff.time),
                &ratio(diff.time, plan.time),
                &megabytes(plan.memory),
            ],
        );
        Ok(())
    }

    fn plan_on_lab(&self, estate: &Path) -> Result<(Run, Run, Run)> {
        let kubeconfig = self.folder.join("kubeconfig");
        let text = self
            .steading(estate, &["lab", "kubeconfig", "bench"])
            .output()?
            .stdout;
        fs::write(&kubeconfig, text)?;
        let path = kubeconfig
            .to_str()
            .context("the temporary folder's name is not text")?
            .to_owned();
        let apply = measure::run(
            &mut self.steading(
                estate,
                &["apply", "--env", "prod", "--yes", "--kubeconfig", &path],
            ),
            &[0],
        )?;
        let plan = median(self.arguments.runs, || {
            let arguments = [
                "plan",
                "--env",
                "prod",
                "--detailed-exitcode",
                "--kubeconfig",
                &path,
            ];
            measure::run(&mut self.steading(estate, &arguments), &[0])
        })?;
        self.render(estate)?;
        let bin_dir = &self.arguments.lab_bin_dir;
        let diff = peers::kubectl_diff(bin_dir, &kubeconfig, &self.rendered(), 1)?;
        Ok((apply, plan, diff))
    }

    /// Renders everything into a file.
    fn render(&self, estate: &Path) -> Result<Run> {
        let file = File::create(self.rendered())?;
        let mut command = self.steading(estate, &["render", "--env", "prod"]);
        measure::run_into(command.stdout(file), &[0])
    }

    fn rendered(&self) -> PathBuf {
        self.folder.join("rendered.yaml")
    }

    fn do_once(&self, estate: &Path, arguments: &[&str]) -> Result<()> {
        measure::run(&mut self.steading(estate, arguments), &[0]).map(drop)
    }
}

#[expect(clippy::print_stdout, reason = "the table is the product")]
fn row(what: &str, cells: [&str; 5]) {
    println!("| {what} | {} |", cells.join(" | "));
}

fn seconds(time: Duration) -> String {
    if time < Duration::from_millis(100) {
        return format!("{:.1} ms", time.as_secs_f64() * 1000.0);
    }
    format!("{:.2} s", time.as_secs_f64())
}

/// Counts the objects in a rendered file.
fn objects(rendered: &Path) -> Result<u32> {
    let mut count = 0;
    for line in BufReader::new(File::open(rendered)?).lines() {
        count += u32::from(line? == "---");
    }
    ensure!(count > 0, "nothing was rendered");
    Ok(count)
}

fn each(time: Duration, objects: u32) -> String {
    format!("{} µs", (time / objects).as_micros())
}

fn ratio(peer: Duration, ours: Duration) -> String {
    format!("{:.0}x", peer.as_secs_f64() / ours.as_secs_f64())
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes_to_mebibytes(bytes))
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn bytes_to_mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
