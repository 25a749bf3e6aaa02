//! The environment variables of a container: `PORT`, what was declared, what the catalogue gives, secrets.
//!
//! Sorted by name, so that the order says nothing; variables that others refer to come first, because Kubernetes fills in only
//! what stands before.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use steading_model::FieldPath;

use crate::basis::{Container, Source};
use crate::codes::UNKNOWN_FACT;
use crate::facts;
use crate::json::Fields;
use crate::scope::{Output, Scope};
use crate::substitute::{self, Fact, Filled, PodFact, Problem, Reference};
use crate::uses;

/// Returns `env` of a container.
pub(crate) fn variables(
    scope: &Scope<'_>,
    container: &Container<'_>,
    output: &mut Output,
) -> Vec<Value> {
    let mut referred = BTreeSet::new();
    let mut variables = BTreeMap::new();
    for (name, source) in &container.env {
        let variable = variable(scope, container, source, output, &mut referred);
        variables
            .extend(variable.map(|variable| (name.as_str(), variable.with("name", name.as_str()))));
    }
    let first = referred
        .into_iter()
        .map(|fact: Reference| referring(&fact).with("name", fact.variable()));
    first
        .chain(variables.into_values())
        .map(Value::from)
        .collect()
}

fn variable(
    scope: &Scope<'_>,
    container: &Container<'_>,
    source: &Source<'_>,
    output: &mut Output,
    referred: &mut BTreeSet<Reference>,
) -> Option<Fields> {
    let lookup = |name: &str| container.fact(scope, name);
    let filled = match source {
        Source::Fixed(text) => return Some(value(substitute::literal(text))),
        Source::Secret { secret, key } => return Some(from_secret(secret, key)),
        Source::Declared { text, path } => filled(scope, text, path, output, lookup)?,
        Source::Catalogue { .. } => catalogue(scope, source, output)?,
    };
    Some(match filled {
        Filled::Reference(fact) => referring(&fact),
        Filled::Text(text, facts) => {
            referred.extend(facts);
            value(text)
        }
    })
}

fn filled(
    scope: &Scope<'_>,
    text: &str,
    path: &FieldPath,
    output: &mut Output,
    lookup: impl Fn(&str) -> Option<Fact>,
) -> Option<Filled> {
    substitute::fill(text, lookup)
        .map_err(|problem| {
            let (message, help) = described(path, &problem);
            let help = uses::facts::help_named(scope, &problem).unwrap_or(help);
            output.error(scope, UNKNOWN_FACT, path, message, help);
        })
        .ok()
}

/// What the entry says is the estate's, what the use says the application's: the finding points to where it is written.
fn catalogue(scope: &Scope<'_>, source: &Source<'_>, output: &mut Output) -> Option<Filled> {
    let Source::Catalogue {
        text,
        one,
        path,
        span,
    } = source
    else {
        return None;
    };
    substitute::fill(text, |name| uses::facts::in_text(scope, one, name))
        .map_err(|problem| {
            let (message, _) = described(path, &problem);
            let help = uses::facts::help(scope, one, &problem);
            output.finding(
                steading_model::Severity::Error,
                UNKNOWN_FACT,
                *span,
                message,
                help,
            );
        })
        .ok()
}

fn described(path: &FieldPath, problem: &Problem) -> (String, String) {
    match problem {
        Problem::Open => (
            format!("`{path}` has a `${{` without a `}}`"),
            "close it; for a literal `${`, write `$${`".to_owned(),
        ),
        Problem::Unknown(name) => (
            format!("`{path}` names an unknown fact: `${{{name}}}`"),
            facts::help(name),
        ),
    }
}

/// The server drops an empty value, so it is left out.
fn value(text: String) -> Fields {
    Fields::new().with("value", Some(text).filter(|text| !text.is_empty()))
}

fn from_secret(secret: &str, key: &str) -> Fields {
    let reference = Fields::new().with("name", secret).with("key", key);
    Fields::new().with("valueFrom", Fields::new().with("secretKeyRef", reference))
}

fn referring(fact: &Reference) -> Fields {
    match fact {
        Reference::Pod(fact) => from_field(*fact),
        Reference::Secret(fact) => from_secret(&fact.secret, &fact.key),
    }
}

fn from_field(fact: PodFact) -> Fields {
    let reference = Fields::new()
        .with("apiVersion", "v1")
        .with("fieldPath", fact.field);
    Fields::new().with("valueFrom", Fields::new().with("fieldRef", reference))
}
