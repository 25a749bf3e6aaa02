//! What stops a command, and the exit codes.

use std::fmt::Display;

use steading_cluster::{Fault, RequestError};

/// The end of a command that did what it was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Success,
    /// There are findings that are errors, or something did not end well.
    Findings,
    /// The plan has changes, and the command line asked to be told.
    Changes,
    /// The cluster could not be reached, or refused, and something did not happen for that.
    Refused,
}

/// Why a command stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Something in the user's files, or a policy.
    Failure,
    /// The command line.
    Usage,
    /// The cluster cannot be reached, or refuses.
    Cluster,
    /// A bug in this program.
    Internal,
}

/// What stopped a command: its kind, the chain of causes, and what to do about it.
///
/// Any error becomes one of kind [`Kind::Failure`] with `?`; [`CommandError::hint`] adds to it.
#[derive(Debug)]
pub(crate) struct CommandError {
    kind: Kind,
    error: anyhow::Error,
    hints: Vec<String>,
}

impl Outcome {
    /// Returns the worse of two.
    pub(crate) fn worse(self, other: Self) -> Self {
        if self.code() >= other.code() {
            self
        } else {
            other
        }
    }

    /// Returns the exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Findings => 1,
            Self::Changes => 3,
            Self::Refused => Kind::Cluster.code(),
        }
    }
}

impl Kind {
    /// Returns the exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Cluster => 4,
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

    /// Makes an error of the cluster: it cannot be reached, or refuses.
    pub(crate) fn cluster(message: impl Display) -> Self {
        Self::new(Kind::Cluster, message)
    }

    /// Takes an error of the cluster with its causes.
    pub(crate) fn from_cluster(error: impl Into<anyhow::Error>) -> Self {
        Self {
            kind: Kind::Cluster,
            error: error.into(),
            hints: Vec::new(),
        }
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
        match self.refusal() {
            Some(_) if self.kind == Kind::Failure => Kind::Cluster.code(),
            _ => self.kind.code(),
        }
    }

    /// Returns how the cluster refused, where that is the cause.
    fn refusal(&self) -> Option<Fault> {
        let request = self
            .error
            .chain()
            .find_map(|cause| cause.downcast_ref::<RequestError>());
        request
            .map(|request| request.fault)
            .filter(|fault| remedy(*fault).is_some())
    }

    /// Returns the message and its causes, the outermost first.
    ///
    /// Some libraries repeat the cause in their own text; it is said once.
    pub(crate) fn messages(&self) -> Vec<String> {
        let mut messages: Vec<String> = Vec::new();
        for cause in self.error.chain().map(ToString::to_string) {
            if messages.last().is_none_or(|last| !last.ends_with(&cause)) {
                messages.push(cause);
            }
        }
        messages
    }

    /// Returns what to do.
    pub(crate) fn hints(&self) -> Vec<String> {
        let remedy = self.refusal().and_then(remedy).map(str::to_owned);
        self.hints.iter().cloned().chain(remedy).collect()
    }
}

/// Returns what to do where the cluster itself says no; none for other faults.
pub(crate) fn remedy(fault: Fault) -> Option<&'static str> {
    match fault {
        Fault::Unreachable => Some(
            "is the cluster up, and is this machine in its network? a lab is started with `steading lab up`",
        ),
        Fault::Unauthenticated => {
            Some("the credential is unknown or has expired: renew it in the kubeconfig")
        }
        Fault::Forbidden => {
            Some("`steading rbac APP --env ENV` prints the rights that a deployment needs")
        }
        Fault::Busy => Some(
            "the API server is overloaded, starting or broken: try again in a moment; `kubectl get --raw '/readyz?verbose'` says what it lacks",
        ),
        Fault::Expired | Fault::Conflict => {
            Some("try again: the server had to be asked anew again and again")
        }
        _ => None,
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
