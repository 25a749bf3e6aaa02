//! What is in the cluster: gathered before planning, and all that planning knows of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use steading_model::{GroupKind, ObjectId};

use crate::release::Phase;

/// Everything observed. In it the values of Secrets are replaced by keyed digests.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Observed {
    /// Objects that carry the estate's label, and those that stand in the way of a desired one.
    #[serde(with = "as_list")]
    pub objects: BTreeMap<ObjectId, Live>,
    /// The applications whose objects were looked for; empty where all were.
    #[serde(default)]
    pub only: BTreeSet<String>,
    /// What is known of the releases of each application.
    #[serde(with = "as_list")]
    pub releases: BTreeMap<ReleaseKey, History>,
    /// The keyed digest of each Secret that pods use, by namespace and name.
    #[serde(with = "as_list")]
    pub secret_digests: BTreeMap<(String, String), String>,
    /// Kinds that the server does not serve.
    pub unserved: Vec<GroupKind>,
    /// What could not be read, with the server's answer: never taken for "nothing is there".
    pub unreadable: Vec<Unreadable>,
    /// What was asked only for objects that differ.
    pub details: Details,
    /// Objects that nobody here made, in namespaces that would be deleted.
    #[serde(default)]
    pub foreign: Vec<ObjectId>,
    /// The nodes, where they could be read: without any, nothing is said of whether a pod fits.
    #[serde(default)]
    pub nodes: Vec<Live>,
}

impl Observed {
    /// Says whether the objects of an application were looked for.
    pub fn looks_for(&self, application: &str) -> bool {
        self.only.is_empty() || self.only.contains(application)
    }
}

/// A live object, kept as text until it is looked at, without its managed fields' timestamps lost.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Live {
    /// The object as the server sent it, with `metadata.managedFields`; Secret values are keyed digests.
    pub json: Box<RawValue>,
}

impl Live {
    /// Parses the object.
    pub fn parse(&self) -> Value {
        serde_json::from_str(self.json.get()).unwrap_or_default()
    }
}

/// One application in one environment, in one namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReleaseKey {
    /// The namespace.
    pub namespace: String,
    /// The application.
    pub application: String,
    /// The environment.
    pub environment: String,
}

impl fmt::Display for ReleaseKey {
    /// Writes `environment/application`, as the user names it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.environment, self.application)
    }
}

/// What is known of an application's releases.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct History {
    /// The greatest number used; the next release gets the one after it.
    pub greatest_number: u64,
    /// The number of the current (last complete) release.
    pub current: Option<u64>,
    /// The image of the current release.
    pub current_image: Option<String>,
    /// The digest of what the current release desired.
    pub current_digest: Option<String>,
    /// Whether the current release took the application away: `steading retire`.
    #[serde(default)]
    pub is_retired: bool,
    /// What the application is called since the current release, where that left everything to another name or namespace.
    #[serde(default)]
    pub moved_to: Option<ReleaseKey>,
    /// The objects of the current release.
    pub inventory: Vec<InventoryItem>,
    /// A release that has not ended: interrupted, or in the hands of someone.
    pub open: Option<OpenRelease>,
    /// Digests of versions that were rolled back or reverted and are not rolled out again by themselves, with why.
    pub quarantined: BTreeMap<String, String>,
}

/// An object of a release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InventoryItem {
    /// What it is called.
    #[serde(flatten)]
    pub id: ObjectId,
    /// Its UID when it was applied.
    pub uid: String,
}

/// A release that has not ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenRelease {
    /// Its number.
    pub number: u64,
    /// How far it came.
    pub phase: Phase,
    /// Who made it.
    pub actor: String,
    /// Since when, in RFC 3339.
    pub since: String,
    /// The digest of what it desired.
    pub digest: String,
    /// The applications that are released as one with it, itself among them; empty where it is released alone.
    #[serde(default)]
    pub group: Vec<ReleaseKey>,
    /// The holder of the namespace's Lease, where one holds it now, with the time of its last renewal in RFC 3339.
    pub holder: Option<(String, String)>,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unreadable {
    /// The kind.
    pub kind: GroupKind,
    /// The namespace; none for all.
    pub namespace: Option<String>,
    /// The server's answer.
    pub answer: String,
}

/// What was asked only for objects that differ.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Details {
    /// What a server-side dry run of the apply said.
    #[serde(with = "as_list")]
    pub dry_runs: BTreeMap<ObjectId, DryRun>,
    /// What the current release desired, as it was applied: fields in it were ours.
    #[serde(with = "as_list")]
    pub previous: BTreeMap<ObjectId, Value>,
}

/// The answer to a server-side dry run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum DryRun {
    /// The object as it would be.
    Accepted(Value),
    /// Refused because of an immutable field: it takes a delete and a create.
    Immutable(String),
    /// Refused: the server's answer (invalid, forbidden by an admission policy, over quota …).
    Refused(String),
}

/// Maps with keys that are not text, as lists of pairs.
mod as_list {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?
            .into_iter()
            .collect())
    }
}
