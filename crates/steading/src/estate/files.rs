//! Reads the files of an estate: the known places only, bounded in size and number, and never outside the estate.
//!
//! What cannot be read is a finding, so that one bad file hides none of the others. Links are followed within the estate; one that leads
//! outside is refused, because a pull request could otherwise carry any file of the machine that checks it into a `ConfigMap`.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use steading_model::load::InputFile;
use steading_model::{Code, Diagnostic, Report};

use super::locate::{ESTATE_FILE, EstateDirectory};

/// A file cannot be read.
const UNREADABLE: Code = Code("ST0901");
/// A file is larger than any declaration.
const TOO_LARGE: Code = Code("ST0902");
/// A link leads out of the estate, into itself or nowhere.
const BAD_LINK: Code = Code("ST0903");
/// There are more files than any estate has.
const TOO_MANY: Code = Code("ST0904");

/// What each code means, for the reference.
pub(crate) const CODES: &[(Code, &str)] = &[
    (
        UNREADABLE,
        "A file or folder of the estate cannot be read, or its name is not UTF-8.",
    ),
    (
        TOO_LARGE,
        "A file is larger than 4 MiB. No object of Kubernetes holds more than 1 MiB; keep large files out of `applications/`.",
    ),
    (
        BAD_LINK,
        "A link leads out of the estate, into itself or nowhere. Only files of the estate are read, so that no change to it can read others.",
    ),
    (
        TOO_MANY,
        "There are more than 200,000 files under `applications/`, `policies/` and `schemas/`. Only what declarations name belongs there.",
    ),
];

/// The places that are read.
const FOLDERS: [&str; 3] = ["applications", "policies", "schemas"];
/// A folder that is never part of a declaration.
const SKIPPED: &str = ".git";
const LARGEST: u64 = 4 * 1024 * 1024;
const MOST: usize = 200_000;

/// Reads `estate.yaml`, `applications/`, `policies/` and `schemas/`, in the order of their names.
pub(crate) fn read(estate: &EstateDirectory) -> (Vec<InputFile>, Report) {
    let mut reading = Reading {
        root: estate
            .path()
            .canonicalize()
            .unwrap_or_else(|_| estate.path().to_owned()),
        files: Vec::new(),
        report: Report::default(),
        above: Vec::new(),
    };
    reading.entry(&estate.path().join(ESTATE_FILE), ESTATE_FILE);
    for folder in FOLDERS {
        let path = estate.path().join(folder);
        if path.symlink_metadata().is_ok() {
            reading.entry(&path, folder);
        }
    }
    (reading.files, reading.report)
}

/// Reads the files beside a declaration that lives in a repository of its own, for its `fromFile`; without the declaration itself.
///
/// What cannot be read is missing, and a declaration that names it says so.
pub(crate) fn beside(declaration: &Path, shown: &str) -> Vec<InputFile> {
    let folder = declaration.parent().unwrap_or(Path::new("."));
    let prefix = shown
        .rsplit_once('/')
        .map(|(folder, _)| format!("{folder}/"))
        .unwrap_or_default();
    let mut reading = Reading {
        root: folder.canonicalize().unwrap_or_else(|_| folder.to_owned()),
        files: Vec::new(),
        report: Report::default(),
        above: Vec::new(),
    };
    let entries = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path != declaration && !is_build(path))
        .collect();
    paths.sort();
    for path in paths {
        if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
            reading.entry(&path, &format!("{prefix}{name}"));
        }
    }
    reading.files
}

/// Says whether a folder holds what was built or fetched, never what a declaration names.
fn is_build(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        [SKIPPED, "target", "node_modules"]
            .iter()
            .any(|folder| name == *folder)
    })
}

struct Reading {
    root: PathBuf,
    files: Vec<InputFile>,
    report: Report,
    /// The folders that lead to where we are, without links.
    above: Vec<PathBuf>,
}

impl Reading {
    fn entry(&mut self, path: &Path, name: &str) {
        if self.files.len() >= MOST {
            return;
        }
        if let Err(error) = self.try_entry(path, name) {
            self.find(
                UNREADABLE,
                format!("cannot read `{name}`: {}", reason(&error)),
            );
        }
    }

    fn try_entry(&mut self, path: &Path, name: &str) -> io::Result<()> {
        let mut kind = path.symlink_metadata()?.file_type();
        let is_link = kind.is_symlink();
        if is_link {
            if let Some(problem) = self.link_problem(path)? {
                self.find(BAD_LINK, format!("`{name}` is a link {problem}"));
                return Ok(());
            }
            kind = fs::metadata(path)?.file_type();
        }
        if kind.is_dir() {
            let real = match (self.above.last(), path.file_name()) {
                (Some(above), Some(last)) if !is_link => above.join(last),
                _ => path.canonicalize()?,
            };
            self.folder(path, name, real)
        } else if kind.is_file() {
            self.file(path, name)
        } else {
            // Reading a pipe or a device could wait for ever.
            self.find(
                UNREADABLE,
                format!("`{name}` is neither a file nor a folder"),
            );
            Ok(())
        }
    }

    fn link_problem(&self, path: &Path) -> io::Result<Option<&'static str>> {
        match path.canonicalize() {
            Ok(target) if target.starts_with(&self.root) => Ok(None),
            Ok(_) => Ok(Some("to a place outside the estate")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some("to nothing")),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(error),
            Err(_) => Ok(Some("to itself")),
        }
    }

    /// Reads a folder; `real` is where it is without links.
    fn folder(&mut self, path: &Path, name: &str, real: PathBuf) -> io::Result<()> {
        if self.above.contains(&real) {
            self.find(
                BAD_LINK,
                format!("`{name}` is a link to a folder that holds it"),
            );
            return Ok(());
        }
        let mut entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        self.above.push(real);
        for entry in entries.iter().filter(|entry| entry.file_name() != SKIPPED) {
            match entry.file_name().to_str() {
                Some(last) => self.entry(&entry.path(), &format!("{name}/{last}")),
                None => self.odd_name(name, entry),
            }
        }
        self.above.pop();
        Ok(())
    }

    fn file(&mut self, path: &Path, name: &str) -> io::Result<()> {
        let mut bytes = Vec::new();
        File::open(path)?
            .take(LARGEST + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST {
            self.find(TOO_LARGE, format!("`{name}` is larger than 4 MiB"));
            return Ok(());
        }
        self.files.push(InputFile::new(name, bytes));
        if self.files.len() == MOST {
            self.find(
                TOO_MANY,
                format!("more than {MOST} files: reading stopped at `{name}`"),
            );
        }
        Ok(())
    }

    fn odd_name(&mut self, folder: &str, entry: &fs::DirEntry) {
        let name = entry.file_name();
        self.find(
            UNREADABLE,
            format!("a name in `{folder}` is not UTF-8: {}", name.display()),
        );
    }

    fn find(&mut self, code: Code, message: String) {
        self.report.push(Diagnostic::error(code, message));
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
