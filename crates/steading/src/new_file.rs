//! Files that are written once and never over another.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::error::{CommandError, WhileDoing};

/// Who may read what is written, beside the owner.
const EVERYBODY: u32 = 0o666;
/// Nobody.
const OWNER: u32 = 0o600;

/// Writes a new file below a folder, with the folders that lead to it; one that exists is left as it is, which is an error.
pub(crate) fn write(root: &Path, path: &Path, text: &str) -> Result<(), CommandError> {
    write_for(root, path, text, EVERYBODY)
}

/// Writes a new file that only its owner may read.
pub(crate) fn write_private(root: &Path, path: &Path, text: &str) -> Result<(), CommandError> {
    write_for(root, path, text, OWNER)
}

/// Refuses a file that exists, before anything is done for it.
pub(crate) fn must_not_exist(root: &Path, path: &Path) -> Result<(), CommandError> {
    if root.join(path).symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    Ok(())
}

fn write_for(root: &Path, path: &Path, text: &str, mode: u32) -> Result<(), CommandError> {
    let target = root.join(path);
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)
            .while_doing(|| format!("cannot make the folder of `{}`", path.display()))?;
    }
    let mut options = OpenOptions::new();
    match options
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&target)
    {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists(path)),
        file => file
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .while_doing(|| format!("cannot write `{}`", path.display())),
    }
}

fn exists(path: &Path) -> CommandError {
    CommandError::failure(format!("`{}` exists already", path.display()))
        .hint("name another file, or remove this one")
}
