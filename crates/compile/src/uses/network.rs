//! The network between an application and what it uses.

use std::collections::BTreeMap;

use serde_json::Value;
use steading_model::application::{CatalogueUse, PeerPort};
use steading_model::estate::EntryPlace;
use steading_model::name::{EnvironmentName, LabelName};

use super::Use;
use crate::peers;
use crate::scope::Scope;

/// Returns where something runs that is used, as network policies name it; none where nothing says it.
pub(crate) fn peers_of(scope: &Scope<'_>, one: &Use<'_>) -> Option<Vec<Value>> {
    let place = one.entry.place(scope.estate, scope.application)?;
    Some(match place {
        EntryPlace::Application(name, environment) => {
            let namespace = scope.estate.namespace(name, environment).ok()?;
            vec![peers::of_application(&namespace, name)]
        }
        EntryPlace::Namespace(namespace, pods) => vec![peers::pods_of(namespace.as_str(), pods)],
        EntryPlace::Cidr(range) => vec![peers::range(range)],
        EntryPlace::Internet => crate::ranges::internet(scope.estate),
        EntryPlace::OwnDatabase => {
            let cluster = super::database::name(scope, one.entry.name);
            vec![peers::own_pods(&super::database::pods(&cluster))]
        }
    })
}

/// Returns the ports that users of something may reach; all where there is none.
pub(crate) fn ports(scope: &Scope<'_>, one: &Use<'_>) -> Vec<PeerPort> {
    one.entry
        .ports(scope.estate, &scope.application.environment)
}

/// Returns those who reach an application because they use it: for each name that they use it by, the environment that they are in
/// (none for all) and the ports of the entry (none for the application's own).
pub(crate) fn admitted<'a>(
    scope: &Scope<'a>,
) -> Vec<(&'a str, Option<&'a EnvironmentName>, Vec<PeerPort>)> {
    let (estate, application) = (scope.estate, scope.application);
    let entries = estate.fields.catalogue.iter().filter_map(|(name, entry)| {
        let at = entry.at.as_ref()?;
        let named = at.environment.as_ref();
        let here = named.is_none_or(|environment| *environment == application.environment);
        let mine = at.application.as_ref() == Some(&application.name) && here;
        let limit = named.is_none().then_some(&application.environment);
        mine.then(|| (name.as_str(), limit, entry.ports.clone()))
    });
    let by_name = estate.is_used_by_name(&application.name);
    let by_name = by_name.then(|| (scope.name(), Some(&application.environment), Vec::new()));
    entries.chain(by_name).collect()
}

/// Returns an entry as the other end of a connection that `network` names.
pub(crate) fn named<'a>(scope: &Scope<'a>, name: &'a LabelName) -> Option<Use<'a>> {
    static PLAIN: CatalogueUse = CatalogueUse {
        env: BTreeMap::new(),
        only: Vec::new(),
        wait_for: None,
        callback: None,
        size: None,
        extensions: Vec::new(),
    };
    let entry = scope.estate.entry(name)?;
    let used = scope.application.fields.uses.get(name).unwrap_or(&PLAIN);
    Some(Use { entry, used })
}
