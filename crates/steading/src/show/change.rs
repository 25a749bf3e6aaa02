//! One changed field, in one line.

use serde_json::Value;
use steading_plan::{Effect, FieldChange, FieldOwner, Standing};

/// The longest value that is shown whole.
const LONGEST: usize = 60;

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
        (Some(before), Some(after)) => format!("~ {path}: {} → {}", short(before), short(after)),
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
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        return text;
    }
    let kept: String = text.chars().take(LONGEST - 1).collect();
    format!("{kept}…")
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
