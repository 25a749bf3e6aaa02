//! `steading init`: a small estate to start from.

mod answers;
mod files;

use std::path::{Component, Path, PathBuf};

use clap::Args;

use crate::error::{CommandError, Outcome};
use crate::new_file;
use crate::session::Session;

use answers::{Answers, Flags};

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
    let directory: PathBuf = directory
        .components()
        .filter(|part| *part != Component::CurDir)
        .collect();
    let root = &session.settings.directory;
    refuse_to_overwrite(root, &directory)?;
    let answers = flags.answers(session, &root.join(&directory))?;
    let progress = session.ui.progress();
    for (path, text) in files::files(&answers) {
        let path = directory.join(path);
        new_file::write(root, &path, &text)?;
        progress.done(&format!("wrote `{}`", path.display()));
    }
    drop(progress);
    session.ui.say("");
    session.ui.hint(&next(&directory, &answers));
    Ok(Outcome::Success)
}

fn refuse_to_overwrite(root: &Path, directory: &Path) -> Result<(), CommandError> {
    for path in files::PATHS {
        let path = directory.join(path);
        if root.join(&path).symlink_metadata().is_ok() {
            return Err(
                CommandError::failure(format!("`{}` exists already", path.display()))
                    .hint("nothing was written; name another folder: `steading init DIR`"),
            );
        }
    }
    Ok(())
}

fn next(directory: &Path, answers: &Answers) -> String {
    let estate = match directory.to_str() {
        Some("") => String::new(),
        _ => format!(" --estate {}", directory.display()),
    };
    let environment = answers.first_environment();
    format!("go on with `steading check{estate}` and `steading render --env {environment}{estate}`")
}
