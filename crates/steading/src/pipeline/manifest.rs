//! An estate with one more declaration: that of an application which lives in a repository of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use steading_model::load::InputFile;
use steading_model::name::AppName;
use steading_model::{Node, Sources, yaml};

use super::Loaded;
use crate::error::{CommandError, WhileDoing};
use crate::estate;
use crate::names;
use crate::session::Session;

impl Loaded {
    /// Reads the estate and, in place of an application of the same name, the declaration in a file; of a declaration with instances,
    /// the one that is named.
    pub(crate) fn with_manifest(
        session: &Session,
        manifest: &Path,
        instance: Option<&str>,
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
        let loaded = Self::of_files(files, report, String::new());
        let name = loaded.instance_of(&name, instance)?;
        Ok((loaded, name))
    }
}

impl Loaded {
    /// Returns the name of an application, or of the instance of it that is meant.
    fn instance_of(&self, name: &AppName, instance: Option<&str>) -> Result<AppName, CommandError> {
        let instances = self.declarations.applications.iter();
        let instances = instances.filter_map(|file| {
            let instance = &file.instance.as_ref()?.instance;
            (instance.application == *name).then_some((instance.name.as_str(), &file.name))
        });
        let instances: BTreeMap<&str, &AppName> = instances.collect();
        let known: Vec<&str> = instances.keys().copied().collect();
        match instance {
            None if instances.is_empty() => Ok(name.clone()),
            None => Err(CommandError::usage(format!(
                "`{name}` has instances, and `--instance` names none"
            ))
            .hint(format!("name one of: {}", known.join(", ")))),
            Some(instance) => match instances.get(instance) {
                Some(name) => Ok((*name).clone()),
                None => Err(names::unknown("instance", instance, &known)),
            },
        }
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
