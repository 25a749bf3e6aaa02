//! Generated files: the schema data of the Kubernetes version, the reference pages, and the table of contents of the book. Never edited by hand; stale is a failure.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::book::summary::{self, SUMMARY};
use crate::coverage::Coverage;
use crate::lab::Lab;
use crate::programs::{Profile, steading};
use crate::run::{output, root, say};

/// Where the schema data is, from the root.
const SCHEMAS: &str = "crates/rules/data/kubernetes.bin";
/// Where the generated reference is, from the root.
const REFERENCE: &str = "docs/reference";

/// Writes all generated files.
pub(crate) fn generate() -> Result<()> {
    let program = steading(Profile::Dev)?;
    fs::write(root().join(SCHEMAS), schemas(&program)?)?;
    let program = steading(Profile::Dev)?;
    let folder = root().join(REFERENCE);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let coverage = Coverage::of(&program)?;
    reference(&program, &coverage, &folder)?;
    fs::write(root().join(SUMMARY), summary::fresh(&root(), &folder)?)?;
    coverage.complete()
}

/// Fails where a generated file is not what it would be now.
pub(crate) fn check() -> Result<()> {
    let program = steading(Profile::Dev)?;
    let mut stale = Vec::new();
    if fs::read(root().join(SCHEMAS))? != schemas(&program)? {
        stale.push(SCHEMAS.to_owned());
    }
    let fresh = tempfile::tempdir()?;
    let coverage = Coverage::of(&program)?;
    reference(&program, &coverage, fresh.path())?;
    stale.extend(differences(
        &files(&root().join(REFERENCE))?,
        &files(fresh.path())?,
    ));
    if fs::read_to_string(root().join(SUMMARY))? != summary::fresh(&root(), fresh.path())? {
        stale.push(SUMMARY.to_owned());
    }
    for file in &stale {
        say(&format!("error: `{file}` is stale"));
    }
    if !stale.is_empty() {
        bail!(
            "{} generated files are stale: run `cargo xtask generate`",
            stale.len()
        );
    }
    coverage.complete()
}

/// Asks the lab's own API server for the schemas of everything it serves.
fn schemas(program: &Path) -> Result<Vec<u8>> {
    let lab = Lab::up(program, "generate")?;
    let index = lab.get("/openapi/v3")?;
    let paths = index["paths"]
        .as_object()
        .context("the API server lists no schemas")?;
    let groups = paths.keys().filter(|path| is_group(path));
    let documents: Vec<(String, Value)> = groups
        .map(|path| Ok((path.clone(), lab.get(&format!("/openapi/v3/{path}"))?)))
        .collect::<Result<_>>()?;
    steading_rules::schema::compact(&documents).map_err(anyhow::Error::msg)
}

/// Says whether a path holds the schemas of one of Kubernetes' own groups; the lab also knows kinds of others.
fn is_group(path: &str) -> bool {
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["api", _] => true,
        ["apis", group, _] => !group.contains('.') || group.ends_with(".k8s.io"),
        _ => false,
    }
}

/// Writes the pages that the program knows, and the one about them that it cannot know.
fn reference(program: &Path, coverage: &Coverage, folder: &Path) -> Result<()> {
    let program = program.to_str().context("the program's path is not text")?;
    let name = folder.to_str().context("the folder's name is not text")?;
    output(program, &["reference", name])?;
    fs::write(folder.join("coverage.md"), coverage.page())?;
    let index = folder.join("README.md");
    let mut pages = fs::read_to_string(&index)?;
    pages.push_str("- [What proves each field](coverage.md)\n");
    Ok(fs::write(index, pages)?)
}

fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in
            fs::read_dir(&next).with_context(|| format!("could not read `{}`", next.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(folder)?.to_owned(), fs::read(&path)?);
            }
        }
    }
    Ok(found)
}

fn differences(
    kept: &BTreeMap<PathBuf, Vec<u8>>,
    fresh: &BTreeMap<PathBuf, Vec<u8>>,
) -> Vec<String> {
    let all = kept
        .keys()
        .chain(fresh.keys().filter(|path| !kept.contains_key(*path)));
    let stale = all.filter(|path| kept.get(*path) != fresh.get(*path));
    stale
        .map(|path| format!("{REFERENCE}/{}", path.display()))
        .collect()
}
