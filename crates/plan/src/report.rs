//! What does not happen, and why: never an error.

use serde::{Deserialize, Serialize};
use steading_model::ObjectId;

use crate::budget::OverBudget;
use crate::observed::ReleaseKey;
use crate::step::{FieldOwner, ReleasePlan};

/// Everything that the plan does not do, and what stands in the way of applying it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PlanReport {
    /// The findings, in the order of applications and objects.
    pub not_done: Vec<NotDone>,
    /// The releases that would be made, were they not held back: to be shown, not to be executed.
    #[serde(default)]
    pub held_back: Vec<ReleasePlan>,
    /// The run would delete more than it may, and so nothing of it is done.
    #[serde(default)]
    pub over_budget: Option<OverBudget>,
}

/// One thing that does not happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotDone {
    /// The application.
    pub key: ReleaseKey,
    /// The object, where it is about one.
    pub object: Option<ObjectId>,
    /// Why.
    pub reason: Reason,
}

/// Why something does not happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reason {
    /// Its effect must be accepted by name: `--accept OBJECT`. The application is not released.
    NeedsAcceptance(crate::step::Effect),
    /// An object that is not ours stands in the way: `--adopt OBJECT` takes it over. The application is not released.
    Unowned(Option<FieldOwner>),
    /// A field belongs to someone else and was never ours. The application is not released.
    Conflict(String, FieldOwner),
    /// The server refused the dry run. The application is not released.
    Refused(String),
    /// The kind is not served: its custom resource definition is not installed. The application is not released.
    Unserved,
    /// The kind could not be read, so that nothing can be said of it. The application is not released.
    Unreadable(String),
    /// The version was rolled back or reverted before. The application is not released until the version is allowed by hand: `steading release allow`.
    Quarantined(String),
    /// The image is older than the current one. The application is not released unless accepted: `--accept downgrade`.
    Downgrade(String, String),
    /// Another application that it needs is not released. The application is not released.
    Waiting(ReleaseKey),
    /// An application that changes with it, and that it needs or that needs it, is not released. The application is not released.
    Together(ReleaseKey),
    /// A release has not ended: it is resumed or reverted first.
    Open(u64),
    /// Requests of all pods, with surge, exceed the quota. The application is not released.
    OverQuota(String),
    /// The pods of the estate have not enough room, or have not when a node is away. The run goes on.
    Tight(String),
    /// No node fits. The application is not released.
    NoNodeFits(String),
    /// The data of what the application was before does not go over to this object, and why. The application is not released unless the
    /// object is accepted to begin empty: `--accept OBJECT`.
    StaysBehind(String),
    /// The application was called otherwise, and this run may only touch one namespace: only a run over the whole cluster sees what it left.
    MovesHere,
    /// The object is kept though it is no longer declared: it holds data, is in use, or is not ours any more. The rest goes on.
    Kept(String),
    /// The object holds data of an application that was retired, and is kept until this day. The rest goes on.
    KeptUntil(String),
    /// The object was kept until this day, and that is over: it is deleted when someone asks for it. The rest goes on.
    PeriodOver(String),
    /// The application was retired, and its declaration would bring it back. It is not released unless accepted: `--accept Application/NAME`.
    Retired,
    /// The estate has not the application's environment; so many objects are there. They are left as they are.
    NoEnvironment(usize),
    /// The object is cluster-scoped, and this run may only touch one namespace. The rest goes on.
    ClusterScoped,
}

impl Reason {
    /// Says whether the application is held back.
    pub fn holds_back(&self) -> bool {
        !matches!(
            self,
            Self::Kept(_)
                | Self::KeptUntil(_)
                | Self::PeriodOver(_)
                | Self::NoEnvironment(_)
                | Self::ClusterScoped
                | Self::Tight(_)
                | Self::Open(_)
        )
    }
}

impl PlanReport {
    /// Says whether an application is held back.
    pub fn holds_back(&self, key: &ReleaseKey) -> bool {
        self.not_done
            .iter()
            .any(|not_done| not_done.key == *key && not_done.reason.holds_back())
    }
}
