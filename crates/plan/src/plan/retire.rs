//! Taking an application away: what stays of it, and how that is marked.
//!
//! A retirement wants what holds data, as it was released, and nothing else: all that is left out goes as whatever is declared no more
//! does. So it is planned, recorded, resumed and reverted like any release.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use steading_model::desired::{
    ANNOTATION_DATA, ANNOTATION_GENERATE, ANNOTATION_KEEP_UNTIL, ANNOTATION_RECLAIM,
    ANNOTATION_RETIRED,
};
use steading_model::{Desired, Object, ObjectId};

use crate::live::Opened;
use crate::observed::Observed;

/// How long it may take until everything is gone, in seconds.
const TIMEOUT_SECONDS: u64 = 300;
/// What makes the operator of databases stop the pods of one, and keep its volumes.
const ANNOTATION_HIBERNATION: &str = "cnpg.io/hibernation";

/// What is said on the data that stays.
#[derive(Clone, Debug)]
pub struct Retirement {
    /// The day, as `YYYY-MM-DD`.
    pub on: String,
    /// The last day on which data is kept, as `YYYY-MM-DD`.
    pub until: String,
    /// By claim: its volume, and what becomes of that when the claim is deleted.
    pub volumes: BTreeMap<ObjectId, String>,
}

/// Returns what stays of an application that was released: all of it that holds data and is still there, marked with the period.
pub fn retire(released: &Desired, observed: &Observed, retirement: &Retirement) -> Desired {
    let objects = released.objects.iter();
    let kept = objects
        .filter(|object| is_there(observed, &object.id) && holds_data(object))
        .filter_map(|object| marked(object, retirement));
    Desired {
        previous_names: Vec::new(),
        after: Vec::new(),
        image: None,
        timeout_seconds: TIMEOUT_SECONDS,
        objects: kept.collect(),
        ..released.clone()
    }
}

/// What is gone already is not made again to be kept.
fn is_there(observed: &Observed, id: &ObjectId) -> bool {
    let live = observed.objects.get(id).map(Opened::new);
    live.is_some_and(|live| live.text("deletionTimestamp").is_none())
}

/// Says whether an object holds what cannot be made again: volumes, databases, and values that were made once.
fn holds_data(object: &Object) -> bool {
    let kind = &object.id.kind;
    let marks = [ANNOTATION_DATA, ANNOTATION_GENERATE];
    kind.is("", "PersistentVolumeClaim")
        || kind.is("", "PersistentVolume")
        || marks.iter().any(|mark| object.annotation(mark).is_some())
}

fn marked(object: &Object, retirement: &Retirement) -> Option<Object> {
    let mut marks = vec![
        (ANNOTATION_RETIRED, retirement.on.as_str()),
        (ANNOTATION_KEEP_UNTIL, retirement.until.as_str()),
    ];
    let volume = retirement.volumes.get(&object.id);
    marks.extend(volume.map(|volume| (ANNOTATION_RECLAIM, volume.as_str())));
    if object.id.kind.is("postgresql.cnpg.io", "Cluster") {
        marks.push((ANNOTATION_HIBERNATION, "on"));
    }
    let mut json = object.json.clone();
    let annotations = json["metadata"]
        .as_object_mut()?
        .entry("annotations")
        .or_insert_with(|| json!({}))
        .as_object_mut()?;
    for (name, value) in marks {
        annotations.insert(name.to_owned(), Value::from(value));
    }
    Object::from_json(json, None)
}
