//! The applications that a command is about.

use std::collections::BTreeSet;

use steading_model::{Diagnostic, Report};

use super::Loaded;
use crate::error::CommandError;
use crate::names;

/// The folder of applications.
const APPLICATIONS: &str = "applications/";

/// The applications that a command is about: those that were named, else all.
pub(crate) struct Selection {
    named: BTreeSet<String>,
    /// Their folders with `/` at the end, where they are not all.
    folders: Vec<String>,
}

impl Selection {
    /// Takes names from the command line; one that the estate does not know is an error.
    pub(crate) fn new(loaded: &Loaded, names: &[String]) -> Result<Self, CommandError> {
        let mut selection = Self {
            named: BTreeSet::new(),
            folders: Vec::new(),
        };
        for name in names {
            selection
                .folders
                .push(format!("{}/", folder(loaded, name)?));
            selection.named.insert(name.clone());
        }
        Ok(selection)
    }

    /// Returns the names; none where all applications are meant.
    pub(crate) fn named(&self) -> &BTreeSet<String> {
        &self.named
    }

    /// Says whether an application is meant.
    pub(crate) fn has(&self, application: &str) -> bool {
        self.named.is_empty() || self.named.contains(application)
    }

    /// Returns the findings that concern the selection: all but those whose every place is in the folder of another application.
    pub(crate) fn of(&self, report: Report, loaded: &Loaded) -> Report {
        if self.named.is_empty() {
            return report;
        }
        report.map(|finding| self.concerns(&finding, loaded).then_some(finding))
    }

    fn concerns(&self, finding: &Diagnostic, loaded: &Loaded) -> bool {
        let labels = finding.labels.iter().map(|label| label.span);
        let mut places = finding.span.into_iter().chain(labels).peekable();
        let is_ours = |path: &str| {
            !path.starts_with(APPLICATIONS)
                || self.folders.iter().any(|folder| path.starts_with(folder))
        };
        places.peek().is_none() || places.any(|span| is_ours(loaded.sources().path(span.file)))
    }
}

/// Returns the folder of an application; also of one whose declaration is too broken to be known by its name.
fn folder(loaded: &Loaded, name: &str) -> Result<String, CommandError> {
    if let Some(file) = loaded.declarations.application(name) {
        return Ok(loaded.folder(file).to_owned());
    }
    let folder = format!("{APPLICATIONS}{name}");
    let is_inside = |finding: &Diagnostic| {
        let path = finding.span.map(|span| loaded.sources().path(span.file));
        path.is_some_and(|path| {
            path.strip_prefix(&folder)
                .is_some_and(|rest| rest.starts_with('/'))
        })
    };
    if loaded.report.diagnostics().iter().any(is_inside) {
        return Ok(folder);
    }
    let known: Vec<&str> = loaded
        .declarations
        .applications
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    Err(names::unknown("application", name, &known))
}
