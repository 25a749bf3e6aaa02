//! Where a lab keeps things, and what it may look at: the environment as a value.

use std::ffi::OsString;
use std::path::PathBuf;

/// Directories and search paths of the lab, read once at the program's edge.
///
/// ```
/// use steading_lab::Settings;
///
/// let variables = |name: &str| (name == "HOME").then(|| "/home/ann".into());
/// let settings = Settings::from_variables(variables).unwrap();
/// assert_eq!(settings.labs.to_str(), Some("/home/ann/.local/state/steading/labs"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where built binaries are kept: `$XDG_CACHE_HOME/steading/lab`.
    pub cache: PathBuf,
    /// Where each lab has its directory: `$XDG_STATE_HOME/steading/labs`.
    pub labs: PathBuf,
    /// Where executables are looked for: `$PATH`.
    pub path: OsString,
    /// A directory with ready binaries, used before anything else: `$STEADING_LAB_BIN_DIR` or `--bin-dir`.
    pub bin_dir: Option<PathBuf>,
}

/// Why the settings could not be made from the environment.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Neither `HOME` nor the XDG variable is set.
    #[error("cannot tell where to keep labs: neither `{variable}` nor `HOME` is set")]
    NoHome {
        /// The XDG variable that would also do.
        variable: &'static str,
    },
}

impl Settings {
    /// Returns the settings that a set of environment variables asks for.
    ///
    /// Relative XDG directories are ignored, as the XDG specification demands.
    pub fn from_variables(
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, SettingsError> {
        let base = |name: &'static str, below_home: &str| {
            let set = variable(name).map(PathBuf::from);
            let home = variable("HOME").map(PathBuf::from);
            set.filter(|path| path.is_absolute())
                .or_else(|| Some(home?.join(below_home)))
                .ok_or(SettingsError::NoHome { variable: name })
        };
        let bin_dir = variable("STEADING_LAB_BIN_DIR").filter(|value| !value.is_empty());
        Ok(Self {
            cache: base("XDG_CACHE_HOME", ".cache")?.join("steading/lab"),
            labs: base("XDG_STATE_HOME", ".local/state")?.join("steading/labs"),
            path: variable("PATH").unwrap_or_default(),
            bin_dir: bin_dir.map(PathBuf::from),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let find = |name: &str| pairs.iter().find(|(key, _)| *key == name);
        Settings::from_variables(|name| find(name).map(|(_, value)| (*value).into()))
    }

    #[test]
    fn xdg_directories_come_before_home() {
        let settings = settings(&[("HOME", "/h"), ("XDG_CACHE_HOME", "/c")]).unwrap();
        assert_eq!(settings.cache, PathBuf::from("/c/steading/lab"));
        assert_eq!(
            settings.labs,
            PathBuf::from("/h/.local/state/steading/labs")
        );
    }

    #[test]
    fn relative_xdg_directories_are_ignored() {
        let settings = settings(&[("HOME", "/h"), ("XDG_CACHE_HOME", "c")]).unwrap();
        assert_eq!(settings.cache, PathBuf::from("/h/.cache/steading/lab"));
    }

    #[test]
    fn no_home_is_an_error_that_names_the_variable() {
        let error = settings(&[]).unwrap_err().to_string();
        assert_eq!(
            error,
            "cannot tell where to keep labs: neither `XDG_CACHE_HOME` nor `HOME` is set"
        );
    }
}
