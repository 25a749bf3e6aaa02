//! The cases of the compiler that stand for a way in which routes come in: what they compile to, by its own definitions.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use steading_model::Object;
use steading_model::load::{InputFile, load};
use steading_model::resolve::{Overrides, resolve};

use super::declarations::is_custom;

/// What the names of such cases begin with.
const WAYS: &str = "gateway-";

/// Adds the custom resources of the cases.
pub(super) fn add(folder: &Path, resources: &mut Vec<Object>) -> Result<()> {
    let mut cases: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    cases.sort_by_key(fs::DirEntry::file_name);
    for case in cases {
        if case.file_name().to_string_lossy().starts_with(WAYS) {
            let of_case = compiled(&case.path().join("repo"))?;
            let of_case = of_case.into_iter().filter(is_custom);
            // Cases share names of applications, and each object is judged once.
            for object in of_case {
                if !resources.iter().any(|known| known.id == object.id) {
                    resources.push(object);
                }
            }
        }
    }
    Ok(())
}

fn compiled(repo: &Path) -> Result<Vec<Object>> {
    let mut files = Vec::new();
    collect(repo, repo, &mut files)?;
    let (declarations, _) = load(files);
    let estate = declarations
        .estate
        .as_ref()
        .context("a case has an estate")?;
    let mut applications = Vec::new();
    for file in &declarations.applications {
        for environment in file.environments() {
            let (application, _) = resolve(&declarations, file, environment, &Overrides::default());
            applications.extend(application);
        }
    }
    let (desired, _) = steading_compile::compile(estate, &applications);
    Ok(desired
        .into_iter()
        .flat_map(|desired| desired.objects)
        .collect())
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<InputFile>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root)?.to_str().context("not text")?;
            files.push(InputFile::new(name.to_owned(), fs::read(&path)?));
        }
    }
    Ok(())
}
