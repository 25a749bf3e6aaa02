//! Drift: what of an application is not as it was released, and who made it so.
//!
//! Compared as a plan is, by field ownership and without an ignore list: what an autoscaler, an updater, a default of the server or
//! admission owns is no drift. What is compared with is the current release, not the declaration: a declaration that was edited and
//! not applied yet has not drifted.

use serde::{Deserialize, Serialize};
use steading_model::desired::ANNOTATION_SECRET_DIGEST;
use steading_model::{Desired, Object, ObjectId};

use crate::live::Opened;
use crate::mask::Marks;
use crate::observed::{Observed, ReleaseKey};
use crate::options::Options;
use crate::report::Reason;
use crate::step::{FieldChange, FieldOwner, Standing};
use crate::survey::{Case, Finding, Survey};
use crate::view;

/// What of one application is not as it was released.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// The application.
    pub key: ReleaseKey,
    /// The release that it was compared with.
    pub release: u64,
    /// The objects that are different, in the order of their names.
    pub objects: Vec<Drifted>,
}

/// One object that is not as it was released.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drifted {
    /// The object.
    pub id: ObjectId,
    /// How it is different.
    pub departure: Departure,
}

/// How an object is different from what was released.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Departure {
    /// Fields have other values: `before` is the live one, `after` the released one, and `standing` names who changed it, where known.
    Changed(Vec<FieldChange>),
    /// It is not there.
    Gone,
    /// It cannot be compared: somebody took its labels, it is being deleted, or it cannot be read.
    Unclear(Reason),
}

/// Says what is not as it was released. `released` is what the current releases desired, as [`rollback`](crate::rollback) gives it.
///
/// Applications whose release is under way are left out: they are neither the one nor the other.
pub fn drift(released: &[Desired], observed: &Observed, options: &Options) -> Vec<Drift> {
    let survey = Survey::new(released, observed, options);
    let cases = survey.cases.iter();
    cases.filter_map(|case| of_case(case, observed)).collect()
}

fn of_case(case: &Case<'_>, observed: &Observed) -> Option<Drift> {
    let history = case.history.filter(|history| history.open.is_none())?;
    let findings = case.findings.iter();
    let mut objects: Vec<Drifted> = findings
        .filter_map(|(object, finding)| {
            Some(Drifted {
                id: object.id.clone(),
                departure: departure(object, finding, observed)?,
            })
        })
        .collect();
    objects.sort_by(|one, two| one.id.cmp(&two.id));
    (!objects.is_empty()).then(|| Drift {
        key: case.key.clone(),
        release: history.current.unwrap_or_default(),
        objects,
    })
}

fn departure(object: &Object, finding: &Finding, observed: &Observed) -> Option<Departure> {
    match finding {
        Finding::Same(_) | Finding::Left(_) => None,
        Finding::Missing(_) => Some(Departure::Gone),
        Finding::Held(reasons) => reasons.first().cloned().map(Departure::Unclear),
        Finding::Different(difference) => {
            let live = observed.objects.get(&object.id).map(Opened::new);
            let writer = live.as_ref().and_then(Opened::last_writer);
            let mut changes = difference.changes.clone();
            // That a Secret was renewed since is no change of the workload: the next release restarts its pods.
            changes.retain(|change| !change.path.contains(ANNOTATION_SECRET_DIGEST));
            for change in &mut changes {
                change.standing = changed_by(change, writer.as_ref());
            }
            (!changes.is_empty()).then_some(Departure::Changed(changes))
        }
    }
}

/// Says who changed a field since the release. Who takes a field away leaves no trace in it: whoever wrote the object last did.
fn changed_by(change: &FieldChange, writer: Option<&FieldOwner>) -> Standing {
    match (&change.standing, &change.before, writer) {
        (Standing::Conflict(owner), _, _) => Standing::Drifted(owner.clone()),
        (Standing::Ours, None, Some(writer)) => Standing::Drifted(writer.clone()),
        (standing, _, _) => standing.clone(),
    }
}

impl Drift {
    /// Returns what is different from the declaration too; nothing where the declaration says by now what is in the cluster.
    /// `declared` is the drift from what is declared.
    #[must_use]
    pub fn beyond(mut self, declared: &[Self]) -> Option<Self> {
        let declared = declared.iter().find(|declared| declared.key == self.key)?;
        self.objects.retain_mut(|drifted| {
            let same = declared.objects.iter().find(|other| other.id == drifted.id);
            match (&mut drifted.departure, same.map(|other| &other.departure)) {
                (_, None) => false,
                (Departure::Changed(changes), Some(Departure::Changed(others))) => {
                    changes.retain(|change| others.iter().any(|other| other.path == change.path));
                    !changes.is_empty()
                }
                (_, Some(_)) => true,
            }
        });
        (!self.objects.is_empty()).then_some(self)
    }

    /// Returns the drift as it may be printed: values of Secrets as marks.
    #[must_use]
    pub fn masked(&self, marks: &mut Marks) -> Self {
        let objects = self.objects.iter().map(|drifted| Drifted {
            id: drifted.id.clone(),
            departure: match &drifted.departure {
                Departure::Changed(changes) => {
                    let changes = changes.iter();
                    Departure::Changed(changes.map(|one| view::masked_change(one, marks)).collect())
                }
                Departure::Gone => Departure::Gone,
                Departure::Unclear(reason) => {
                    Departure::Unclear(view::masked_reason(reason, marks))
                }
            },
        });
        Self {
            key: self.key.clone(),
            release: self.release,
            objects: objects.collect(),
        }
    }
}
