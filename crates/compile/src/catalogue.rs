//! What applications get from the entries of the catalogue that they use.

use std::collections::BTreeMap;

use steading_model::FieldPath;
use steading_model::application::CatalogueUse;
use steading_model::estate::CatalogueEntry;
use steading_model::name::LabelName;

use crate::basis::Source;
use crate::scope::Scope;

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
