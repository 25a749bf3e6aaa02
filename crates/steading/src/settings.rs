//! The environment, read once and passed on as values.

use std::env;
use std::ffi::OsString;
use std::io::{IsTerminal, stderr, stdin, stdout};
use std::path::PathBuf;

use jiff::civil::Date;

use crate::error::CommandError;

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
        name: "KUBECONFIG",
        docs: "Files with clusters and credentials, as kubectl reads them. Default: `~/.kube/config`.",
    },
    Variable {
        name: "STEADING_ACTOR",
        docs: "Who makes releases, for history. Default: in CI the pipeline, else `USER` and the machine's name.",
    },
    Variable {
        name: "STEADING_LAB_BIN_DIR",
        docs: "A folder with the programs of labs, as `--bin-dir`.",
    },
    Variable {
        name: "XDG_CACHE_HOME",
        docs: "Where the programs of labs are kept. Default: `~/.cache`.",
    },
    Variable {
        name: "XDG_STATE_HOME",
        docs: "Where labs are kept. Default: `~/.local/state`.",
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
    /// The files of `KUBECONFIG`, else `~/.kube/config`.
    pub(crate) kubeconfig: Vec<PathBuf>,
    /// Who makes releases.
    pub(crate) actor: String,
    /// Where labs and their programs are.
    lab: Option<steading_lab::Settings>,
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
            kubeconfig: kubeconfig(),
            actor: actor(),
            lab: steading_lab::Settings::from_variables(variable).ok(),
            stdin: stream(&stdin()),
            stdout: stream(&stdout()),
            stderr: stream(&stderr()),
        }
    }
}

impl Settings {
    /// Returns where labs and their programs are.
    pub(crate) fn lab(&self) -> Result<steading_lab::Settings, CommandError> {
        let missing = || {
            CommandError::failure("cannot tell where to keep labs: `HOME` is not set")
                .hint("set `XDG_STATE_HOME` and `XDG_CACHE_HOME`")
        };
        self.lab.clone().ok_or_else(missing)
    }
}

fn kubeconfig() -> Vec<PathBuf> {
    let named = variable("KUBECONFIG").map(|files| env::split_paths(&files).collect::<Vec<_>>());
    let home = || variable("HOME").map(|home| PathBuf::from(home).join(".kube/config"));
    named.unwrap_or_else(|| home().into_iter().collect())
}

/// Variables of CI systems that name the run, with what to call it.
const RUNS: [(&str, &str); 4] = [
    ("GITHUB_RUN_ID", "github-run"),
    ("CI_PIPELINE_ID", "gitlab-pipeline"),
    ("CI_PIPELINE_NUMBER", "pipeline"),
    ("BUILD_TAG", "build"),
];

fn actor() -> String {
    let text = |name: &str| variable(name).and_then(|value| value.into_string().ok());
    let run = || {
        RUNS.iter()
            .find_map(|(name, kind)| Some(format!("ci:{kind}/{}", text(name)?)))
    };
    let machine = || {
        std::fs::read_to_string("/proc/sys/kernel/hostname")
            .ok()
            .map(|name| name.trim().to_owned())
    };
    let user = || {
        format!(
            "{}@{}",
            text("USER")
                .or_else(|| text("LOGNAME"))
                .unwrap_or_else(|| "somebody".to_owned()),
            machine().unwrap_or_else(|| "unknown".to_owned())
        )
    };
    text("STEADING_ACTOR").or_else(run).unwrap_or_else(user)
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

/// Returns the present.
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Returns the current day of this machine.
pub(crate) fn today() -> Date {
    jiff::Zoned::now().date()
}
