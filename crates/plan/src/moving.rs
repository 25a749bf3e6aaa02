//! What goes from an application's former name or namespace to where it is now.
//!
//! A volume is not copied: its claim is deleted, and a claim of the new name is bound to it. Who owns which part of that, and in which
//! order it happens, is in the steps of the release.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steading_model::{GroupKind, ObjectId};

/// What goes from one object to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Moving {
    /// A volume goes from one claim to another. The step of the one deletes it and keeps the volume, that of the other binds it.
    Volume(MovedVolume),
    /// Values that were made once go from this Secret into the new one.
    Values(ObjectId),
}

/// A volume that gets another claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MovedVolume {
    /// The name of the `PersistentVolume`.
    pub volume: String,
    /// The claim that has it.
    pub from: ObjectId,
    /// The claim that gets it.
    pub to: ObjectId,
}

impl MovedVolume {
    /// Returns what the volume is called.
    pub fn volume_id(&self) -> ObjectId {
        ObjectId {
            kind: GroupKind::new("", "PersistentVolume"),
            namespace: None,
            name: self.volume.clone(),
        }
    }
}

impl Moving {
    /// Returns the volume that goes from one claim to another.
    pub fn volume(&self) -> Option<&MovedVolume> {
        match self {
            Self::Volume(moved) => Some(moved),
            Self::Values(_) => None,
        }
    }
}

/// Says whether a volume belongs to a claim, whichever object of that name it was bound to.
pub fn is_claimed_by(volume: &Value, claim: &ObjectId) -> bool {
    let reference = &volume["spec"]["claimRef"];
    reference["name"] == claim.name.as_str()
        && reference["namespace"].as_str() == claim.namespace.as_deref()
}

/// Says whether a claim has a volume.
pub fn has_volume(claim: &Value, volume: &str) -> bool {
    claim["spec"]["volumeName"] == volume && claim["status"]["phase"] == "Bound"
}
