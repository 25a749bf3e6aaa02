//! Why a release did not go as planned.

use steading_model::ObjectId;
use steading_plan::release::ReleaseSpec;
use steading_plan::{FieldOwner, ReleaseKey};

use crate::failure::RequestError;
use crate::fault::Fault;
use crate::lease::LeaseError;
use crate::payload::PayloadError;
use crate::random::RandomError;
use crate::record::Record;

/// Why a release was refused, failed or could not be put back.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ApplyError {
    /// The namespace's Lease is not ours.
    #[error(transparent)]
    Lease(LeaseError),
    /// The server refused, or did not answer.
    #[error(transparent)]
    Request(RequestError),
    /// The record cannot be read.
    #[error(transparent)]
    Payload(PayloadError),
    /// No random value could be made.
    #[error("cannot make the generated values of `{object}`")]
    Random {
        /// The Secret.
        object: Box<ObjectId>,
        /// Why.
        source: RandomError,
    },
    /// The definition of releases is not installed.
    #[error(
        "releases cannot be recorded: the kind `Release` of `steading.dev` is not installed in the cluster"
    )]
    NotInstalled,
    /// A kind is not served.
    #[error("cannot apply `{object}`: the cluster does not serve this kind")]
    Unserved {
        /// The object.
        object: Box<ObjectId>,
    },
    /// An earlier release has not ended.
    #[error(
        "release {number} by `{actor}` has not ended since {since}: it is resumed or reverted first"
    )]
    Open {
        /// Its number.
        number: u64,
        /// Who made it.
        actor: String,
        /// When it was begun, in RFC 3339.
        since: String,
    },
    /// There is no open release to resume or revert.
    #[error("no release of `{application}` is open")]
    NotOpen {
        /// The application.
        application: String,
    },
    /// The cluster is no longer as it was planned for.
    #[error("the cluster changed since it was planned: {what}")]
    Moved {
        /// What changed.
        what: String,
    },
    /// A takeover would change what runs.
    #[error("taking over `{object}` would change `{field}`")]
    Touches {
        /// The object.
        object: Box<ObjectId>,
        /// The field.
        field: String,
    },
    /// A field belongs to somebody else.
    #[error("`{field}` of `{object}` belongs to `{}`", owner.manager)]
    Conflict {
        /// The object.
        object: Box<ObjectId>,
        /// The field.
        field: String,
        /// Whose it is.
        owner: FieldOwner,
    },
    /// An object did not get ready in time.
    #[error("`{object}` is not ready after {seconds} s: {why}")]
    NotReady {
        /// The object.
        object: Box<ObjectId>,
        /// What is missing, or in its way.
        why: String,
        /// How long was waited.
        seconds: u64,
    },
    /// An object must go before it is made again, and does not.
    #[error("`{object}` must go before it is made again, and is still there")]
    Stays {
        /// The object.
        object: Box<ObjectId>,
    },
    /// An object failed for good.
    #[error("`{object}` failed: {why}")]
    Failed {
        /// The object.
        object: Box<ObjectId>,
        /// Why.
        why: String,
    },
    /// The run that made it died.
    #[error("the run of `{actor}` was interrupted{}", noted.as_deref().map(|text| format!(": {text}")).unwrap_or_default())]
    Interrupted {
        /// Who made it.
        actor: String,
        /// What it noted before.
        noted: Option<String>,
    },
    /// One that it is released as one with did not go well.
    #[error("it is released as one with {key}, which failed: {why}")]
    Together {
        /// The one that failed.
        key: Box<ReleaseKey>,
        /// Why that one failed.
        why: String,
    },
    /// Somebody stopped it.
    #[error("it was cancelled")]
    Cancelled,
}

impl ApplyError {
    /// Says that an object is not any more as it was planned for.
    pub(crate) fn moved(object: &ObjectId, how: &str) -> Self {
        Self::Moved {
            what: format!("`{object}` {how}"),
        }
    }

    /// Says that another release was made since the plan.
    pub(crate) fn released(record: &Record) -> Self {
        let ReleaseSpec {
            number,
            actor,
            created_at,
            ..
        } = &record.spec;
        Self::Moved {
            what: format!("release {number} was made by `{actor}` at {created_at}"),
        }
    }

    /// Says whether it is the version's own fault, so that it is not rolled out again by itself.
    pub(crate) fn condemns_version(&self) -> bool {
        match self {
            Self::NotReady { .. } | Self::Failed { .. } => true,
            Self::Request(error) => error.fault == Fault::Invalid,
            _ => false,
        }
    }

    /// Says whether nothing can be put back now: the namespace is somebody else's, or the server does not answer.
    pub(crate) fn forbids_reverting(&self) -> bool {
        match self {
            Self::Lease(_) => true,
            Self::Request(error) => error.fault == Fault::Unreachable,
            _ => false,
        }
    }

    /// Returns what kind of refusal of the server it is, where it is one.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Self::Request(error)
            | Self::Lease(LeaseError::Request(error))
            | Self::Payload(PayloadError::Request(error)) => Some(error.fault),
            _ => None,
        }
    }
}
