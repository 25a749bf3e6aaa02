//! What stops a command, and the exit codes.

use std::fmt::Display;

/// The end of a command that did what it was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Success,
    /// There are findings that are errors.
    Findings,
}

/// Why a command stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Something in the user's files, or a policy.
    Failure,
    /// The command line.
    Usage,
    /// A bug in this program.
    Internal,
}

/// What stopped a command: its kind, the chain of causes, and what to do about it.
///
/// Any error becomes one of kind [`Kind::Failure`] with `?`; [`OrHint`] adds to it.
#[derive(Debug)]
pub(crate) struct CommandError {
    kind: Kind,
    error: anyhow::Error,
    hints: Vec<String>,
}

impl Outcome {
    /// Returns the exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Findings => 1,
        }
    }
}

impl Kind {
    /// Returns the exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Internal => 70,
        }
    }
}

impl CommandError {
    /// Makes an error of the user's files or of a policy.
    pub(crate) fn failure(message: impl Display) -> Self {
        Self::new(Kind::Failure, message)
    }

    /// Makes an error of the command line.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    fn new(kind: Kind, message: impl Display) -> Self {
        Self {
            kind,
            error: anyhow::Error::msg(message.to_string()),
            hints: Vec::new(),
        }
    }

    /// Adds what to do: a command or an edit.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Returns the exit code.
    pub(crate) fn code(&self) -> u8 {
        self.kind.code()
    }

    /// Returns the message and its causes, the outermost first.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.error.chain().map(ToString::to_string).collect()
    }

    /// Returns what to do.
    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }
}

impl<E: Into<anyhow::Error>> From<E> for CommandError {
    fn from(error: E) -> Self {
        Self {
            kind: Kind::Failure,
            error: error.into(),
            hints: Vec::new(),
        }
    }
}

/// Says what was being done when something failed.
pub(crate) trait WhileDoing<T> {
    /// Adds what was being done; the error becomes the cause.
    fn while_doing(self, message: impl FnOnce() -> String) -> Result<T, CommandError>;
}

impl<T, E: Into<anyhow::Error>> WhileDoing<T> for Result<T, E> {
    fn while_doing(self, message: impl FnOnce() -> String) -> Result<T, CommandError> {
        self.map_err(|error| error.into().context(message()).into())
    }
}
