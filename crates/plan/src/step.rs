//! A plan: immutable, complete, and executed without further choices.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steading_model::ObjectId;

use crate::moving::Moving;
use crate::observed::{InventoryItem, ReleaseKey};
use crate::packed::Packed;
use crate::release::Member;
use crate::takeover::Taking;

/// What will be done.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Plan {
    /// One release for each application that changes, in an order that respects what depends on what.
    pub releases: Vec<ReleasePlan>,
    /// How many objects were compared and found right.
    pub unchanged: usize,
}

/// One release: a transaction over the objects of one application.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReleasePlan {
    /// Which application, where.
    pub key: ReleaseKey,
    /// The estate's name.
    pub estate: String,
    /// The number that it gets.
    pub number: u64,
    /// The current release of what it was before, with another name or in another namespace: what that left moves here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<Member>,
    /// What it is from now on, with another name or in another namespace: it leaves everything to that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<ReleaseKey>,
    /// The number of the release that it replaces.
    pub parent: Option<u64>,
    /// Why it is made.
    pub kind: ReleaseKind,
    /// The main image.
    pub image: Option<String>,
    /// A digest of all that is desired (without secret values); the version that quarantine speaks of.
    pub digest: String,
    /// Releases of this plan that must be complete before this one begins.
    pub after: Vec<ReleaseKey>,
    /// All releases that it is made as one with, itself among them, in order: they are complete together, or put back together. Empty
    /// where it is made alone.
    #[serde(default)]
    pub group: Vec<ReleaseKey>,
    /// How long it may take to get ready, in seconds.
    pub timeout_seconds: u64,
    /// The steps in order; those of one wave can run side by side.
    pub steps: Vec<Step>,
    /// All desired objects of the application, changed or not: what is recorded.
    pub desired: Vec<Packed>,
    /// The objects that stay as they are, with their UIDs: with those of the steps they are the new inventory.
    pub kept: Vec<InventoryItem>,
}

/// Why a release is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReleaseKind {
    /// The declaration changed, or the cluster did.
    Apply,
    /// Back to the release with this number.
    Rollback(u64),
    /// Objects that others made become ours as they are.
    Takeover,
    /// The application is taken away; its data stays for a while.
    Retire,
}

/// One change of one object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    /// The object.
    pub id: ObjectId,
    /// What is done.
    pub action: Action,
    /// When.
    pub wave: Wave,
    /// What it does to people.
    pub effect: Effect,
    /// Field by field; none for a create.
    pub changes: Vec<FieldChange>,
    /// The object to apply; none for a delete. Annotations that stand for secrets are filled in by the executor.
    pub desired: Option<Packed>,
    /// The UID of the live object that was planned against; the executor refuses if it is another.
    pub uid: Option<String>,
    /// The resource version that was planned against: the executor refuses if fields that we own changed meanwhile.
    pub resource_version: Option<String>,
    /// Keys of a Secret to make at random.
    pub generate: Vec<String>,
    /// What is taken over from others: then the object stays as it is, and what is desired is made of what is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<Taking>,
    /// What goes from an object of the former name or namespace to one of the new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moving: Option<Moving>,
}

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Action {
    /// It is made.
    Create,
    /// Fields change.
    Update,
    /// It is deleted and made again: an immutable field changes.
    Replace,
    /// It is deleted: the declaration no longer has it.
    Delete,
}

/// When a step runs; waves run one after the other, and deletes in reverse order after all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Wave {
    /// Namespaces, priority classes and other ground.
    Ground,
    /// Custom resource definitions, awaited until established.
    Definitions,
    /// Accounts, roles, quotas, network policies, disruption budgets.
    Guards,
    /// Configuration and secrets, awaited until they are there.
    Configuration,
    /// Volumes and claims.
    Volumes,
    /// Databases that an operator makes, awaited until ready.
    Databases,
    /// Jobs that run before any new pod.
    Migrate,
    /// Workloads with their services, awaited until ready.
    Workloads,
    /// Jobs and checks against the new version.
    After,
    /// Certificates and routes.
    Routes,
    /// Everything else, and schedules.
    Rest,
    /// Deletes.
    Prune,
}

/// What a change does to people, from nothing to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing.
    None,
    /// Pods are restarted, one after the other.
    Restart,
    /// There is a moment without any pod, or none afterwards.
    Downtime,
    /// The object is deleted and made again.
    Replace,
    /// Something becomes reachable, or loses a gate. Needs `--accept` with the object's name.
    Exposure,
    /// Data is lost, or its last guard. Needs `--accept` with the object's name.
    DataLoss,
}

/// One field that changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field, such as `spec.template.spec.containers[web].image`: list items by their key where the list has one.
    pub path: String,
    /// The live value; none if the field is not there. Values of Secrets are masked.
    pub before: Option<Value>,
    /// The desired value; none if the field goes.
    pub after: Option<Value>,
    /// Whose the field is now.
    pub standing: Standing,
}

/// Whose a field is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Ours, or nobody's.
    Ours,
    /// Was ours: someone changed it since. The release takes it back.
    Drifted(FieldOwner),
    /// Someone else's, and never ours: needs a decision.
    Conflict(FieldOwner),
}

/// The owner of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldOwner {
    /// The field manager, such as `kubectl-edit`.
    pub manager: String,
    /// Since when, in RFC 3339.
    pub since: Option<String>,
}
