//! Applications that are no longer declared.

use std::collections::BTreeSet;

use steading_model::Desired;
use steading_model::name::{AppName, EnvironmentName, NamespaceName};

use crate::observed::{Observed, ReleaseKey};
use crate::survey::release_key;

/// How long a release that only deletes may take, in seconds.
const TIMEOUT_SECONDS: u64 = 300;

/// Returns an empty [`Desired`] for each application that has releases and is no longer declared, so that it is planned away.
///
/// # Assumptions
/// `declared` is all that is declared: with an error anywhere in the estate's files nothing is retired, because an error is not "nothing
/// is declared".
pub fn retired(declared: &[Desired], observed: &Observed, estate: &str) -> Vec<Desired> {
    let known: BTreeSet<ReleaseKey> = declared.iter().map(release_key).collect();
    observed
        .releases
        .iter()
        .filter(|(key, history)| !history.inventory.is_empty() && !known.contains(key))
        .filter_map(|(key, _)| empty(key, estate))
        .collect()
}

fn empty(key: &ReleaseKey, estate: &str) -> Option<Desired> {
    Some(Desired {
        estate: estate.to_owned(),
        application: AppName::parse(&key.application).ok()?,
        environment: EnvironmentName::parse(&key.environment).ok()?,
        namespace: NamespaceName::parse(&key.namespace).ok()?,
        previous_names: Vec::new(),
        after: Vec::new(),
        image: None,
        timeout_seconds: TIMEOUT_SECONDS,
        objects: Vec::new(),
    })
}
