//! From files to declarations: a pure function over paths and bytes.
//!
//! Everything that is wrong with any file is reported at once; what can be read is returned beside the findings. Files that are
//! not declarations are kept for `fromFile`.

mod applications;
mod catalogue;
mod codes;
mod declared;
mod defaults;
mod document;
mod estate;
mod files;
mod input;
mod instances;
mod people;
mod policies;
mod served;

use std::collections::BTreeSet;

use crate::application::Application;
use crate::diagnostic::{Report, Severity};
use crate::estate::Estate;
use crate::legacy::Decision;
use crate::name::{AppName, RelativePath};
use crate::node::Node;
use crate::policy::OwnRule;
use crate::resolve::Overrides;
use crate::source::{FileId, Sources, Span};

pub use codes::*;
pub(crate) use defaults::has as is_default;
pub use estate::{EstateDocument, EstateMetadata};
pub use input::{InputFile, Role};
pub use instances::InstanceFile;

/// What is built in: the defaults that lie under every estate and every application.
const BUILT_IN: &str = include_str!("load/built_in.yaml");

/// All declarations of a run.
#[derive(Clone, Debug)]
pub struct Declarations {
    /// The texts, for places.
    pub sources: Sources,
    /// The estate, with the built-in defaults merged under it.
    pub estate: Option<Estate>,
    /// The applications by name.
    pub applications: Vec<ApplicationFile>,
    /// The rules of the estate by name.
    pub rules: Vec<OwnRule>,
    built_in: Option<Node>,
    files: files::Files,
}

/// An application as written, for all environments.
#[derive(Clone, Debug)]
pub struct ApplicationFile {
    /// Its name.
    pub name: AppName,
    /// The declaration; in the current form even where the file is of the older one.
    pub node: Node,
    /// The form of the file.
    pub form: Form,
    /// Which instance it is, of a declaration with several.
    pub instance: Option<InstanceFile>,
    folder: String,
    /// The files of shared values that lie under it, in the older form.
    base: Vec<FileId>,
    has_errors: bool,
}

/// The form of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// The current one.
    Current,
    /// The older one, with what was decided when reading it.
    Older(Vec<Decision>),
}

/// Reads all files.
#[must_use]
pub fn load(files: Vec<InputFile>) -> (Declarations, Report) {
    let mut report = Report::default();
    let mut sources = Sources::default();
    let built_in = read_built_in(&mut sources, &mut report);
    let mut documents = document::Documents::default();
    let folders = declared::folders(&files);
    let files = documents.collect(files, &mut sources, &mut report);
    let mut estate = estate::read(documents.estates, built_in.as_ref(), &mut report);
    let mut applications = applications::read(documents.applications, estate.as_ref(), &mut report);
    mark_errors(&mut applications, &report);
    let rules = policies::read(documents.rules, &mut report);
    if let Some(estate) = &mut estate {
        estate.applications = declared::names(&applications, &folders, estate);
        people::check(estate, &applications, &mut report);
    }
    let built_in = built_in
        .as_ref()
        .and_then(|node| node.get("application"))
        .cloned();
    report.sort(&sources);
    let mut declarations = Declarations {
        sources,
        estate,
        applications,
        rules,
        built_in,
        files,
    };
    served::look(&mut declarations);
    (declarations, report)
}

/// An application with errors in its file, or in one that lies under it, is never resolved: what was misread may be missing in it.
fn mark_errors(applications: &mut [ApplicationFile], report: &Report) {
    let errors = report
        .diagnostics()
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    let files: BTreeSet<FileId> = errors
        .filter_map(|finding| Some(finding.span?.file))
        .collect();
    for application in applications {
        let mut within =
            std::iter::once(application.file()).chain(application.base.iter().copied());
        application.has_errors = within.any(|file| files.contains(&file));
    }
}

fn read_built_in(sources: &mut Sources, report: &mut Report) -> Option<Node> {
    let file = sources.add("<built in>", BUILT_IN);
    let (mut documents, findings) = crate::yaml::parse(sources, file);
    report.extend(findings);
    documents.pop()
}

impl Declarations {
    /// Returns an application by name.
    #[must_use]
    pub fn application(&self, name: &str) -> Option<&ApplicationFile> {
        let at = self
            .applications
            .binary_search_by(|file| file.name.as_str().cmp(name))
            .ok()?;
        self.applications.get(at)
    }

    /// Returns what the command line says; it gets a place of its own.
    pub fn overrides(&mut self, image: Option<&str>) -> Overrides {
        let image = image.map(|image| {
            const FLAG: &str = "--image ";
            let text = format!("{FLAG}{image}");
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let (start, end) = (offset(FLAG.len()), offset(text.len()));
            let file = self.sources.add("<command line>", text);
            Node::text(image, Span { file, start, end })
        });
        Overrides { image }
    }

    /// Returns a file beside a declaration (with the path `""`), or the files in a folder by their path below it.
    #[must_use]
    pub fn beside(&self, file: &ApplicationFile, path: &RelativePath) -> Vec<(String, Vec<u8>)> {
        self.files.below(&file.folder, path.as_str())
    }

    /// Returns the paths of the files beside a declaration.
    #[must_use]
    pub fn paths_beside(&self, file: &ApplicationFile) -> Vec<&str> {
        self.files.paths_below(&file.folder)
    }

    /// Returns the built-in defaults of `spec`.
    pub(crate) fn built_in(&self) -> Option<&Node> {
        self.built_in.as_ref()
    }
}

impl ApplicationFile {
    /// Returns the file that it was read from.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.node.span.file
    }

    /// Returns the place of its name.
    #[must_use]
    pub fn name_span(&self) -> Span {
        let name = self
            .node
            .get("metadata")
            .and_then(|metadata| metadata.get("name"));
        name.map_or(self.node.span, |name| name.span)
    }

    /// Returns the environments that it has, in order of writing.
    pub fn environments(&self) -> Vec<&str> {
        let mapping = self.node.get("environments").and_then(Node::as_mapping);
        mapping
            .map(|mapping| {
                mapping
                    .entries()
                    .iter()
                    .map(|entry| entry.key.as_str())
                    .collect()
            })
            .unwrap_or_default()
    }

    /// Says whether loading found errors in it; then it is checked further, but never resolved.
    pub fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// Says whether a resolved application comes from this file.
    #[must_use]
    pub fn is_of(&self, application: &Application) -> bool {
        self.name == application.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_defaults_have_no_findings() {
        let (declarations, report) = load(Vec::new());
        assert!(report.is_empty(), "{report:?}");
        assert!(declarations.built_in().is_some());
    }
}
