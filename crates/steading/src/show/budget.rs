//! A run that would delete too much: how much, of what, and what to do.

use steading_plan::{Budget, OverBudget};

use crate::diagnostics::count;

/// Returns what the run would delete and what it may.
pub(super) fn sentence(over: &OverBudget) -> String {
    format!(
        "this run would delete {}, and may delete {}: {}",
        count(over.total(), "object"),
        over.budget.allows(over.managed),
        arithmetic(over)
    )
}

/// Returns the applications with what each would lose, in the order of the plan.
pub(super) fn applications(over: &OverBudget) -> Vec<String> {
    let deletes = over.deletes.iter();
    deletes
        .map(|(key, number)| format!("{key}: {}", count(*number, "object")))
        .collect()
}

/// Returns what to do: an edit first, a flag last.
pub(super) fn remedies(over: &OverBudget) -> [String; 2] {
    let total = over.total();
    [
        "nothing of it is done; are files missing, or is this the folder of another estate?"
            .to_owned(),
        format!(
            "if all of it is meant: `--accept-deletes {total}`; for one application at a time: `steading retire APP --env ENV`"
        ),
    ]
}

fn arithmetic(over: &OverBudget) -> String {
    let Budget {
        objects,
        percent,
        accepted,
    } = over.budget;
    let managed = over.managed;
    let environments = over.environments.join(" and ");
    let part = managed.saturating_mul(percent) / 100;
    let usual = format!(
        "the larger of {objects} and {part}, which is {percent} % of the {managed} that are managed in {environments}"
    );
    match accepted {
        0 => usual,
        accepted => format!("{usual}; {accepted} were accepted"),
    }
}

#[cfg(test)]
mod tests {
    use steading_plan::ReleaseKey;

    use super::*;

    #[test]
    fn the_arithmetic_is_shown() {
        let key = ReleaseKey {
            namespace: "prod-wiki".to_owned(),
            application: "wiki".to_owned(),
            environment: "prod".to_owned(),
        };
        let over = OverBudget {
            budget: Budget {
                objects: 5,
                percent: 10,
                accepted: 6,
            },
            managed: 42,
            environments: vec!["prod".to_owned(), "shared".to_owned()],
            deletes: vec![(key, 9)],
        };
        assert_eq!(
            sentence(&over),
            "this run would delete 9 objects, and may delete 6: the larger of 5 and 4, which is 10 % of the 42 that are managed in \
             prod and shared; 6 were accepted"
        );
        assert_eq!(applications(&over), ["prod/wiki: 9 objects"]);
        assert!(remedies(&over)[1].contains("`--accept-deletes 9`"));
    }
}
