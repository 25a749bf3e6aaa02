//! What proves each field of the declarations: the golden cases that say it, and the tests that applied it to a lab.
//!
//! Nothing of it is written by hand. Cases and examples are declarations in folders; what they say is found by walking them beside the shapes
//! that read them. A field stands for itself wherever it may be written: those of a container are counted once, not again for each component,
//! sidecar, init step and job.
//!
//! The tests on the lab leave out what has errors, and so does this: it asks `steading check`, as they do.

mod estate;
mod exceptions;
mod field;
mod page;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use self::estate::Estate;
use self::exceptions::EXCEPTIONS;
use self::field::{Field, Kind};
use crate::run::{root, say};

/// The test that applies the cases.
const CASES_TEST: &str = "golden_cases";
/// The test that applies the examples.
const EXAMPLES_TEST: &str = "examples";

/// What proves each field.
pub(crate) struct Coverage {
    fields: BTreeMap<Field, Proof>,
}

/// What proves a field.
#[derive(Default)]
struct Proof {
    /// The golden cases that say it.
    cases: BTreeSet<String>,
    /// The lab tests that applied it.
    tests: BTreeSet<&'static str>,
}

impl Coverage {
    /// Looks at all cases and examples; `program` is `steading`.
    pub(crate) fn of(program: &Path) -> Result<Self> {
        let mut coverage = Self {
            fields: BTreeMap::new(),
        };
        for case in folders("crates/compile/tests/cases", "repo")? {
            let name = case.parent().and_then(Path::file_name);
            let name = name.context("a case has a name")?.to_string_lossy();
            let estate = Estate::read(program, &case)?;
            for field in &estate.said {
                coverage.proof(*field).cases.insert(name.to_string());
            }
            coverage.applied(&estate, CASES_TEST);
        }
        for example in folders("examples", "")? {
            coverage.applied(&Estate::read(program, &example)?, EXAMPLES_TEST);
        }
        Ok(coverage)
    }

    /// Returns the page.
    pub(crate) fn page(&self) -> String {
        page::page(self)
    }

    /// Fails where a field of an application is proven by nothing, and nothing excuses it.
    pub(crate) fn complete(&self) -> Result<()> {
        let problems = self.problems();
        for problem in &problems {
            say(&format!("error: {problem}"));
        }
        if !problems.is_empty() {
            bail!(
                "{} fields of applications are not proven: add a golden case to `crates/compile/tests/cases`",
                problems.len()
            );
        }
        Ok(())
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for field in field::all(Kind::Application) {
            let name = field.to_string();
            let is_excused = EXCEPTIONS.iter().any(|(excused, _)| *excused == name);
            let proof = self.fields.get(&field);
            let missing = match proof {
                None => Some("is said by no golden case"),
                Some(proof) if proof.cases.is_empty() => Some("is said by no golden case"),
                Some(proof) if proof.tests.is_empty() => Some("is applied by no test"),
                Some(_) => None,
            };
            match missing {
                Some(missing) if !is_excused => problems.push(format!("`{name}` {missing}")),
                None if is_excused => problems.push(format!("`{name}` needs no exception")),
                _ => {}
            }
        }
        problems
    }

    fn applied(&mut self, estate: &Estate, test: &'static str) {
        for field in &estate.applied {
            self.proof(*field).tests.insert(test);
        }
    }

    fn proof(&mut self, field: Field) -> &mut Proof {
        self.fields.entry(field).or_default()
    }
}

/// Returns the estates in the folders of a folder, in order.
fn folders(of: &str, below: &str) -> Result<BTreeSet<PathBuf>> {
    let of = root().join(of);
    let entries = std::fs::read_dir(&of).with_context(|| format!("no `{}`", of.display()))?;
    let folders = entries.map(|entry| Ok(entry?.path().join(below)));
    let folders: Result<BTreeSet<PathBuf>> = folders.collect();
    let mut folders = folders?;
    folders.retain(|folder| folder.join("estate.yaml").exists());
    Ok(folders)
}
