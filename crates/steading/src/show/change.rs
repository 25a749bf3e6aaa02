//! One changed field, in one line.

use serde_json::Value;
use steading_plan::{Effect, FieldChange, FieldOwner, Standing};

/// The longest value that is shown whole.
const LONGEST: usize = 60;
/// How much is shown before the first difference of two long values.
const CONTEXT: usize = 16;

/// Returns `path: before → after`, with whose the field is now where it is not ours.
pub(crate) fn value_line(change: &FieldChange) -> String {
    let FieldChange {
        path,
        before,
        after,
        standing,
    } = change;
    let values = match (before, after) {
        (None, Some(after)) => format!("+ {path}: {}", short(after)),
        (Some(before), None) => format!("- {path}: {}", short(before)),
        (Some(before), Some(after)) => {
            let (before, after) = (before.to_string(), after.to_string());
            let from = difference(&before, &after);
            format!("~ {path}: {} → {}", cut(&before, from), cut(&after, from))
        }
        (None, None) => path.clone(),
    };
    match standing {
        Standing::Ours => values,
        Standing::Drifted(owner) => format!("{values}  (changed {})", by(owner)),
        Standing::Conflict(owner) => format!("{values}  (belongs to {})", whose(owner)),
    }
}

/// Returns `MANAGER since TIME`.
fn whose(owner: &FieldOwner) -> String {
    match &owner.since {
        Some(since) => format!("`{}` since {since}", owner.manager),
        None => format!("`{}`", owner.manager),
    }
}

/// Returns `by MANAGER at TIME`.
pub(crate) fn by(owner: &FieldOwner) -> String {
    match &owner.since {
        Some(since) => format!("by `{}` at {since}", owner.manager),
        None => format!("by `{}`", owner.manager),
    }
}

/// Returns an effect in the words of the glossary.
pub(crate) fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "no effect",
        Effect::Restart => "restart",
        Effect::Downtime => "downtime",
        Effect::Replace => "replace",
        Effect::Exposure => "exposure",
        Effect::DataLoss => "data loss",
    }
}

fn short(value: &Value) -> String {
    cut(&value.to_string(), 0)
}

/// Returns where to begin, in characters, so that what differs is seen: at the beginning, unless both are alike for longer than is shown.
fn difference(before: &str, after: &str) -> usize {
    let pairs = before.chars().zip(after.chars());
    let alike = pairs.take_while(|(one, other)| one == other).count();
    if alike + CONTEXT < LONGEST {
        0
    } else {
        alike - CONTEXT
    }
}

/// Cuts a text to what is shown of it.
fn cut(text: &str, from: usize) -> String {
    let length = text.chars().count();
    let from = if length <= LONGEST { 0 } else { from };
    let begin = if from > 0 { "…" } else { "" };
    let end = if length - from > LONGEST { "…" } else { "" };
    let room = LONGEST - begin.chars().count() - end.chars().count();
    let kept: String = text.chars().skip(from).take(room).collect();
    format!("{begin}{kept}{end}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_drifted_field_names_its_author() {
        let owner = FieldOwner {
            manager: "kubectl-edit".to_owned(),
            since: Some("2026-01-02T03:04:05Z".to_owned()),
        };
        let change = FieldChange {
            path: "spec.replicas".to_owned(),
            before: Some(json!(3)),
            after: Some(json!(1)),
            standing: Standing::Drifted(owner),
        };
        assert_eq!(
            value_line(&change),
            "~ spec.replicas: 3 → 1  (changed by `kubectl-edit` at 2026-01-02T03:04:05Z)"
        );
    }

    #[test]
    fn of_two_long_values_the_difference_is_shown() {
        let rules = |name: &str| json!([{ "to": "everything that is there already", "ports": [53, 80] }, { "to": name }]);
        let change = FieldChange {
            path: "spec.egress".to_owned(),
            before: Some(rules("wiki")),
            after: Some(rules("blog")),
            standing: Standing::Ours,
        };
        let line = value_line(&change);
        assert!(line.contains("wiki") && line.contains("blog"), "{line}");
        assert!(line.chars().count() < 150, "{line}");
    }

    #[test]
    fn long_values_are_cut() {
        let change = FieldChange {
            path: "data.x".to_owned(),
            before: None,
            after: Some(json!("a".repeat(200))),
            standing: Standing::Ours,
        };
        assert!(value_line(&change).chars().count() < 80);
    }
}
