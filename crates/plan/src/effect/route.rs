//! Routes that become public or lose a gate.
//!
//! A gate is a middleware that turns people away: an allow-list of addresses, a login, the check of a token. What a middleware is stands
//! in its object. A request has lost a gate too where another rule answers it than before: a path is carved out of a protected host, or
//! the route that protected a path goes and a wider one answers instead.

mod gate;
mod lookup;
mod rule;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use steading_model::{GroupKind, Object, ObjectId};

pub(super) use gate::{Gate, loses};
pub(super) use lookup::Lookup;

use self::gate::BY_ADDRESS;
use self::rule::Place;
use super::network_policy::covers_all;
use crate::observed::Live;
use crate::survey::{Case, Survey};

/// How deep chains of middlewares are followed.
pub(super) const DEEPEST: usize = 8;
/// Traefik's API.
const TRAEFIK: &str = "traefik.io";

/// Says whether a route or middleware opens something that the live one does not.
pub(super) fn opens(
    survey: &Survey<'_>,
    case: &Case<'_>,
    object: &Object,
    live: Option<&Value>,
) -> bool {
    let kind = &object.id.kind;
    if kind.group != TRAEFIK {
        return false;
    }
    match kind.kind.as_str() {
        "IngressRoute" | "IngressRouteTCP" => route(survey, case, object, live),
        "IngressRouteUDP" => live.is_none(),
        "Middleware" | "MiddlewareTCP" => {
            live.is_some_and(|live| middleware(&object.json, live, &object.id))
        }
        _ => false,
    }
}

/// Says whether requests that a route answered are answered by one with fewer gates once it is gone.
pub(super) fn opens_by_leaving(survey: &Survey<'_>, case: &Case<'_>, id: &ObjectId) -> bool {
    if id.kind.group != TRAEFIK || id.kind.kind != "IngressRoute" {
        return false;
    }
    let Some(live) = survey.observed.objects.get(id).map(Live::parse) else {
        return false;
    };
    let before = gates_by_match(&live, &Lookup::live(survey));
    before
        .iter()
        .any(|(rule, gates)| leaves_open(survey, case, rule, gates))
}

/// Says whether a middleware turns away fewer than before.
fn middleware(desired: &Value, live: &Value, id: &ObjectId) -> bool {
    let (before, after) = (&live["spec"], &desired["spec"]);
    let wider = |gate: &&str| {
        !before[gate].is_null() && !covers_all(&ranges(&before[gate]), &ranges(&after[gate]))
    };
    let (old, new) = (
        Gate::all(before, id).collect(),
        Gate::all(after, id).collect(),
    );
    loses(&old, &new) || BY_ADDRESS.iter().any(wider)
}

fn ranges(gate: &Value) -> BTreeSet<String> {
    let ranges = gate["sourceRange"].as_array().into_iter().flatten();
    ranges
        .filter_map(|range| range.as_str().map(str::to_owned))
        .collect()
}

fn route(survey: &Survey<'_>, case: &Case<'_>, object: &Object, live: Option<&Value>) -> bool {
    let kind = &object.id.kind;
    let desired = Lookup::desired(survey, case).for_route(kind);
    let after = gates_by_match(&object.json, &desired);
    let before = live
        .map(|live| gates_by_match(live, &Lookup::live(survey).for_route(kind)))
        .unwrap_or_default();
    let opened = after.iter().any(|(rule, gates)| match before.get(rule) {
        Some(before) => loses(before, gates),
        None => is_carved_out(survey, rule, gates),
    });
    let mut gone = before.iter().filter(|(rule, _)| !after.contains_key(*rule));
    opened || gone.any(|(rule, gates)| leaves_open(survey, case, rule, gates))
}

/// Says whether a rule that was not there takes requests past fewer gates than the rule that answers them now; where none does, whether
/// everyone can reach it.
fn is_carved_out(survey: &Survey<'_>, rule: &str, gates: &BTreeSet<Gate>) -> bool {
    let is_public = !gates.iter().any(Gate::is_by_address);
    let Some(place) = Place::parse(rule) else {
        return is_public;
    };
    let lookup = Lookup::live(survey);
    let mut answering: Option<(usize, BTreeSet<Gate>)> = None;
    for live in live_routes(survey, place.host) {
        nearest(&live.parse(), place, &lookup, &mut answering);
    }
    match answering {
        Some((_, before)) => loses(&before, gates),
        None => is_public,
    }
}

/// Returns the live routes that name a host; there may be thousands of others, which are not parsed.
fn live_routes<'a>(survey: &'a Survey<'_>, host: &'a str) -> impl Iterator<Item = &'a Live> {
    let first = ObjectId {
        kind: GroupKind::new(TRAEFIK, "IngressRoute"),
        namespace: None,
        name: String::new(),
    };
    let kind = first.kind.clone();
    let routes = survey.observed.objects.range(first..);
    routes
        .take_while(move |(id, _)| id.kind == kind)
        .map(|(_, live)| live)
        .filter(move |live| live.json.get().contains(host))
}

/// Says whether requests to a rule that goes are answered by one with fewer gates.
fn leaves_open(survey: &Survey<'_>, case: &Case<'_>, rule: &str, gates: &BTreeSet<Gate>) -> bool {
    let Some(place) = Place::parse(rule) else {
        return false;
    };
    let lookup = Lookup::desired(survey, case);
    let objects = survey.cases.iter().flat_map(|case| &case.desired.objects);
    let routes = objects.filter(|object| object.id.kind.kind == "IngressRoute");
    let mut answering: Option<(usize, BTreeSet<Gate>)> = None;
    for route in routes {
        nearest(&route.json, place, &lookup, &mut answering);
    }
    answering.is_some_and(|(_, after)| loses(gates, &after))
}

/// Keeps the gates of the rule with the longest path of those that answer at a place.
fn nearest(
    route: &Value,
    place: Place<'_>,
    lookup: &Lookup<'_>,
    found: &mut Option<(usize, BTreeSet<Gate>)>,
) {
    let rules = route["spec"]["routes"].as_array().into_iter().flatten();
    for rule in rules {
        let own = rule["match"].as_str().and_then(Place::parse);
        let Some(own) = own.filter(|own| own.covers(place)) else {
            continue;
        };
        let length = own.path.len();
        if found.as_ref().is_none_or(|(longest, _)| *longest < length) {
            *found = Some((length, gates_of(route, rule, lookup)));
        }
    }
}

/// Returns the gates of each rule of a route.
fn gates_by_match<'r>(route: &'r Value, lookup: &Lookup<'_>) -> BTreeMap<&'r str, BTreeSet<Gate>> {
    let rules = route["spec"]["routes"].as_array().into_iter().flatten();
    rules
        .map(|rule| {
            let gates = gates_of(route, rule, lookup);
            (rule["match"].as_str().unwrap_or_default(), gates)
        })
        .collect()
}

fn gates_of(route: &Value, rule: &Value, lookup: &Lookup<'_>) -> BTreeSet<Gate> {
    let namespace = route["metadata"]["namespace"].as_str().unwrap_or_default();
    let mut gates = BTreeSet::new();
    lookup.collect(&rule["middlewares"], namespace, &mut gates, DEEPEST);
    gates
}
