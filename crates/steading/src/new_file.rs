//! Files that are written once and never over another.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::error::{CommandError, WhileDoing};

/// Writes a new file below a folder, with the folders that lead to it; one that exists is left as it is, which is an error.
pub(crate) fn write(root: &Path, path: &Path, text: &str) -> Result<(), CommandError> {
    let target = root.join(path);
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)
            .while_doing(|| format!("cannot make the folder of `{}`", path.display()))?;
    }
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&target)
    {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(CommandError::failure(
            format!("`{}` exists already", path.display()),
        )
        .hint("name another file, or remove this one")),
        file => file
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .while_doing(|| format!("cannot write `{}`", path.display())),
    }
}
