//! Routes of Gateway API that become public or lose a gate, and policies that turn away fewer.
//!
//! Which Gateway is private only the estate knows: a route says it of itself in an annotation. A gate is a policy of Envoy Gateway that
//! targets the route, or a middleware of Traefik that the route names; a policy that nobody knows is none, because a route without it is
//! open.

use std::collections::BTreeSet;

use serde_json::Value;
use steading_model::{Desired, GroupKind, Object, ObjectId};

use super::network_policy::covers_all;
use super::route::{DEEPEST, Gate, Lookup, loses};
use crate::survey::{Case, Survey};

/// The group of the standard.
const GROUP: &str = "gateway.networking.k8s.io";
/// The group of Envoy Gateway.
const ENVOY: &str = "gateway.envoyproxy.io";
/// The kinds of routes.
pub(super) const ROUTES: [&str; 5] = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"];
/// What of a `SecurityPolicy` asks who somebody is.
const LOGINS: [&str; 5] = ["extAuth", "apiKeyAuth", "basicAuth", "jwt", "oidc"];
/// On a route: who can reach it at all.
const ANNOTATION_VISIBILITY: &str = "steading.dev/visibility";

/// Says whether an object opens something that the live one does not.
pub(super) fn opens(
    survey: &Survey<'_>,
    case: &Case<'_>,
    object: &Object,
    live: Option<&Value>,
) -> bool {
    let kind = &object.id.kind;
    match (kind.group.as_str(), kind.kind.as_str()) {
        (GROUP, kind) if ROUTES.contains(&kind) => {
            route(survey, case, object, live) || is_carved_out(survey, case, object, live)
        }
        (ENVOY, "SecurityPolicy") => live.is_some_and(|live| policy(&object.json, live)),
        _ => false,
    }
}

/// Says whether a route stays that no policy guards once this one is gone.
pub(super) fn leaves_open(survey: &Survey<'_>, case: &Case<'_>, id: &ObjectId) -> bool {
    let live = survey.observed.objects.get(id);
    let Some(live) = live.filter(|_| id.kind.is(ENVOY, "SecurityPolicy")) else {
        return false;
    };
    let policy = live.parse();
    let routes = case.desired.objects.iter();
    let mut routes = routes.filter(|object| is_route(&object.id.kind));
    routes.any(|route| targets(&policy, &route.json) && !is_targeted(case.desired, route))
}

fn is_route(kind: &GroupKind) -> bool {
    kind.group == GROUP && ROUTES.contains(&kind.kind.as_str())
}

fn is_targeted(desired: &Desired, route: &Object) -> bool {
    let mut objects = desired.objects.iter();
    objects.any(|object| {
        object.id.kind.is(ENVOY, "SecurityPolicy") && targets(&object.json, &route.json)
    })
}

fn route(survey: &Survey<'_>, case: &Case<'_>, object: &Object, live: Option<&Value>) -> bool {
    let desired = &object.json;
    let after_gates = Around::desired(survey, case).gates(desired);
    let is_closed = is_private(desired) || after_gates.iter().any(Gate::is_by_address);
    let Some(live) = live else { return !is_closed };
    let before_gates = Around::live(survey).gates(live);
    let is_moved = !parents(desired).is_subset(&parents(live));
    let is_wider = !matches(desired).is_subset(&matches(live));
    (is_private(live) && !is_private(desired))
        || ((is_moved || is_wider) && !is_closed)
        || loses(&before_gates, &after_gates)
}

/// Says whether a route answers what another one answers now, past more gates: a path is carved out of a protected host.
fn is_carved_out(
    survey: &Survey<'_>,
    case: &Case<'_>,
    object: &Object,
    live: Option<&Value>,
) -> bool {
    let mut new = places(&object.json);
    let known = live.map(places).unwrap_or_default();
    new.retain(|place| !known.contains(place));
    if new.is_empty() {
        return false;
    }
    let others = survey.observed.objects.iter();
    let others = others.filter(|(id, _)| is_route(&id.kind) && **id != object.id);
    let near =
        others.filter(|(_, live)| new.iter().any(|(host, _)| live.json.get().contains(host)));
    let others: Vec<Value> = near.map(|(_, live)| live.parse()).collect();
    let gates = Around::desired(survey, case).gates(&object.json);
    new.iter().any(|place| {
        answering(others.iter(), place)
            .is_some_and(|other| loses(&Around::live(survey).gates(other), &gates))
    })
}

/// Says whether what a route answered is answered past fewer gates once it is gone.
pub(super) fn opens_by_leaving(survey: &Survey<'_>, id: &ObjectId) -> bool {
    let Some(live) = survey
        .observed
        .objects
        .get(id)
        .filter(|_| is_route(&id.kind))
    else {
        return false;
    };
    let live = live.parse();
    let gates = Around::live(survey).gates(&live);
    let left = survey.cases.iter().flat_map(|case| {
        let objects = case.desired.objects.iter();
        let routes = objects.filter(|object| is_route(&object.id.kind));
        routes.map(move |object| (case, &object.json))
    });
    let left: Vec<(&Case<'_>, &Value)> = left.collect();
    places(&live).iter().any(|place| {
        let wider = answering(left.iter().map(|(_, route)| *route), place);
        let mut left = left.iter();
        let wider = wider.and_then(|wider| left.find(|(_, route)| std::ptr::eq(*route, wider)));
        wider
            .is_some_and(|(case, route)| loses(&gates, &Around::desired(survey, case).gates(route)))
    })
}

/// Returns the route that answers a path of a host: the one with the longest path.
fn answering<'v>(
    routes: impl Iterator<Item = &'v Value>,
    (host, path): &(String, String),
) -> Option<&'v Value> {
    let covering = routes.filter_map(|route| {
        let places = places(route);
        let above = places
            .iter()
            .filter(|(other, above)| other == host && covers(above, path));
        let longest = above.map(|(_, above)| above.len()).max()?;
        Some((longest, route))
    });
    covering
        .max_by_key(|(longest, _)| *longest)
        .map(|(_, route)| route)
}

/// Says whether a path is another one, or below it.
fn covers(above: &str, path: &str) -> bool {
    let rest = path.strip_prefix(above.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns the hosts of a route with its paths.
fn places(route: &Value) -> Vec<(String, String)> {
    let spec = &route["spec"];
    let paths = list(&spec["rules"]).flat_map(|rule| match rule["matches"].as_array() {
        Some(matches) => matches
            .iter()
            .map(|one| one["path"]["value"].as_str().unwrap_or("/"))
            .collect(),
        None => vec!["/"],
    });
    let paths: Vec<&str> = paths.collect();
    let hosts = list(&spec["hostnames"]).filter_map(Value::as_str);
    let places = hosts.flat_map(|host| {
        let paths = paths.iter();
        paths.map(move |path| (host.to_owned(), (*path).to_owned()))
    });
    places.collect()
}

fn is_private(route: &Value) -> bool {
    route["metadata"]["annotations"][ANNOTATION_VISIBILITY] == "private"
}

/// Returns the Gateways that a route asks for.
fn parents(route: &Value) -> BTreeSet<String> {
    let own = route["metadata"]["namespace"].as_str().unwrap_or_default();
    list(&route["spec"]["parentRefs"])
        .map(|parent| {
            let text = |key: &str, usual| parent[key].as_str().unwrap_or(usual).to_owned();
            let (kind, namespace) = (text("kind", "Gateway"), text("namespace", own));
            format!(
                "{kind} {namespace}/{} {}",
                text("name", ""),
                text("sectionName", "")
            )
        })
        .collect()
}

/// Returns what a route takes, host by host.
fn matches(route: &Value) -> BTreeSet<String> {
    let spec = &route["spec"];
    let hosts: Vec<&str> = list(&spec["hostnames"]).filter_map(Value::as_str).collect();
    let hosts = if hosts.is_empty() { vec!["*"] } else { hosts };
    let rules = list(&spec["rules"]).flat_map(|rule| match rule["matches"].as_array() {
        Some(matches) => matches.iter().map(Value::to_string).collect(),
        None => vec![String::new()],
    });
    let rules: BTreeSet<String> = rules.collect();
    let pairs = hosts
        .iter()
        .flat_map(|host| rules.iter().map(move |rule| format!("{host} {rule}")));
    pairs.collect()
}

/// Says whether a policy turns away fewer than before.
fn policy(desired: &Value, live: &Value) -> bool {
    let (before, after) = (&live["spec"], &desired["spec"]);
    let lost = |login: &str| !before[login].is_null() && after[login].is_null();
    let fails_open = |spec: &Value| spec["extAuth"]["failOpen"] == true;
    let (was_allowed, allowed) = (allowed(before), allowed(after));
    let is_wider = match (was_allowed, allowed) {
        (Some(before), Some(after)) => !covers_all(&before, &after),
        (Some(_), None) => true,
        (None, _) => false,
    };
    // Who may pass is part of the path that the login is asked for.
    let asked = |spec: &Value| {
        [
            &spec["extAuth"]["http"]["path"],
            &spec["extAuth"]["http"]["backendRefs"],
            &spec["extAuth"]["grpc"],
        ]
        .map(Value::clone)
    };
    let is_other_login = !before["extAuth"].is_null() && asked(before) != asked(after);
    LOGINS.into_iter().any(lost)
        || is_other_login
        || (fails_open(after) && !fails_open(before))
        || is_wider
        || targeted(live).any(|target| !targeted(desired).any(|kept| kept == target))
}

/// Returns the only ranges that a policy lets in; none where it lets others in too.
fn allowed(spec: &Value) -> Option<BTreeSet<String>> {
    let authorization = spec.get("authorization")?;
    if authorization["defaultAction"] == "Allow" {
        return None;
    }
    let rules = list(&authorization["rules"]).filter(|rule| rule["action"] == "Allow");
    let ranges = rules.map(|rule| {
        let ranges = rule["principal"]["clientCIDRs"].as_array()?;
        Some(
            ranges
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        )
    });
    let ranges: Option<Vec<Vec<String>>> = ranges.collect();
    Some(ranges?.into_iter().flatten().collect())
}

/// Says whether a policy is for a route.
fn targets(policy: &Value, route: &Value) -> bool {
    let is_near = policy["metadata"]["namespace"] == route["metadata"]["namespace"];
    is_near
        && targeted(policy).any(|target| {
            target["kind"] == route["kind"] && target["name"] == route["metadata"]["name"]
        })
}

fn targeted(policy: &Value) -> impl Iterator<Item = &Value> {
    let one = policy["spec"].get("targetRef");
    list(&policy["spec"]["targetRefs"]).chain(one)
}

fn list(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// Where the gates of a route are looked up.
struct Around<'a> {
    survey: &'a Survey<'a>,
    case: Option<&'a Case<'a>>,
}

impl<'a> Around<'a> {
    fn desired(survey: &'a Survey<'a>, case: &'a Case<'a>) -> Self {
        Self {
            survey,
            case: Some(case),
        }
    }

    fn live(survey: &'a Survey<'a>) -> Self {
        Self { survey, case: None }
    }

    /// Returns the gates that every request of a route passes.
    fn gates(&self, route: &Value) -> BTreeSet<Gate> {
        let mut gates = self.middlewares(route);
        for policy in self
            .policies()
            .iter()
            .filter(|policy| targets(policy, route))
        {
            gates.extend(of_policy(&policy["spec"]));
        }
        gates
    }

    fn middlewares(&self, route: &Value) -> BTreeSet<Gate> {
        let lookup = match self.case {
            Some(case) => Lookup::desired(self.survey, case),
            None => Lookup::live(self.survey),
        };
        let namespace = route["metadata"]["namespace"].as_str().unwrap_or_default();
        let of_rule = |rule: &Value| {
            let named = list(&rule["filters"]).filter_map(|filter| filter.get("extensionRef"));
            let named = named.filter(|named| named["kind"] == "Middleware").cloned();
            let mut gates = BTreeSet::new();
            lookup.collect(&named.collect(), namespace, &mut gates, DEEPEST);
            gates
        };
        let rules = list(&route["spec"]["rules"]).map(of_rule);
        rules.reduce(|one, other| &one & &other).unwrap_or_default()
    }

    fn policies(&self) -> Vec<Value> {
        let is_policy = |id: &ObjectId| id.kind.is(ENVOY, "SecurityPolicy");
        let Some(case) = self.case else {
            let live = self.survey.observed.objects.iter();
            let live = live.filter(|(id, _)| is_policy(id));
            return live.map(|(_, live)| live.parse()).collect();
        };
        let desired = case.desired.objects.iter();
        let desired = desired.filter(|object| is_policy(&object.id));
        desired.map(|object| object.json.clone()).collect()
    }
}

fn of_policy(spec: &Value) -> Vec<Gate> {
    let logins = LOGINS.iter().filter(|login| !spec[**login].is_null());
    let by_address = allowed(spec).filter(|ranges| !ranges.is_empty());
    let logins = logins.map(|login| Gate::login(login));
    logins
        .chain(by_address.map(|_| Gate::by_address()))
        .collect()
}
