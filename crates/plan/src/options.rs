//! What planning is told besides what is desired and observed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use steading_model::ObjectId;

use crate::budget::Budget;
use crate::mask::DigestKey;
use crate::step::ReleaseKind;

/// The word that accepts an older image: `--accept downgrade`.
pub const ACCEPT_DOWNGRADE: &str = "downgrade";

/// What stands before the name of an application that comes back after it was retired: `--accept Application/shop`.
pub const ACCEPT_RETURN: &str = "Application";

/// Decisions of whoever plans.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Options {
    /// Why the releases are made.
    pub kind: ReleaseKind,
    /// Objects whose loss of data or exposure is accepted, as [`spelled`] or printed; and [`ACCEPT_DOWNGRADE`].
    pub accept: BTreeSet<String>,
    /// Objects that are taken over although they, or fields of them, are someone else's.
    pub adopt: BTreeSet<String>,
    /// The key of the estate's digests. Not saved: in saved inputs all values are digests already.
    #[serde(skip)]
    pub digest_key: DigestKey,
    /// What may be touched.
    pub scope: Scope,
    /// How many objects one run may delete.
    pub budget: Budget,
    /// What is done with versions that were rolled back or reverted.
    pub quarantine: Quarantine,
    /// The estate's environments, for a run over all that is declared; else nothing is said of environments that the estate has no more.
    #[serde(default)]
    pub environments: BTreeSet<String>,
    /// The day, as `YYYY-MM-DD`; where it is empty, no period is over.
    #[serde(default)]
    pub today: String,
}

/// What may be touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// Everything.
    WholeCluster,
    /// The objects of one namespace: what an application's own CI may.
    OneNamespace(String),
}

/// What is done with versions that were rolled back or reverted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quarantine {
    /// They are not released.
    Respect,
    /// They are planned all the same: for what is only shown, and for a rollback that names its release.
    Release,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            kind: ReleaseKind::Apply,
            accept: BTreeSet::new(),
            adopt: BTreeSet::new(),
            digest_key: DigestKey::default(),
            scope: Scope::WholeCluster,
            budget: Budget::default(),
            quarantine: Quarantine::Respect,
            environments: BTreeSet::new(),
            today: String::new(),
        }
    }
}

impl Options {
    /// Says whether what happens to an object was accepted.
    pub fn is_accepted(&self, id: &ObjectId) -> bool {
        names(&self.accept, id)
    }

    /// Says whether an application that was retired may come back.
    pub fn is_brought_back(&self, application: &str) -> bool {
        let word = format!("{ACCEPT_RETURN}/{application}");
        self.accept
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&word))
    }

    /// Says whether a period is over whose last day is given as `YYYY-MM-DD`.
    pub fn is_over(&self, day: &str) -> bool {
        !self.today.is_empty() && *self.today > *day
    }

    /// Says whether an object is taken over.
    pub fn is_adopted(&self, id: &ObjectId) -> bool {
        names(&self.adopt, id)
    }
}

impl Scope {
    /// Says whether an object may be touched.
    pub fn covers(&self, id: &ObjectId) -> bool {
        match self {
            Self::WholeCluster => true,
            Self::OneNamespace(namespace) => id.namespace.as_ref() == Some(namespace),
        }
    }
}

/// Returns an object's name as it is written after `--accept` and `--adopt`: `Deployment/shop-prod/web`, `Namespace/shop-prod`.
pub fn spelled(id: &ObjectId) -> String {
    match &id.namespace {
        Some(namespace) => format!("{}/{namespace}/{}", id.kind.kind, id.name),
        None => format!("{}/{}", id.kind.kind, id.name),
    }
}

fn names(set: &BTreeSet<String>, id: &ObjectId) -> bool {
    let (spelled, printed) = (spelled(id), id.to_string());
    let short = format!("{}/{}", id.kind.kind, id.name);
    set.iter().any(|name| {
        [&spelled, &printed, &short]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    })
}

#[cfg(test)]
mod tests {
    use steading_model::GroupKind;

    use super::*;

    #[test]
    fn objects_are_named_as_people_write_them() {
        let id = ObjectId {
            kind: GroupKind::new("apps", "Deployment"),
            namespace: Some("shop-prod".to_owned()),
            name: "web".to_owned(),
        };
        for (name, accepted) in [
            ("Deployment/shop-prod/web", true),
            ("deployment/shop-prod/web", true),
            ("Deployment shop-prod/web", true),
            ("Deployment/web", true),
            ("web", false),
            ("Deployment/other/web", false),
            ("StatefulSet/web", false),
        ] {
            let options = Options {
                accept: BTreeSet::from([name.to_owned()]),
                ..Options::default()
            };
            assert_eq!(options.is_accepted(&id), accepted, "{name}");
        }
    }
}
