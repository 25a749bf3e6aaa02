//! What is recorded of a release, next to the application, before its first write.
//!
//! A `Release` custom resource says what and how far; its payload (desired objects, and what was there before) is compressed into
//! Secrets beside it, because an object of the release may be a Secret. Both belong to the namespace and go with it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steading_model::ObjectId;

use crate::moving::Moving;
use crate::observed::{InventoryItem, ReleaseKey};
use crate::step::{Action, ReleaseKind, Wave};
use crate::takeover::Taken;

/// The state of a release.
///
/// ```text
/// Preparing → Running → Complete
///                 └───→ Reverting → Reverted
/// ```
/// Releases that are made as one run until all of them are [`Done`](Part::Done); from the first that is complete on all of them are going
/// to be, from the first that is reverting on all of them are going to be reverted.
///
/// A release in `Preparing`, `Running` or `Reverting` that nobody holds is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Phase {
    /// The record is being written, or was a moment ago and nothing is noted yet: no object was touched unless its payload is there.
    Preparing,
    /// Steps are being executed.
    Running,
    /// Everything is being put back.
    Reverting,
    /// It ended well.
    Complete,
    /// Everything was put back.
    Reverted,
}

/// `spec` of a `Release`: written once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseSpec {
    /// The estate.
    pub estate: String,
    /// The application.
    pub application: String,
    /// The environment.
    pub environment: String,
    /// The number, counted from 1.
    pub number: u64,
    /// The number of the release that it replaces.
    pub parent: Option<u64>,
    /// Why it is made.
    pub kind: ReleaseKind,
    /// Who made it, such as `alice@laptop` or `ci:pipeline/1234`.
    pub actor: String,
    /// The Git revision of the declaration, where known.
    pub revision: Option<String>,
    /// The main image.
    pub image: Option<String>,
    /// The digest of all that is desired.
    pub digest: String,
    /// How many Secrets hold the payload.
    pub chunks: usize,
    /// When it was made, in RFC 3339.
    pub created_at: String,
    /// The releases that it is made as one with; none where it is made alone.
    pub group: Option<Group>,
    /// The release that was current under the former name or in the former namespace; none where nothing moved.
    #[serde(default)]
    pub former: Option<Member>,
    /// What the application is from then on, with another name or in another namespace.
    #[serde(default)]
    pub successor: Option<ReleaseKey>,
}

/// Releases that are made as one: they are complete together, or put back together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What it is called, so that a number that was used again is told apart.
    pub id: String,
    /// All of its releases in the order in which they are made.
    pub members: Vec<Member>,
}

/// A release of another application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Which application, where.
    #[serde(flatten)]
    pub key: ReleaseKey,
    /// Its number.
    pub number: u64,
}

/// How far a running release of a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// It is recorded, and its turn has not come: no object was touched.
    Waiting,
    /// Its steps are being executed.
    Working,
    /// All is as desired and ready; it is complete when all of its group are.
    Done,
}

/// `status` of a `Release`: the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseStatus {
    /// How far it came.
    pub phase: Phase,
    /// The wave that is being executed, or was the last.
    pub wave: Option<Wave>,
    /// Why it was reverted, or what it waits for.
    pub message: Option<String>,
    /// The objects of the release with their UIDs, once complete.
    #[serde(default)]
    pub inventory: Vec<InventoryItem>,
    /// Whether the version is not rolled out again by itself, with why.
    pub quarantined: Option<String>,
    /// How far it is within its group; none where it is made alone.
    #[serde(default)]
    pub part: Option<Part>,
    /// When this was written, in RFC 3339.
    pub updated_at: String,
}

/// The payload of a release.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Payload {
    /// All desired objects of the application, as they are applied.
    pub desired: Vec<Value>,
    /// What each step touches, and what was there before it.
    pub journal: Vec<JournalEntry>,
}

/// One object that a release touches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JournalEntry {
    /// The object.
    pub id: ObjectId,
    /// What is done.
    pub action: Action,
    /// When.
    pub wave: Wave,
    /// The live object before, without what the server keeps (status, managed fields, UID …); none if it was not there.
    pub before: Option<Value>,
    /// The UID that it had.
    pub uid: Option<String>,
    /// What is taken over from others, and what they owned: a revert gives it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Taken>,
    /// What goes from an object of the former name or namespace to one of the new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moving: Option<Moving>,
}
