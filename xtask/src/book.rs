//! The book: `docs/` as HTML that can be read and searched offline, with dead links denied.

mod links;
mod page;
pub(crate) mod summary;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::programs::target_folder;
use crate::run::{run, run_with, say};

/// The version of mdBook that builds the book; another one is another folder, so that it is built once.
const MDBOOK: &str = "0.5.4";

/// Builds the book and checks its links.
pub(crate) fn book() -> Result<()> {
    let target = target_folder()?;
    let program = mdbook(&target)?;
    let folder = target.join("book");
    run(text(&program)?, &["build", "--dest-dir", text(&folder)?])?;
    let problems = links::problems(&folder)?;
    for problem in &problems {
        say(&format!("error: {problem}"));
    }
    if !problems.is_empty() {
        bail!("{} problems with links in the book", problems.len());
    }
    say(&format!(
        "the book is in `{}`",
        folder.join("index.html").display()
    ));
    Ok(())
}

/// Returns mdBook, building it first where it is not there: a minute on two cores, once.
fn mdbook(target: &Path) -> Result<PathBuf> {
    let tools = target.join("tools");
    let root = tools.join(format!("mdbook-{MDBOOK}"));
    let program = root.join("bin").join("mdbook");
    if !program.exists() {
        // Without optimisation it is there in half the time, and builds this book in a second.
        run_with(
            "cargo",
            &[
                "install",
                "mdbook",
                "--version",
                MDBOOK,
                "--locked",
                "--quiet",
                "--debug",
                "--no-track",
                "--no-default-features",
                "--features",
                "search",
                "--root",
                text(&root)?,
            ],
            &[
                ("CARGO_PROFILE_DEV_DEBUG", "0"),
                ("CARGO_TARGET_DIR", text(&tools.join("build"))?),
            ],
        )?;
        std::fs::remove_dir_all(tools.join("build"))?;
    }
    Ok(program)
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path is not text")
}
