//! What people own, in some environments.

use std::collections::{BTreeMap, BTreeSet};

use steading_model::estate::{Estate, Owner};
use steading_model::name::LabelName;

use crate::error::CommandError;
use crate::pipeline::Loaded;

/// What one person owns.
#[derive(Default)]
pub(super) struct Holding {
    /// Applications.
    pub(super) applications: BTreeSet<String>,
    /// Their namespaces.
    pub(super) namespaces: BTreeSet<String>,
}

/// Returns what each person owns; an estate with errors is refused, because something may be missing in it.
pub(super) fn holdings<'a>(
    loaded: &'a Loaded,
    environments: &[&str],
) -> Result<BTreeMap<&'a LabelName, Holding>, CommandError> {
    let estate = loaded.needed_estate()?;
    let compiled = loaded.compile(environments);
    if loaded.report.has_errors() || compiled.report.has_errors() {
        return Err(CommandError::failure(
            "the declarations have errors: nobody knows whose is what",
        )
        .hint("`steading check` shows them"));
    }
    let people = estate.fields.people.keys();
    let mut holdings: BTreeMap<&LabelName, Holding> =
        people.map(|name| (name, Holding::default())).collect();
    for application in &compiled.applications {
        for owner in estate.owners(application) {
            let holding = holdings.entry(owner.name).or_default();
            holding.applications.insert(application.name.to_string());
            holding.namespaces.insert(application.namespace.to_string());
        }
    }
    Ok(holdings)
}

/// Returns a person; a name that the estate does not have is an error.
pub(super) fn person<'a>(estate: &'a Estate, name: &str) -> Result<Owner<'a>, CommandError> {
    let people = &estate.fields.people;
    let mut found = people.iter().filter(|(known, _)| known.as_str() == name);
    found
        .next()
        .map(|(name, person)| Owner { name, person })
        .ok_or_else(|| {
            let known: Vec<&str> = people.keys().map(LabelName::as_str).collect();
            crate::names::unknown("person", name, &known)
        })
}
