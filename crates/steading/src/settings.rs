//! The environment, read once and passed on as values.

use std::env;
use std::ffi::OsString;
use std::io::{IsTerminal, stderr, stdin, stdout};
use std::path::PathBuf;

/// A variable that this program reads.
pub(crate) struct Variable {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) docs: &'static str,
}

/// All variables that this program reads: the source of the reference page.
pub(crate) const VARIABLES: &[Variable] = &[
    Variable {
        name: "STEADING_ESTATE",
        docs: "The folder of the estate, as `--estate`. Default: the nearest folder upwards that holds `estate.yaml`.",
    },
    Variable {
        name: "NO_COLOR",
        docs: "Set to anything but nothing: no colours.",
    },
    Variable {
        name: "CI",
        docs: "Set to anything but `false`: no colours, no animation and no questions.",
    },
    Variable {
        name: "COLUMNS",
        docs: "The width of the output where it does not go to a terminal. Default: 100.",
    },
    Variable {
        name: "RUST_BACKTRACE",
        docs: "Set to `1`: an internal error shows where it came from.",
    },
];

/// Whether a stream is a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Someone looks at it.
    Terminal,
    /// It goes to a file, a pipe or a log.
    Other,
}

/// What the environment says.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The folder in which the program was started.
    pub(crate) directory: PathBuf,
    /// `STEADING_ESTATE`.
    pub(crate) estate: Option<PathBuf>,
    /// `NO_COLOR`.
    pub(crate) no_color: bool,
    /// `CI`.
    pub(crate) ci: bool,
    /// The width of lines.
    pub(crate) width: usize,
    /// `RUST_BACKTRACE`.
    pub(crate) backtrace: bool,
    /// Where answers come from.
    pub(crate) stdin: Stream,
    /// Where data goes.
    pub(crate) stdout: Stream,
    /// Where all else goes.
    pub(crate) stderr: Stream,
}

impl Settings {
    /// Reads the environment.
    pub(crate) fn from_environment() -> Self {
        Self {
            directory: env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            estate: variable("STEADING_ESTATE").map(PathBuf::from),
            no_color: variable("NO_COLOR").is_some(),
            ci: variable("CI").is_some_and(|value| value != "false"),
            width: width(),
            backtrace: variable("RUST_BACKTRACE").is_some_and(|value| value != "0"),
            stdin: stream(&stdin()),
            stdout: stream(&stdout()),
            stderr: stream(&stderr()),
        }
    }
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn stream(stream: &impl IsTerminal) -> Stream {
    if stream.is_terminal() {
        Stream::Terminal
    } else {
        Stream::Other
    }
}

fn width() -> usize {
    let columns = || variable("COLUMNS")?.to_str()?.parse().ok();
    terminal_size::terminal_size()
        .map(|(width, _)| usize::from(width.0))
        .or_else(columns)
        .unwrap_or(100)
        .max(40)
}
