//! What kind of refusal an answer of the server is.

use serde::Deserialize;

/// Why a request failed, as far as it makes a difference to what is done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// No answer: connection refused, reset, timed out, name not found, certificate not trusted.
    Unreachable,
    /// The credential is missing, wrong or expired.
    Unauthenticated,
    /// The credential has not the right.
    Forbidden,
    /// It is not there, or the kind is not served.
    NotFound,
    /// It is there already.
    Exists,
    /// Somebody else owns it, or changed it meanwhile.
    Conflict,
    /// The list's continuation is too old.
    Expired,
    /// The server does not take the object.
    Invalid,
    /// The namespace's quota does not allow it.
    OverQuota,
    /// The server is overloaded, starting or broken.
    Busy,
    /// An answer that could not be understood.
    Garbled,
    /// Any other refusal.
    Other,
}

/// A `Status` of the server, as much of it as is looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) reason: String,
    pub(crate) details: RefusalDetails,
}

/// The details of a refusal.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct RefusalDetails {
    pub(crate) causes: Vec<Cause>,
}

/// One cause of a refusal, such as a field that somebody else owns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Cause {
    /// The field, such as `.spec.replicas`.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

impl Fault {
    /// Returns what an HTTP status and the server's reason amount to.
    pub(crate) fn of(status: u16, reason: &str, message: &str) -> Self {
        match (status, reason) {
            (401, _) => Self::Unauthenticated,
            (403, _) if message.contains("exceeded quota") => Self::OverQuota,
            (403, _) => Self::Forbidden,
            (404, _) => Self::NotFound,
            (409, "AlreadyExists") => Self::Exists,
            (409, _) => Self::Conflict,
            (410, _) => Self::Expired,
            (400 | 413 | 415 | 422, _) => Self::Invalid,
            (429 | 500 | 502 | 503 | 504, _) => Self::Busy,
            _ => Self::Other,
        }
    }

    /// Says whether the same request may succeed a moment later.
    pub(crate) fn is_passing(self) -> bool {
        matches!(self, Self::Unreachable | Self::Busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_is_told_from_the_others() {
        let rows = [
            (401, "Unauthorized", "", Fault::Unauthenticated),
            (403, "Forbidden", "pods is forbidden", Fault::Forbidden),
            (403, "Forbidden", "exceeded quota: q", Fault::OverQuota),
            (404, "NotFound", "", Fault::NotFound),
            (409, "AlreadyExists", "", Fault::Exists),
            (409, "Conflict", "", Fault::Conflict),
            (410, "Expired", "", Fault::Expired),
            (422, "Invalid", "", Fault::Invalid),
            (429, "TooManyRequests", "", Fault::Busy),
            (500, "InternalError", "", Fault::Busy),
            (503, "", "", Fault::Busy),
            (418, "", "", Fault::Other),
        ];
        for (status, reason, message, fault) in rows {
            assert_eq!(
                Fault::of(status, reason, message),
                fault,
                "{status} {reason}"
            );
        }
    }
}
