//! `steading init`: a small estate to start from.

mod answers;
mod files;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::{CommandError, Outcome};
use crate::new_file;
use crate::session::Session;

use answers::Flags;

const AFTER_HELP: &str = "\
Examples:
  steading init my-estate               asks five questions
  steading init my-estate --yes         takes the default for each
  steading init . --yes --domain example.org --environments staging,prod --issuer letsencrypt";

/// Start an estate
///
/// Asks five questions, and writes `estate.yaml` and one application that passes `steading check`. Nothing is ever overwritten.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Init {
    /// Folder of the new estate
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,

    #[command(flatten)]
    flags: Flags,
}

/// Runs `steading init`.
pub(crate) fn run(arguments: Init, session: &Session) -> Result<Outcome, CommandError> {
    let Init { directory, flags } = arguments;
    let folder = session.settings.directory.join(&directory);
    refuse_to_overwrite(&folder, &directory)?;
    let answers = flags.answers(session, &folder)?;
    let progress = session.ui.progress();
    for (path, text) in files::files(&answers) {
        new_file::write(&folder.join(path), &text)?;
        progress.done(&format!("wrote `{}`", directory.join(path).display()));
    }
    drop(progress);
    session.ui.say("");
    session.ui.hint(&next(&directory));
    Ok(Outcome::Success)
}

fn refuse_to_overwrite(folder: &Path, shown: &Path) -> Result<(), CommandError> {
    for path in files::PATHS {
        if folder.join(path).symlink_metadata().is_ok() {
            let path = shown.join(path);
            return Err(
                CommandError::failure(format!("`{}` exists already", path.display()))
                    .hint("nothing was written; name another folder: `steading init DIR`"),
            );
        }
    }
    Ok(())
}

fn next(directory: &Path) -> String {
    if directory == Path::new(".") {
        "see what is checked and what comes of it: `steading check`, `steading render --env prod`"
            .to_owned()
    } else {
        let directory = directory.display();
        format!("see what is checked: `steading check --estate {directory}`")
    }
}
