//! Routes that become public or lose a gate.
//!
//! A gate is a middleware that turns people away: an allow-list of addresses or a login. What a middleware is stands in its object; one
//! that is nowhere to be found counts as a gate, because nobody can say that it was none.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use steading_model::{GroupKind, Object, ObjectId};

use super::network_policy::covers_all;
use crate::survey::{Case, Survey};

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
const BY_ADDRESS: [&str; 2] = ["ipAllowList", "ipWhiteList"];
/// How deep chains of middlewares are followed.
pub(super) const DEEPEST: usize = 8;

/// Says whether a route or middleware opens something that the live one does not.
pub(super) fn opens(
    survey: &Survey<'_>,
    case: &Case<'_>,
    object: &Object,
    live: Option<&Value>,
) -> bool {
    let kind = &object.id.kind;
    if kind.group != "traefik.io" {
        return false;
    }
    match kind.kind.as_str() {
        "IngressRoute" => route(survey, case, object, live),
        "IngressRouteTCP" | "IngressRouteUDP" => live.is_none(),
        "Middleware" => live.is_some_and(|live| middleware(&object.json, live)),
        _ => false,
    }
}

/// Says whether a middleware turns away fewer than before.
fn middleware(desired: &Value, live: &Value) -> bool {
    let (before, after) = (&live["spec"], &desired["spec"]);
    GATES
        .iter()
        .any(|gate| !before[gate].is_null() && after[gate].is_null())
        || BY_ADDRESS.iter().any(|gate| {
            !covers_all(&ranges(&before[gate]), &ranges(&after[gate])) && !before[gate].is_null()
        })
}

fn ranges(gate: &Value) -> BTreeSet<String> {
    let ranges = gate["sourceRange"].as_array().into_iter().flatten();
    ranges
        .filter_map(|range| range.as_str().map(str::to_owned))
        .collect()
}

fn route(survey: &Survey<'_>, case: &Case<'_>, object: &Object, live: Option<&Value>) -> bool {
    let after = gates_by_match(&object.json, &Lookup::desired(survey, case));
    let before = live
        .map(|live| gates_by_match(live, &Lookup::live(survey)))
        .unwrap_or_default();
    after.iter().any(|(rule, gates)| match before.get(rule) {
        Some(before) => !before.is_subset(gates),
        None => !gates.iter().any(Gate::is_by_address),
    })
}

/// A gate of a route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gate {
    kind: String,
    name: String,
}

impl Gate {
    /// A login that is none of Traefik's middlewares.
    pub(super) fn login(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            name: String::new(),
        }
    }

    /// An allow-list of addresses.
    pub(super) fn by_address() -> Self {
        Self::login(BY_ADDRESS[0])
    }

    pub(super) fn is_by_address(&self) -> bool {
        BY_ADDRESS.contains(&self.kind.as_str())
    }
}

/// Returns the gates of each rule of a route.
fn gates_by_match<'r>(route: &'r Value, lookup: &Lookup<'_>) -> BTreeMap<&'r str, BTreeSet<Gate>> {
    let namespace = route["metadata"]["namespace"].as_str().unwrap_or_default();
    let rules = route["spec"]["routes"].as_array().into_iter().flatten();
    rules
        .map(|rule| {
            let mut gates = BTreeSet::new();
            lookup.collect(&rule["middlewares"], namespace, &mut gates, DEEPEST);
            (rule["match"].as_str().unwrap_or_default(), gates)
        })
        .collect()
}

/// Where middlewares are looked up.
pub(super) struct Lookup<'a> {
    survey: &'a Survey<'a>,
    case: Option<&'a Case<'a>>,
}

impl<'a> Lookup<'a> {
    /// As they will be.
    pub(super) fn desired(survey: &'a Survey<'a>, case: &'a Case<'a>) -> Self {
        Self {
            survey,
            case: Some(case),
        }
    }

    /// As they are.
    pub(super) fn live(survey: &'a Survey<'a>) -> Self {
        Self { survey, case: None }
    }

    /// Adds the gates that middlewares are.
    pub(super) fn collect(
        &self,
        references: &Value,
        namespace: &str,
        gates: &mut BTreeSet<Gate>,
        depth: usize,
    ) {
        for reference in references.as_array().into_iter().flatten() {
            let id = ObjectId {
                kind: GroupKind::new("traefik.io", "Middleware"),
                namespace: Some(
                    reference["namespace"]
                        .as_str()
                        .unwrap_or(namespace)
                        .to_owned(),
                ),
                name: reference["name"].as_str().unwrap_or_default().to_owned(),
            };
            match self.find(&id) {
                None => {
                    gates.insert(Gate {
                        kind: "unknown".to_owned(),
                        name: id.to_string(),
                    });
                }
                Some(middleware) => self.one(&middleware["spec"], &id, gates, depth),
            }
        }
    }

    fn one(&self, spec: &Value, id: &ObjectId, gates: &mut BTreeSet<Gate>, depth: usize) {
        let kinds = GATES.iter().filter(|gate| !spec[**gate].is_null());
        gates.extend(kinds.map(|gate| Gate {
            kind: (*gate).to_owned(),
            name: if BY_ADDRESS.contains(gate) {
                String::new()
            } else {
                id.to_string()
            },
        }));
        if depth > 0 {
            let namespace = id.namespace.as_deref().unwrap_or_default();
            self.collect(&spec["chain"]["middlewares"], namespace, gates, depth - 1);
        }
    }

    fn find(&self, id: &ObjectId) -> Option<Value> {
        let desired = self.case.and_then(|case| {
            let mut objects = case.desired.objects.iter();
            objects
                .find(|object| object.id == *id)
                .or_else(|| {
                    let other = self.survey.claimed.get(id)?;
                    let objects = &self.survey.cases[*other].desired.objects;
                    objects.iter().find(|object| object.id == *id)
                })
                .map(|object| object.json.clone())
        });
        desired.or_else(|| self.survey.observed.objects.get(id).map(crate::Live::parse))
    }
}
