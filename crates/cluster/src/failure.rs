//! Why a request failed for good, and when that is no failure.

use crate::fault::{Cause, Fault};

/// A request that failed for good: what was tried and the last answer. Never holds the value of a Secret.
#[derive(Clone, Debug, thiserror::Error)]
#[error("cannot {doing}{}: {answer}", tries(*.tried))]
pub struct RequestError {
    /// What was tried, with the object: "apply `Deployment shop-prod/web`".
    pub doing: String,
    /// What kind of failure it is.
    pub fault: Fault,
    /// The server's last answer, or why there is none.
    pub answer: String,
    /// The fields that the answer names.
    pub causes: Vec<Cause>,
    /// How often it was tried.
    pub tried: u32,
}

impl RequestError {
    /// Says how often it was tried in all.
    pub(crate) fn after(self, tried: u32) -> Self {
        Self { tried, ..self }
    }
}

fn tries(tried: u32) -> String {
    match tried {
        0 | 1 => String::new(),
        tried => format!(" (tried {tried} times)"),
    }
}

/// An answer that could not be understood.
pub(crate) fn garbled(doing: String, error: &serde_json::Error) -> RequestError {
    RequestError {
        doing,
        fault: Fault::Garbled,
        answer: misunderstood(error),
        causes: Vec::new(),
        tried: 1,
    }
}

/// Says where an answer could not be understood; serde's own message may have a value of the text.
pub(crate) fn misunderstood(error: &serde_json::Error) -> String {
    format!(
        "the answer cannot be understood: line {}, column {}",
        error.line(),
        error.column()
    )
}

/// Takes "not found" for "not served".
pub(crate) fn served<T>(answer: Result<T, RequestError>) -> Result<Option<T>, RequestError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.fault == Fault::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Takes what may not be read, and what is not there, for nothing.
pub(crate) fn visible<T>(answer: Result<T, RequestError>) -> Result<Option<T>, RequestError> {
    match served(answer) {
        Err(error) if error.fault == Fault::Forbidden => Ok(None),
        answer => answer,
    }
}
