//! A middleware that turns people away, and whether another one turns away as many.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use steading_model::ObjectId;

/// Middlewares that turn people away.
const GATES: [&str; 6] = [
    "ipAllowList",
    "ipWhiteList",
    "forwardAuth",
    "basicAuth",
    "digestAuth",
    "plugin",
];
/// Gates by address: a route behind one is not public.
pub(super) const BY_ADDRESS: [&str; 2] = ["ipAllowList", "ipWhiteList"];
/// A server that is asked, with the groups that may pass among the parameters of its URL.
const ASKED: &str = "forwardAuth";

/// A gate of a route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::effect) struct Gate {
    kind: String,
    /// Which it is, of its kind; all of an address are the same, since what they admit is looked at where they are changed.
    name: String,
    /// What the server that is asked gets to know: parameters with their values.
    parameters: BTreeMap<String, BTreeSet<String>>,
}

impl Gate {
    /// A login that is none of Traefik's middlewares.
    pub(in crate::effect) fn login(kind: &str) -> Self {
        Self::named(kind, "")
    }

    /// An allow-list of addresses.
    pub(in crate::effect) fn by_address() -> Self {
        Self::login(BY_ADDRESS[0])
    }

    /// A middleware that is nowhere to be found counts as a gate, because nobody can say that it was none.
    pub(super) fn unknown(id: &ObjectId) -> Self {
        Self::named("unknown", &id.to_string())
    }

    fn named(kind: &str, name: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
            parameters: BTreeMap::new(),
        }
    }

    /// Returns the gates that a middleware is.
    pub(super) fn all<'a>(spec: &'a Value, id: &'a ObjectId) -> impl Iterator<Item = Self> + 'a {
        let kinds = GATES.iter().filter(|gate| !spec[**gate].is_null());
        kinds
            .filter(|gate| **gate != "plugin" || !wakes_up(&spec["plugin"]))
            .map(|gate| match *gate {
                ASKED => Self::asked(spec[ASKED]["address"].as_str().unwrap_or_default()),
                gate if BY_ADDRESS.contains(&gate) => Self::by_address(),
                gate => Self::named(gate, &id.to_string()),
            })
    }

    fn asked(address: &str) -> Self {
        let (server, query) = address.split_once('?').unwrap_or((address, ""));
        let mut gate = Self::named(ASKED, server);
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, values) = parameter.split_once('=').unwrap_or((parameter, ""));
            let values = values.split(',').map(str::to_owned).collect();
            gate.parameters.insert(name.to_owned(), values);
        }
        gate
    }

    pub(in crate::effect) fn is_by_address(&self) -> bool {
        BY_ADDRESS.contains(&self.kind.as_str())
    }

    /// Says whether a gate turns away all that another one does: the same one, perhaps for fewer groups.
    fn is_as_tight_as(&self, other: &Self) -> bool {
        let narrower = |(name, allowed): (&String, &BTreeSet<String>)| {
            let own = self.parameters.get(name);
            own.is_some_and(|own| own.is_subset(allowed))
        };
        self.kind == other.kind && self.name == other.name && other.parameters.iter().all(narrower)
    }
}

/// Says whether any gate is lost, or lets more people pass.
pub(in crate::effect) fn loses(before: &BTreeSet<Gate>, after: &BTreeSet<Gate>) -> bool {
    let kept = |gate: &Gate| after.iter().any(|other| other.is_as_tight_as(gate));
    !before.iter().all(kept)
}

/// A plugin that wakes pods up turns nobody away.
fn wakes_up(plugin: &Value) -> bool {
    let mut plugins = plugin.as_object().into_iter().flatten();
    plugins.all(|(_, settings)| !settings["sablierUrl"].is_null())
}
