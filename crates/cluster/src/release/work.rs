//! What is to be done with one object.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_model::ObjectId;
use steading_plan::takeover::Taking;
use steading_plan::{Action, Moving, Wave};

/// One object to change.
pub(crate) struct Work {
    pub(crate) id: ObjectId,
    pub(crate) action: Action,
    pub(crate) wave: Wave,
    pub(crate) desired: Option<Value>,
    /// The UID of the object that it was planned for.
    pub(crate) uid: Option<String>,
    /// The managers whose fields are taken.
    pub(crate) displaces: BTreeSet<String>,
    pub(crate) guard: Guard,
    /// What is taken over from others.
    pub(crate) takes: Option<Taking>,
    /// What goes from an object of the former name or namespace to one of the new.
    pub(crate) moving: Option<Moving>,
    /// What was there before, where an interrupted run noted it.
    pub(crate) noted: Option<Value>,
}

impl Work {
    pub(crate) fn live(&self) -> Option<&Value> {
        match &self.guard {
            Guard::Planned(live) => Some(live),
            Guard::Absent | Guard::Resumed => None,
        }
    }
}

/// What is known of the live object.
pub(crate) enum Guard {
    /// It is not there.
    Absent,
    /// It is as it was planned for.
    Planned(Value),
    /// An interrupted run may have changed it already.
    Resumed,
}
