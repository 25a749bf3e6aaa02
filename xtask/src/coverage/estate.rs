//! What an estate says, and what of it a test on the lab applies: all but the applications that have errors.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;
use steading_model::{Node, Sources, yaml};

use super::field::{self, Field, Kind};
use super::walk::walk;

/// The day on which the estates are checked.
const TODAY: &str = "2026-01-31";

/// The fields of an estate and its applications.
pub(super) struct Estate {
    /// Those that are said.
    pub(super) said: BTreeSet<Field>,
    /// Those that a test applies.
    pub(super) applied: BTreeSet<Field>,
}

impl Estate {
    /// Reads an estate.
    pub(super) fn read(program: &Path, folder: &Path) -> Result<Self> {
        let copy = tempfile::tempdir()?;
        copied(folder, copy.path())?;
        let said = said(copy.path())?;
        let left = without_errors(program, copy.path())?;
        let applied = if left {
            said_by_rest(copy.path())?
        } else {
            BTreeSet::new()
        };
        Ok(Self { said, applied })
    }
}

/// Takes the applications away that have errors, until none has; says whether the estate itself has none.
fn without_errors(program: &Path, folder: &Path) -> Result<bool> {
    loop {
        let found = with_errors(program, folder)?;
        if found.is_empty() {
            return Ok(true);
        }
        for file in found {
            let name = file.strip_prefix("applications/");
            let Some(name) = name.and_then(|rest| rest.split('/').next()) else {
                return Ok(false);
            };
            fs::remove_dir_all(folder.join("applications").join(name))?;
        }
    }
}

/// Returns the files that have errors.
fn with_errors(program: &Path, folder: &Path) -> Result<BTreeSet<String>> {
    let checked = Command::new(program)
        .args(["check", "--output", "json", "--today", TODAY])
        .current_dir(folder)
        .output()
        .context("could not start `steading`")?;
    let answer: Value = serde_json::from_slice(&checked.stdout)
        .with_context(|| String::from_utf8_lossy(&checked.stderr).into_owned())?;
    let findings = answer["findings"].as_array().into_iter().flatten();
    let errors = findings.filter(|finding| finding["severity"] == "error");
    let files = errors.filter_map(|finding| finding["file"].as_str());
    Ok(files.map(str::to_owned).collect())
}

/// Returns what is said where an application is left; an estate alone makes nothing.
fn said_by_rest(folder: &Path) -> Result<BTreeSet<Field>> {
    if declarations(folder)?.is_empty() {
        return Ok(BTreeSet::new());
    }
    said(folder)
}

fn said(folder: &Path) -> Result<BTreeSet<Field>> {
    let mut found = BTreeSet::new();
    let estate = parsed(&folder.join("estate.yaml"))?;
    if let Some(spec) = estate.get("spec") {
        walk(Kind::Estate, &field::spec(Kind::Estate), spec, &mut found);
    }
    for path in declarations(folder)? {
        let application = parsed(&path)?;
        let differing = ["environments", "instances"].into_iter();
        let differing = differing.filter_map(|key| application.get(key));
        let differing = differing.flat_map(|node| node.entries().iter().map(|entry| &entry.value));
        let shape = field::spec(Kind::Application);
        for spec in application.get("spec").into_iter().chain(differing) {
            walk(Kind::Application, &shape, spec, &mut found);
        }
    }
    Ok(found)
}

/// Returns the applications' declarations.
fn declarations(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder.join("applications"))?;
    let paths: Result<Vec<PathBuf>> = entries
        .map(|entry| Ok(entry?.path().join("application.yaml")))
        .collect();
    paths
}

fn parsed(path: &Path) -> Result<Node> {
    let text = fs::read_to_string(path).with_context(|| format!("no `{}`", path.display()))?;
    let mut sources = Sources::default();
    let file = sources.add("declaration", text);
    let (mut documents, _) = yaml::parse(&sources, file);
    let document = documents.pop();
    document.with_context(|| format!("nothing in `{}`", path.display()))
}

fn copied(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().context("an entry has a name")?);
        if path.is_dir() {
            copied(&path, &target)?;
        } else {
            fs::copy(&path, target)?;
        }
    }
    Ok(())
}
