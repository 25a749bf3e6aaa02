//! What a plan shows, for terminal, Markdown and JSON alike: no colours, no widths, and no secret value.

use serde::Serialize;
use serde_json::Value;
use steading_model::Desired;

use crate::mask::{DigestKey, Marks};
use crate::packed::Packed;
use crate::report::{NotDone, PlanReport, Reason};
use crate::step::{FieldChange, Plan, ReleasePlan, Standing, Step};

/// A line about one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What happens to the field.
    pub sign: Sign,
    /// The field.
    pub path: String,
    /// The live value as text; none if there is none.
    pub before: Option<String>,
    /// The new value as text; none if there is none.
    pub after: Option<String>,
    /// Whose the field is, where it is not ours.
    pub note: Option<String>,
}

/// What happens to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    /// It comes.
    Add,
    /// Its value changes.
    Change,
    /// It goes.
    Remove,
}

/// Returns the lines of a step: field by field, Secret values as `‹secret 1›`.
pub fn lines(step: &Step, marks: &mut Marks) -> Vec<Line> {
    step.changes
        .iter()
        .map(|change| line(change, marks))
        .collect()
}

fn line(change: &FieldChange, marks: &mut Marks) -> Line {
    let FieldChange {
        path,
        before,
        after,
        standing,
    } = change;
    let mut shown = |value: &Option<Value>| value.as_ref().map(|value| text(&marks.value(value)));
    let (before, after) = (shown(before), shown(after));
    Line {
        sign: match (&before, &after) {
            (None, _) => Sign::Add,
            (_, None) => Sign::Remove,
            _ => Sign::Change,
        },
        path: path.clone(),
        before,
        after,
        note: note(standing),
    }
}

fn note(standing: &Standing) -> Option<String> {
    let (word, owner) = match standing {
        Standing::Ours => return None,
        Standing::Drifted(owner) => ("changed by", owner),
        Standing::Conflict(owner) => ("owned by", owner),
    };
    let since = owner.since.as_ref().map(|since| format!(" since {since}"));
    Some(format!(
        "{word} `{}`{}",
        owner.manager,
        since.unwrap_or_default()
    ))
}

/// A text as it is, everything else as JSON.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Makes marks that know the Secret values of what is desired, so that [`Marks::text`] finds them in messages.
pub fn marks(desired: &[Desired], key: &DigestKey) -> Marks {
    let mut marks = Marks::new(key);
    for object in desired.iter().flat_map(|desired| &desired.objects) {
        marks.learn(&object.json);
    }
    marks
}

impl Plan {
    /// Returns the plan as it may be printed or stored: Secret values as marks. It cannot be executed.
    #[must_use]
    pub fn masked(&self, marks: &mut Marks) -> Self {
        let Self {
            releases,
            unchanged,
        } = self;
        Self {
            releases: releases
                .iter()
                .map(|release| masked_release(release, marks))
                .collect(),
            unchanged: *unchanged,
        }
    }
}

impl PlanReport {
    /// Returns the report as it may be printed or stored.
    #[must_use]
    pub fn masked(&self, marks: &mut Marks) -> Self {
        let Self {
            not_done,
            held_back,
            over_budget,
        } = self;
        Self {
            not_done: not_done
                .iter()
                .map(
                    |NotDone {
                         key,
                         object,
                         reason,
                     }| NotDone {
                        key: key.clone(),
                        object: object.clone(),
                        reason: masked_reason(reason, marks),
                    },
                )
                .collect(),
            held_back: held_back
                .iter()
                .map(|release| masked_release(release, marks))
                .collect(),
            over_budget: over_budget.clone(),
        }
    }
}

fn masked_release(release: &ReleasePlan, marks: &mut Marks) -> ReleasePlan {
    ReleasePlan {
        steps: release
            .steps
            .iter()
            .map(|step| masked_step(step, marks))
            .collect(),
        desired: release
            .desired
            .iter()
            .map(|object| masked_object(object, marks))
            .collect(),
        ..release.clone()
    }
}

fn masked_step(step: &Step, marks: &mut Marks) -> Step {
    let changes = step.changes.iter();
    Step {
        changes: changes.map(|change| masked_change(change, marks)).collect(),
        desired: step
            .desired
            .as_ref()
            .map(|object| masked_object(object, marks)),
        ..step.clone()
    }
}

fn masked_object(object: &Packed, marks: &mut Marks) -> Packed {
    Packed::new(&marks.object(&object.object()))
}

/// Returns a change with the values of Secrets as marks.
pub(crate) fn masked_change(change: &FieldChange, marks: &mut Marks) -> FieldChange {
    FieldChange {
        path: change.path.clone(),
        before: change.before.as_ref().map(|value| marks.value(value)),
        after: change.after.as_ref().map(|value| marks.value(value)),
        standing: change.standing.clone(),
    }
}

/// Answers of the server may repeat what was sent to it.
pub(crate) fn masked_reason(reason: &Reason, marks: &Marks) -> Reason {
    match reason {
        Reason::Refused(answer) => Reason::Refused(marks.text(answer)),
        Reason::Unreadable(answer) => Reason::Unreadable(marks.text(answer)),
        other => other.clone(),
    }
}
