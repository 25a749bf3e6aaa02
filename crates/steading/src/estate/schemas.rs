//! `schemas/`: the kinds of the user's own cluster, kept in the estate.

use steading_model::load::InputFile;
use steading_model::{Report, Sources, yaml};
use steading_rules::schema::{self, Catalog};

/// Where they are.
const FOLDER: &str = "schemas/";

/// Takes the schemas out of the files of an estate.
pub(crate) fn split(files: Vec<InputFile>) -> (Vec<InputFile>, Vec<InputFile>) {
    files
        .into_iter()
        .partition(|file| file.path.starts_with(FOLDER) && has_schema_name(&file.path))
}

fn has_schema_name(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, end)| end == "yaml")
}

/// Returns the catalogue of kinds with the schemas of the estate over it; `None` where it has none.
pub(crate) fn catalog(files: Vec<InputFile>, sources: &mut Sources) -> (Option<Catalog>, Report) {
    let mut report = Report::default();
    let mut descriptions = Vec::new();
    for file in files {
        match yaml::decode(&file.path, file.bytes) {
            Ok(text) => {
                let id = sources.add(file.path, text);
                let (read, findings) = schema::read(sources, id);
                descriptions.extend(read);
                report.extend(findings);
            }
            Err(finding) => report.push(*finding),
        }
    }
    (
        (!descriptions.is_empty()).then(|| Catalog::with(&descriptions)),
        report,
    )
}
