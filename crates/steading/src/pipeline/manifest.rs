//! An estate with one more declaration: that of an application which lives in a repository of its own.

use std::fs;
use std::path::Path;

use steading_model::load::InputFile;
use steading_model::name::AppName;
use steading_model::{Node, Sources, yaml};

use super::Loaded;
use crate::error::{CommandError, WhileDoing};
use crate::estate;
use crate::session::Session;

impl Loaded {
    /// Reads the estate and, in place of an application of the same name, the declaration in a file.
    pub(crate) fn with_manifest(
        session: &Session,
        manifest: &Path,
    ) -> Result<(Self, AppName), CommandError> {
        let path = session.settings.directory.join(manifest);
        let shown = manifest.display().to_string();
        let bytes = fs::read(&path).while_doing(|| format!("cannot read `{shown}`"))?;
        let name = name_in(&bytes, &shown)?;
        let directory = session.estate()?;
        let (files, report) = estate::read(&directory);
        let own = format!("applications/{name}/");
        let mut files: Vec<InputFile> = files
            .into_iter()
            .filter(|file| !file.path.starts_with(&own))
            .collect();
        files.extend(estate::beside(&path, &shown));
        files.push(InputFile::declaration(shown, bytes));
        Ok((Self::of_files(files, report, String::new()), name))
    }
}

/// Returns the name that a declaration gives itself.
fn name_in(bytes: &[u8], shown: &str) -> Result<AppName, CommandError> {
    let mut sources = Sources::default();
    let file = sources.add(shown, String::from_utf8_lossy(bytes));
    let (documents, _) = yaml::parse(&sources, file);
    let name = documents
        .first()
        .and_then(|node| node.get("metadata")?.get("name"))
        .and_then(Node::as_text);
    let name = name.ok_or_else(|| {
        CommandError::failure(format!("`{shown}` has no `metadata.name`"))
            .hint("`steading check` in the estate says what else is wrong")
    })?;
    AppName::parse(name)
        .map_err(|problem| CommandError::failure(format!("`metadata.name` in `{shown}` {problem}")))
}
