//! Which objects to ask more about: those for which a dry run and the previous release matter.

use serde_json::Value;
use steading_model::{Desired, GroupKind, Object, ObjectId};

use crate::expected::applied;
use crate::mask::is_secret;
use crate::observed::{Observed, ReleaseKey};
use crate::options::Options;
use crate::survey::{Finding, Survey};

/// An object that differs from the live one, or is not there.
#[derive(Clone, Debug)]
pub struct Differing {
    /// The application.
    pub key: ReleaseKey,
    /// The object.
    pub id: ObjectId,
    /// The object to apply in a server-side dry run.
    pub object: Value,
    /// Whether it is there.
    pub presence: Presence,
}

/// Whether an object is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there and differs: its previous form matters too.
    Present,
    /// It is not there.
    Absent,
}

/// Returns the objects for which [`Details`](crate::observed::Details) should be asked: none where nothing changes.
///
/// An object whose namespace or kind is only made by the same plan is left out: a dry run could not succeed. So is a namespace that is to be
/// made: it says nothing that a server could refuse, and a first apply has one for each application.
pub fn differing(desired: &[Desired], observed: &Observed, options: &Options) -> Vec<Differing> {
    Survey::new(desired, observed, options).differing()
}

impl Survey<'_> {
    /// Returns the objects for which [`Details`](crate::observed::Details) should be asked, as [`differing`] does.
    pub fn differing(&self) -> Vec<Differing> {
        let mut found = Vec::new();
        for case in &self.cases {
            for (object, finding) in &case.findings {
                let presence = match finding {
                    Finding::Different(difference) if !difference.is_failed_job => {
                        Presence::Present
                    }
                    Finding::Missing(_) if can_be_made(object, self) => Presence::Absent,
                    _ => continue,
                };
                found.push(Differing {
                    key: case.key.clone(),
                    id: object.id.clone(),
                    object: dry(object, self),
                    presence,
                });
            }
        }
        found
    }
}

/// Returns an object as a dry run applies it.
fn dry(object: &Object, survey: &Survey<'_>) -> Value {
    if is_secret(&object.json) {
        return applied(&object.json);
    }
    survey.expected(object).into_owned()
}

fn can_be_made(object: &Object, survey: &Survey<'_>) -> bool {
    let observed = survey.observed;
    let is_namespace_new = object.id.namespace.as_ref().is_some_and(|namespace| {
        let id = ObjectId {
            kind: GroupKind::new("", "Namespace"),
            namespace: None,
            name: namespace.clone(),
        };
        survey.claimed.contains_key(&id) && !observed.objects.contains_key(&id)
    });
    let is_namespace = object.id.kind.is("", "Namespace");
    !is_namespace && !is_namespace_new && !observed.unserved.contains(&object.id.kind)
}
