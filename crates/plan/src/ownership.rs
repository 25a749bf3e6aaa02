//! Whose a live object is.

use steading_model::Desired;
use steading_model::desired::{LABEL_APPLICATION, LABEL_ENVIRONMENT, LABEL_ESTATE};

use crate::live::Opened;
use crate::step::FieldOwner;

/// Whose a live object is, seen from one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ownership {
    /// That application's.
    Ours,
    /// Somebody else's: another application's of ours, another estate's, or of whoever wrote it last.
    Foreign(Option<FieldOwner>),
}

/// What the labels of an application's objects say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity<'a> {
    pub(crate) estate: &'a str,
    pub(crate) application: &'a str,
    pub(crate) environment: &'a str,
}

impl<'a> From<&'a Desired> for Identity<'a> {
    fn from(desired: &'a Desired) -> Self {
        Self {
            estate: &desired.estate,
            application: desired.application.as_str(),
            environment: desired.environment.as_str(),
        }
    }
}

/// Says whose a live object is: by its labels, or by the UID that the current release recorded.
pub(crate) fn ownership(
    live: &Opened<'_>,
    identity: &Identity<'_>,
    recorded: Option<&str>,
) -> Ownership {
    let label = |name| live.label(name);
    let is_recorded = recorded.is_some_and(|uid| live.text("uid") == Some(uid));
    if !live.is_labelled_ours() {
        return if is_recorded {
            Ownership::Ours
        } else {
            Ownership::Foreign(live.last_writer())
        };
    }
    if label(LABEL_ESTATE) != Some(identity.estate) {
        return named(format!(
            "estate {}",
            label(LABEL_ESTATE).unwrap_or("unknown")
        ));
    }
    let (application, environment) = (label(LABEL_APPLICATION), label(LABEL_ENVIRONMENT));
    let is_same =
        application == Some(identity.application) && environment == Some(identity.environment);
    if is_same || (application.is_none() && is_recorded) {
        return Ownership::Ours;
    }
    named(format!(
        "{}/{}",
        environment.unwrap_or("?"),
        application.unwrap_or("?")
    ))
}

fn named(manager: String) -> Ownership {
    Ownership::Foreign(Some(FieldOwner {
        manager,
        since: None,
    }))
}

/// Says whether the labels alone make a live object that application's: what deleting asks for.
pub(crate) fn is_labelled_for(live: &Opened<'_>, identity: &Identity<'_>) -> bool {
    live.is_labelled_ours() && ownership(live, identity, None) == Ownership::Ours
}
