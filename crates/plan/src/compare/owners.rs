//! Whose a field is: ours, drifted, or someone else's.

use serde_json::{Map, Value};

use super::path::{self, Segment};
use super::walk::Difference;
use crate::step::{FieldChange, FieldOwner, Standing};

/// Who owns which fields of one live object.
pub(super) struct Owners<'a> {
    ours: &'a [Value],
    others: Vec<(FieldOwner, Value)>,
    previous: Option<&'a Value>,
}

impl<'a> Owners<'a> {
    pub(super) fn new(
        ours: &'a [Value],
        others: Vec<(FieldOwner, Value)>,
        previous: Option<&'a Value>,
    ) -> Self {
        Self {
            ours,
            others,
            previous,
        }
    }

    /// Returns the change with the field's standing.
    pub(super) fn change(&self, difference: Difference<'_>) -> FieldChange {
        let Difference {
            path,
            before,
            after,
        } = difference;
        FieldChange {
            standing: self.standing(&path, before.is_some()),
            path: path::text(&path),
            before,
            after,
        }
    }

    fn standing(&self, path: &[Segment<'_>], is_there: bool) -> Standing {
        if !is_there || self.ours.iter().any(|fields| owns(fields, path)) {
            return Standing::Ours;
        }
        let owner = self
            .others
            .iter()
            .filter(|(_, fields)| owns(fields, path))
            .map(|(owner, _)| owner)
            .max_by(|one, two| one.since.cmp(&two.since));
        let Some(owner) = owner.cloned() else {
            return Standing::Ours;
        };
        let was_ours = self.previous.is_some_and(|previous| has(previous, path));
        if was_ours {
            Standing::Drifted(owner)
        } else {
            Standing::Conflict(owner)
        }
    }
}

/// Says whether managed fields hold the field at a path, something below it, or the whole that it is part of.
fn owns(fields: &Value, path: &[Segment<'_>]) -> bool {
    let mut name = String::new();
    let mut here = fields;
    for segment in path {
        segment.managed(&mut name);
        match here.get(&name) {
            Some(below) => here = below,
            None => return false,
        }
        if here.as_object().is_some_and(Map::is_empty) {
            return true;
        }
    }
    true
}

fn has(object: &Value, path: &[Segment<'_>]) -> bool {
    path.iter()
        .try_fold(object, |object, segment| segment.child(object))
        .is_some()
}
