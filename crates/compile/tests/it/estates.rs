//! Estates from folders, resolved for all of their environments.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use steading_model::application::Application;
use steading_model::estate::Estate;
use steading_model::load::{Declarations, InputFile, load};
use steading_model::resolve::{Overrides, resolve};
use steading_model::{Report, Sources};

/// An estate with its applications in all environments.
pub(crate) struct Loaded {
    pub(crate) declarations: Declarations,
    pub(crate) applications: Vec<Application>,
}

impl Loaded {
    pub(crate) fn estate(&self) -> &Estate {
        self.declarations.estate.as_ref().unwrap()
    }
}

/// Reads a folder; what the resolver refuses is a mistake of the test.
pub(crate) fn read(folder: &Path) -> Loaded {
    let mut files = Vec::new();
    collect(folder, folder, &mut files);
    files.sort_by(|one, other| one.path.cmp(&other.path));
    resolved(files, &folder.display().to_string())
}

/// Resolves files; `title` is what a mistake of the test is reported under.
pub(crate) fn resolved(files: Vec<InputFile>, title: &str) -> Loaded {
    let (declarations, report) = load(files);
    refuse(title, &declarations.sources, &report);
    let mut applications = Vec::new();
    for file in &declarations.applications {
        for environment in file.environments() {
            let (application, report) =
                resolve(&declarations, file, environment, &Overrides::default());
            refuse(title, &declarations.sources, &report);
            applications.extend(application);
        }
    }
    Loaded {
        declarations,
        applications,
    }
}

/// Returns the folders of all cases, and of the examples.
pub(crate) fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = cases().into_iter().map(|case| case.join("repo")).collect();
    folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/homestead"));
    folders
}

/// Returns the cases. Git leaves folders without a file behind where a case was moved: they are none.
pub(crate) fn cases() -> Vec<PathBuf> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(cases)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|case| {
            let mut files = Vec::new();
            collect(case, case, &mut files);
            !files.is_empty()
        })
        .collect();
    cases.sort();
    cases
}

/// Returns findings as text.
pub(crate) fn text(sources: &Sources, report: &Report) -> String {
    let mut report = report.clone();
    report.sort(sources);
    let mut text = String::new();
    for finding in report.diagnostics() {
        let place = finding
            .span
            .map(|span| sources.place(span))
            .unwrap_or_default();
        writeln!(
            text,
            "{place} {:?} {}: {}",
            finding.severity, finding.code.0, finding.message
        )
        .unwrap();
        for label in &finding.labels {
            writeln!(text, "  {}: {}", sources.place(label.span), label.text).unwrap();
        }
        if let Some(help) = &finding.help {
            writeln!(text, "  help: {help}").unwrap();
        }
    }
    text
}

fn refuse(title: &str, sources: &Sources, report: &Report) {
    assert!(report.is_empty(), "{title}\n{}", text(sources, report));
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<InputFile>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            files.push(InputFile::new(name, std::fs::read(&path).unwrap()));
        }
    }
}
