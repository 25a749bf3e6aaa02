//! Files that are not declarations: content for `fromFile`.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Content by path.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    contents: BTreeMap<String, Arc<[u8]>>,
}

impl Files {
    pub(super) fn insert(&mut self, path: &str, bytes: Vec<u8>) {
        self.contents
            .insert(path.trim_start_matches("./").to_owned(), bytes.into());
    }

    /// Returns the file at a path below a folder, or the files in the folder at that path.
    pub(super) fn below(&self, folder: &str, path: &str) -> Vec<(String, Vec<u8>)> {
        let full = join(folder, path);
        if let Some(bytes) = self.contents.get(&full) {
            return vec![(String::new(), bytes.to_vec())];
        }
        let prefix = format!("{full}/");
        let within = self
            .contents
            .range(prefix.clone()..)
            .take_while(|(path, _)| path.starts_with(&prefix));
        within
            .map(|(path, bytes)| (path[prefix.len()..].to_owned(), bytes.to_vec()))
            .collect()
    }

    /// Returns the paths below a folder, relative to it.
    pub(super) fn paths_below(&self, folder: &str) -> Vec<&str> {
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let within = self
            .contents
            .range(prefix.clone()..)
            .take_while(|(path, _)| path.starts_with(&prefix));
        within.map(|(path, _)| &path[prefix.len()..]).collect()
    }
}

fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    }
}
