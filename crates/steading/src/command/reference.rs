//! `steading reference`: the generated part of the documentation. Hidden: `cargo xtask generate` calls it.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::{CommandError, Outcome};
use crate::new_file;
use crate::reference;
use crate::session::Session;

/// Write the reference pages into an empty folder
#[derive(Args)]
#[command(hide = true)]
pub(crate) struct Reference {
    /// Folder to write to
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

/// Runs `steading reference`.
pub(crate) fn run(arguments: &Reference, session: &Session) -> Result<Outcome, CommandError> {
    let Reference { directory } = arguments;
    let folder = session.settings.directory.join(directory);
    for (path, text) in reference::pages() {
        new_file::write(&folder, Path::new(&path), &text)?;
    }
    Ok(Outcome::Success)
}
