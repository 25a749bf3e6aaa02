//! One run of the program: its settings, its streams, its estate.

use std::path::PathBuf;

use crate::args::Arguments;
use crate::command::Command;
use crate::error::CommandError;
use crate::estate::EstateDirectory;
use crate::settings::Settings;
use crate::ui::Ui;

/// What every command gets.
pub(crate) struct Session {
    /// The environment.
    pub(crate) settings: Settings,
    /// The streams.
    pub(crate) ui: Ui,
    estate: Option<PathBuf>,
}

impl Session {
    /// Makes a session, and returns the command to run in it.
    pub(crate) fn new(settings: Settings, ui: Ui, arguments: Arguments) -> (Self, Command) {
        let Arguments { estate, command } = arguments;
        (
            Self {
                settings,
                ui,
                estate,
            },
            command,
        )
    }

    /// Finds the estate: `--estate`, `STEADING_ESTATE`, else the nearest folder upwards with `estate.yaml`.
    pub(crate) fn estate(&self) -> Result<EstateDirectory, CommandError> {
        let named = self.estate.as_ref().or(self.settings.estate.as_ref());
        match named {
            Some(directory) => EstateDirectory::at(&self.settings.directory, directory),
            None => EstateDirectory::nearest(&self.settings.directory),
        }
    }
}
