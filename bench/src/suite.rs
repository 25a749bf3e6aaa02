//! What is measured, and the rows that need no cluster.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::measure::{self, Run, median};
use crate::table::{each, megabytes, ratio, row, seconds};
use crate::{Arguments, estate, fleet, peers, table};

/// The benchmark under way.
pub(crate) struct Bench<'a> {
    /// What was asked for.
    pub(crate) arguments: &'a Arguments,
    /// Where everything is that it writes.
    pub(crate) folder: PathBuf,
}

/// Measures everything, prints a row for each.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = Bench {
        arguments,
        folder: folder.path().to_owned(),
    };
    table::head();
    bench.size()?;
    bench.start_up()?;
    bench.check_and_render()?;
    bench.fleet()?;
    if !arguments.offline {
        bench.releases()?;
    }
    if arguments.large {
        bench.large()?;
    }
    Ok(())
}

impl Bench<'_> {
    pub(crate) fn steading(&self, estate: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.arguments.steading);
        command
            .args(arguments)
            .arg("--estate")
            .arg(estate)
            .env("XDG_STATE_HOME", self.folder.join("state"));
        command
    }

    pub(crate) fn estate(&self, applications: usize) -> Result<PathBuf> {
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

    /// Renders everything into a file.
    pub(crate) fn render(&self, estate: &Path) -> Result<Run> {
        self.write_into(&self.rendered(), estate, &["render", "--env", "prod"])
    }

    /// Runs Steading with its output in a file.
    pub(crate) fn write_into(&self, path: &Path, estate: &Path, arguments: &[&str]) -> Result<Run> {
        let file = File::create(path)?;
        measure::run_into(self.steading(estate, arguments).stdout(file), &[0])
    }

    pub(crate) fn rendered(&self) -> PathBuf {
        self.folder.join("rendered.yaml")
    }
}

/// Counts the objects in a rendered file.
pub(crate) fn objects(rendered: &Path) -> Result<u32> {
    let mut count = 0;
    for line in BufReader::new(File::open(rendered)?).lines() {
        count += u32::from(line? == "---");
    }
    ensure!(count > 0, "nothing was rendered");
    Ok(count)
}
