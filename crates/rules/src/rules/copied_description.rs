//! Each application says what it is.

use std::collections::BTreeMap;

use steading_model::application::Application;

use crate::rule::{Check, Finding, Run, rule};

rule! {
    /// Two applications do not have the same description.
    ///
    /// ## Why
    /// It is a copy that was not finished. The next thing that was copied and not changed is a name, a path or a secret, and whoever is woken at
    /// night reads about another service.
    ///
    /// ## Example
    /// ```yaml
    /// description: Bookmark manager     # found: `notes` says the same
    /// description: Notes of the family  # right
    /// ```
    "ST4166" "copied-description" Warning => Check::Together(check)
}

fn check(run: &Run<'_>) -> Vec<Finding> {
    let mut seen: BTreeMap<(&str, String), &Application> = BTreeMap::new();
    let mut found = Vec::new();
    for (at, application) in run.applications.iter().enumerate() {
        let Some(description) = &application.fields.description else {
            continue;
        };
        let words = description.trim().to_lowercase();
        let place = (application.environment.as_str(), words);
        let path = application.field("description");
        match seen.get(&place) {
            Some(first) if first.name != application.name && !is_one(first, application) => {
                let message = format!(
                    "`{}` and `{}` say that they are the same",
                    first.name, application.name
                );
                let finding = Finding::new(application.span(&path), message);
                let finding = finding.label(first.span(&first.field("description")), "the other");
                found.push(finding.help("say what this one is").of(at));
            }
            Some(_) => {}
            None => drop(seen.insert(place, application)),
        }
    }
    found
}

/// Says whether two applications are instances of one declaration.
fn is_one(one: &Application, other: &Application) -> bool {
    let declared = |application: &Application| {
        let instance = application.instance.as_ref();
        instance.map(|instance| instance.application.clone())
    };
    declared(one).is_some() && declared(one) == declared(other)
}
