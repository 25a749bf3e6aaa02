//! Which applications are declared, so that a name can be looked up whatever environments a run is about.

use std::collections::{BTreeMap, BTreeSet};

use super::{ApplicationFile, InputFile};
use crate::estate::Estate;
use crate::name::{AppName, EnvironmentName};

/// Returns the folders of applications that are declared by their path.
pub(super) fn folders(files: &[InputFile]) -> Vec<String> {
    let declarations = files.iter().filter(|file| file.is_declaration());
    let folders = declarations.filter_map(|file| file.path.rsplit_once('/'));
    folders
        .map(|(folder, _)| folder.trim_start_matches("./").to_owned())
        .collect()
}

/// Returns the applications with their environments.
///
/// Where nothing could be read from a folder, its name stands for the application: that it is broken is found already, and nobody who
/// names it has to hear that it does not exist.
pub(super) fn names(
    applications: &[ApplicationFile],
    folders: &[String],
    estate: &Estate,
) -> BTreeMap<AppName, BTreeSet<EnvironmentName>> {
    let environments = |file: &ApplicationFile| {
        let keys = file.environments().into_iter();
        keys.filter_map(|name| EnvironmentName::parse(name).ok())
            .collect()
    };
    let mut names: BTreeMap<AppName, BTreeSet<EnvironmentName>> = applications
        .iter()
        .map(|file| (file.name.clone(), environments(file)))
        .collect();
    let read: BTreeSet<&str> = applications
        .iter()
        .map(|file| file.folder.as_str())
        .collect();
    let unread = folders
        .iter()
        .filter(|folder| !read.contains(folder.as_str()))
        .filter_map(|folder| AppName::parse(folder.strip_prefix("applications/")?).ok());
    for name in unread {
        let all = || estate.fields.environments.keys().cloned().collect();
        names.entry(name).or_insert_with(all);
    }
    names
}
