//! Comparison by field ownership: what of a desired object is not yet so in the live one, and what we own of it and no longer desire.
//!
//! There is no ignore list. A field that we do not desire and do not own is somebody else's (an autoscaler's, a default of the server,
//! something that admission added) and no difference. Lists are matched as server-side apply matches them: [`lists`] knows those of
//! the built-in kinds, and the managed fields of the live object tell those of custom resources.

mod lists;
mod owners;
mod path;
mod project;
mod removal;
mod scalar;
mod walk;

use serde_json::Value;
use steading_model::GroupKind;

use crate::live::Opened;
use crate::step::FieldChange;

pub(crate) use project::{merge, project};

/// Two objects to compare.
pub(crate) struct Pair<'a> {
    /// The kind of both.
    pub(crate) kind: &'a GroupKind,
    /// The object as it will be, Secret values masked.
    pub(crate) desired: &'a Value,
    /// The live object.
    pub(crate) live: &'a Opened<'a>,
}

/// Says which fields differ, and whose they are. `previous` is what the current release desired, where known.
pub(crate) fn compare(pair: &Pair<'_>, previous: Option<&Value>) -> Vec<FieldChange> {
    let live = pair.live.value();
    let owned = pair.live.owned();
    let mut differences = walk::differences(pair.kind, pair.desired, live, &owned);
    for owned in &owned {
        removal::removals(owned, pair.desired, live, &mut differences);
    }
    if differences.is_empty() {
        return Vec::new();
    }
    let owners = owners::Owners::new(&owned, pair.live.others(), previous);
    let mut changes: Vec<FieldChange> = differences
        .into_iter()
        .map(|difference| owners.change(difference))
        .collect();
    changes.sort_by(|one, two| one.path.cmp(&two.path));
    changes.dedup();
    changes
}

/// Says whether `live` lacks anything of `desired`.
pub(crate) fn differs(kind: &GroupKind, desired: &Value, live: &Value) -> bool {
    !walk::differences(kind, desired, live, &[]).is_empty()
}

/// Says whether we own a field of a live object that `desired` does not have.
pub(crate) fn owns_beyond(live: &Opened<'_>, desired: &Value) -> bool {
    let value = live.value();
    let owned = live.owned();
    let mut found = Vec::new();
    for owned in &owned {
        removal::removals(owned, desired, value, &mut found);
    }
    !found.is_empty()
}
