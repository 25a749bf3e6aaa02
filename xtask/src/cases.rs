//! Judges by real declarations and real resource definitions. Run by the people of this project, never by users' tests.
//!
//! Three judges over a folder with `single-node/` and `crds/` in it:
//! 1. every declaration in the older format imports, resolves for each of its environments, compiles, and passes the offline
//!    validation;
//! 2. each hostile input of `edge-cases.yaml` behaves as its `want` says;
//! 3. every custom resource that came of it, of `examples/` and of the compiler's own cases, is accepted by the definitions that its project publishes, offline
//!    and by an API server on which they are installed.

mod declarations;
mod definitions;
mod edge;
mod golden;
mod pipeline;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::run::{root, say};

/// What one judge found.
#[derive(Default)]
pub(crate) struct Verdict {
    passed: usize,
    problems: Vec<String>,
}

impl Verdict {
    fn judge(&mut self, name: &str, result: Result<(), String>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(problem) => self.problems.push(format!("{name}: {problem}")),
        }
    }
}

/// Runs the judges over a folder.
pub(crate) fn cases(folder: Option<PathBuf>) -> Result<()> {
    let folder = folder.unwrap_or_else(|| root().join("../shared/cases"));
    let single_node = folder.join("single-node");
    let mut resources = Vec::new();
    let mut problems = 0;
    problems += show(
        "declarations of the older format",
        &declarations::judge(&single_node, &mut resources)?,
    );
    problems += show(
        "hostile inputs",
        &edge::judge(&single_node.join("edge-cases.yaml"))?,
    );
    declarations::add_examples(&root().join("examples"), &mut resources)?;
    golden::add(&root().join("crates/compile/tests/cases"), &mut resources)?;
    problems += show(
        "custom resources by their own definitions",
        &definitions::judge(&folder.join("crds"), &resources)?,
    );
    if problems > 0 {
        bail!("{problems} cases do not behave");
    }
    Ok(())
}

fn show(what: &str, verdict: &Verdict) -> usize {
    for problem in &verdict.problems {
        say(&format!("error: {problem}"));
    }
    say(&format!(
        "{what}: {} passed, {} failed",
        verdict.passed,
        verdict.problems.len()
    ));
    verdict.problems.len()
}

/// Returns the YAML files of a folder in order.
fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<PathBuf> = entries
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    files.sort();
    Ok(files)
}
