//! What applications get from the entries of the catalogue that they use.

use std::collections::BTreeMap;

use steading_model::application::CatalogueUse;
use steading_model::estate::CatalogueEntry;
use steading_model::name::LabelName;
use steading_model::read::nearest;
use steading_model::{Diagnostic, FieldPath};

use crate::basis::Source;
use crate::codes::UNKNOWN_USE;
use crate::scope::{Output, Scope};

/// Returns the entries that an application uses.
pub(crate) fn used<'a>(
    scope: &Scope<'a>,
) -> impl Iterator<Item = (&'a LabelName, &'a CatalogueUse, &'a CatalogueEntry)> {
    let catalogue = &scope.estate.fields.catalogue;
    let uses = scope.application.fields.uses.iter();
    uses.filter_map(|(name, used)| Some((name, used, catalogue.get(name)?)))
}

/// Adds the variables of the entries that are used.
pub(crate) fn variables<'a>(scope: &Scope<'a>, env: &mut BTreeMap<String, Source<'a>>) {
    let catalogue = FieldPath::default().key("spec").key("catalogue");
    for (entry, used, fields) in used(scope) {
        for (name, text) in &fields.env {
            let path = catalogue.key(entry.as_str()).key("env").key(name.as_str());
            let name = used.env.get(name).unwrap_or(name);
            let source = Source::Catalogue {
                text: text.as_str(),
                path,
            };
            env.insert(name.to_string(), source);
        }
    }
}

/// Reports the entries that the catalogue does not have.
pub(crate) fn check(scope: &Scope<'_>, output: &mut Output) {
    for name in scope.application.fields.uses.keys() {
        if !scope.estate.fields.catalogue.contains_key(name) {
            unknown(
                scope,
                name,
                &scope.application.field("uses").key(name.as_str()),
                output,
            );
        }
    }
}

/// Reports an entry that the catalogue does not have.
pub(crate) fn unknown(scope: &Scope<'_>, name: &LabelName, path: &FieldPath, output: &mut Output) {
    let known: Vec<&str> = scope
        .estate
        .fields
        .catalogue
        .keys()
        .map(LabelName::as_str)
        .collect();
    let help = match (nearest(name.as_str(), &known), known.as_slice()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "the estate's `catalogue` is empty".to_owned(),
        (None, known) => format!("the catalogue has: {}", known.join(", ")),
    };
    let message = format!("the catalogue has no entry `{name}`");
    let span = scope.application.tree.key_span_at(path);
    output
        .report
        .push(Diagnostic::error(UNKNOWN_USE, message).at(span).help(help));
}
