//! The README's tour: from nothing to a running estate, on a lab of this machine.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::programs::{Profile, steading, target_folder};
use crate::run::{root, run, say};

/// The lab and the estate have the same name.
const NAME: &str = "homestead";

/// Builds, brings a lab up, plans, applies, shows status and what to try next.
pub(crate) fn tour() -> Result<()> {
    let program = steading(Profile::Release)?;
    let estate = copy_of_the_example()?;
    let tour = Tour { program, estate };
    tour.step(
        "a Kubernetes of your own: real API server, scheduler and controllers, simulated nodes",
        &["lab", "up", NAME],
    )?;
    let secrets = tour.estate.join("lab/secrets.yaml");
    tour.step(
        "the secrets that the estate expects to be there",
        &["lab", "load", NAME, path(&secrets)?],
    )?;
    tour.step(
        "everything that is wrong with the files, before any cluster is asked",
        &["check"],
    )?;
    tour.step("what would change", &["plan", "--env", "staging"])?;
    tour.step(
        "change it, all or nothing",
        &["apply", "--env", "staging", "--yes"],
    )?;
    tour.step("what runs now", &["status", "--env", "staging"])?;
    say(&tour.next()?);
    Ok(())
}

struct Tour {
    program: PathBuf,
    estate: PathBuf,
}

impl Tour {
    fn step(&self, why: &str, arguments: &[&str]) -> Result<()> {
        say(&format!("\n=== {why}"));
        let mut all = arguments.to_vec();
        all.extend(["--estate", path(&self.estate)?]);
        run(path(&self.program)?, &all)
    }

    fn next(&self) -> Result<String> {
        let text = include_str!("tour/next.txt");
        let program = self.program.strip_prefix(root()).unwrap_or(&self.program);
        let estate = self.estate.strip_prefix(root()).unwrap_or(&self.estate);
        Ok(text
            .replace("{steading}", path(program)?)
            .replace("{estate}", path(estate)?))
    }
}

/// Copies the example once, so that the tour can be edited without touching the repository.
fn copy_of_the_example() -> Result<PathBuf> {
    let copy = target_folder()?.join("tour").join(NAME);
    if !copy.exists() {
        copy_folder(&root().join("examples").join(NAME), &copy)?;
    }
    Ok(copy)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in
        fs::read_dir(from).with_context(|| format!("could not read `{}`", from.display()))?
    {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn path(path: &Path) -> Result<&str> {
    path.to_str()
        .with_context(|| format!("`{}` is not text", path.display()))
}
