//! `steading lab binaries`.

use std::io::Write;

use clap::Args;
use steading_lab::{Component, UpOptions};

use super::place::{LabProgress, ProgramsOption};
use crate::error::{CommandError, Outcome};
use crate::session::Session;

const AFTER_HELP: &str = "\
Example:
  ls \"$(steading lab binaries)\"";

/// Make sure that the programs of labs are there, and print their folder
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Binaries {
    #[command(flatten)]
    programs: ProgramsOption,
}

pub(super) async fn run(arguments: Binaries, session: &Session) -> Result<Outcome, CommandError> {
    let Binaries { programs } = arguments;
    let settings = programs.settings(session)?;
    let mut progress = LabProgress::new(session);
    let found =
        steading_lab::Binaries::ensure(&settings, UpOptions::default().build_limit, &mut progress)
            .await?;
    progress.finish();
    let program = found.program(Component::KubeApiserver);
    let folder = program.parent().unwrap_or(program);
    writeln!(session.ui.data(), "{}", folder.display())?;
    Ok(Outcome::Success)
}
