//! What applications use: entries of the estate's catalogue, and each other.
//!
//! What is secret never stands in an object. A variable that is one secret fact refers to the key of its Secret; where it is part of a
//! longer text, such as a URL, the key gets a variable of its own before, and the text refers to that in Kubernetes' own syntax.

pub(crate) mod database;
pub(crate) mod facts;
pub(crate) mod network;
pub(crate) mod secret;
pub(crate) mod wait;

use std::collections::BTreeMap;

use steading_model::FieldPath;
use steading_model::application::CatalogueUse;
use steading_model::estate::{Entry, Given};

use crate::basis::Source;
use crate::scope::Scope;

/// One entry that an application uses.
#[derive(Clone, Copy)]
pub(crate) struct Use<'a> {
    /// The entry.
    pub(crate) entry: Entry<'a>,
    /// How it is used.
    pub(crate) used: &'a CatalogueUse,
}

/// Returns the entries that an application uses.
pub(crate) fn all<'a>(scope: &Scope<'a>) -> impl Iterator<Item = Use<'a>> {
    let (estate, uses) = (scope.estate, &scope.application.fields.uses);
    uses.iter().filter_map(|(name, used)| {
        let entry = estate.entry(name)?;
        Some(Use { entry, used })
    })
}

/// Returns the entries that a component or a job uses.
pub(crate) fn of<'a>(scope: &Scope<'a>, owner: &str) -> Vec<Use<'a>> {
    all(scope).filter(|one| one.used.is_for(owner)).collect()
}

/// Returns the component or job whose pods a container is in.
pub(crate) fn owner<'a>(scope: &Scope<'a>, container: &'a FieldPath) -> &'a str {
    let path = container.to_string();
    let owners = scope.application.owners();
    let holds = |owner: &str| {
        ["components", "jobs"].iter().any(|key| {
            let place = scope.application.field(key).key(owner).to_string();
            path == place
                || path
                    .strip_prefix(&place)
                    .is_some_and(|rest| rest.starts_with('.'))
        })
    };
    let mut names = owners.map(|owner| owner.name.as_str());
    let main = || scope.application.main_component();
    let usual = || main().map_or(scope.name(), |main| main.name.as_str());
    names.find(|owner| holds(owner)).unwrap_or_else(usual)
}

impl Use<'_> {
    /// Returns the place of the use.
    pub(crate) fn path(&self, scope: &Scope<'_>) -> FieldPath {
        let path = scope.application.field("uses");
        path.key(self.entry.name.as_str())
    }

    /// Says whether pods wait until it answers.
    pub(crate) fn is_awaited(&self) -> bool {
        let of_entry = self.entry.fields.and_then(|fields| fields.wait_for);
        self.used.wait_for.or(of_entry) == Some(true)
    }
}

/// Adds the variables that a component or a job gets.
pub(crate) fn variables<'a>(
    scope: &Scope<'a>,
    owner: &str,
    env: &mut BTreeMap<String, Source<'a>>,
) {
    for one in of(scope, owner) {
        let given = one.entry.given(one.used).into_iter();
        let known = given.filter(|given| is_known(scope, &one, given));
        for given in known {
            let (name, source) = source(scope, one, given);
            env.insert(name, source);
        }
    }
}

/// A variable that its kind gives is left out where the fact is not there; whatever was asked for by name is not.
fn is_known(scope: &Scope<'_>, one: &Use<'_>, given: &Given) -> bool {
    let written = one
        .entry
        .fields
        .is_some_and(|fields| !fields.env.is_empty());
    let named = one.used.env.keys().any(|left| left.as_str() == given.left);
    let fact = given
        .text
        .strip_prefix("${")
        .and_then(|text| text.strip_suffix('}'));
    let known = fact.is_none_or(|fact| facts::fact(scope, one, fact).is_some());
    written || named || known
}

fn source<'a>(scope: &Scope<'a>, one: Use<'a>, given: Given) -> (String, Source<'a>) {
    let written = one
        .entry
        .fields
        .is_some_and(|fields| !fields.env.is_empty());
    let (path, span) = if given.is_fact || !written {
        let path = one.path(scope).key("env").key(given.left);
        let span = scope.span(&path);
        (path, span)
    } else {
        let path = one.entry.path().key("env").key(given.left);
        let span = scope.estate.tree.span_at(&path);
        (path, span)
    };
    let text = given.text;
    let source = Source::Catalogue {
        text,
        one,
        path,
        span,
    };
    (given.name, source)
}
