//! Where the estate is.

use std::path::{Component, Path, PathBuf};

use crate::error::CommandError;

/// The file that makes a folder an estate.
pub(crate) const ESTATE_FILE: &str = "estate.yaml";

/// The folder of an estate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EstateDirectory {
    path: PathBuf,
    shown: String,
}

impl EstateDirectory {
    /// Takes a folder that was named.
    pub(crate) fn at(current: &Path, directory: &Path) -> Result<Self, CommandError> {
        let path = current.join(directory);
        if path.join(ESTATE_FILE).is_file() {
            return Ok(Self {
                path,
                shown: shown(directory),
            });
        }
        let problem = if path.is_dir() {
            "has no `estate.yaml`"
        } else {
            "is not a folder"
        };
        Err(
            CommandError::failure(format!("`{}` {problem}", directory.display())).hint(format!(
                "start an estate there: `steading init {}`",
                directory.display()
            )),
        )
    }

    /// Finds the nearest folder upwards that is an estate.
    pub(crate) fn nearest(current: &Path) -> Result<Self, CommandError> {
        for (steps, folder) in current.ancestors().enumerate() {
            if folder.join(ESTATE_FILE).is_file() {
                let path = folder.to_owned();
                return Ok(Self {
                    path,
                    shown: "../".repeat(steps),
                });
            }
        }
        Err(CommandError::failure(format!(
            "there is no `estate.yaml` in `{}` or any folder above",
            current.display()
        ))
        .hint("name the estate with `--estate DIR`, or start one with `steading init`"))
    }

    /// Returns the folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what stands before the paths of the estate's files when they are shown: empty, or with `/` at its end.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }
}

fn shown(directory: &Path) -> String {
    let parts = directory
        .components()
        .filter(|part| *part != Component::CurDir);
    let path: PathBuf = parts.collect();
    if path.as_os_str().is_empty() {
        String::new()
    } else {
        format!("{}/", path.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_as_seen_from_the_current_folder() {
        assert_eq!(shown(Path::new(".")), "");
        assert_eq!(shown(Path::new("./a/b/")), "a/b/");
        assert_eq!(shown(Path::new("/srv/estate")), "/srv/estate/");
        assert_eq!(shown(Path::new("..")), "../");
    }
}
