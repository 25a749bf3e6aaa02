//! What must hold across all objects: names that Kubernetes accepts, no two objects called the same, no route and no place of data
//! claimed twice.

use std::collections::{BTreeMap, BTreeSet};

use steading_model::application::RouteTls;
use steading_model::{Code, Diagnostic, GroupKind, Object, ObjectId, Report, Span};

use crate::application::Compiled;
use crate::codes::{
    DATA_COLLISION, NAME_COLLISION, NAME_TOO_LONG, PORT_CLAIMED, ROUTE_COLLISION, WHOLE_HOST,
};
use crate::gateway;

/// Checks the names of an application's objects, and orders them by what they are called.
pub(crate) fn ordered(mut objects: Vec<Object>, report: &mut Report) -> Vec<Object> {
    objects.sort_by(|one, other| {
        one.id
            .cmp(&other.id)
            .then_with(|| one.span.cmp(&other.span))
    });
    for object in &objects {
        report_length(object, report);
    }
    for pair in objects.windows(2).filter(|pair| pair[0].id == pair[1].id) {
        if !is_named_by_route(&pair[0].id) {
            report.push(collision(&pair[0].id, pair[0].span, pair[1].span));
        }
    }
    objects.dedup_by(|second, first| second.id == first.id);
    objects
}

/// Checks what applications could take from each other.
pub(crate) fn across(compiled: &[Compiled], report: &mut Report) {
    names(compiled, report);
    routes(compiled, report);
    whole_hosts(compiled, report);
    gateway::across(compiled, report);
    data(compiled, report);
    ports(compiled, report);
}

/// These are named by host and path, which have a finding of their own.
fn is_named_by_route(id: &ObjectId) -> bool {
    [
        "traefik.io",
        "gateway.networking.k8s.io",
        "gateway.envoyproxy.io",
    ]
    .contains(&id.kind.group.as_str())
}

fn longest(kind: &GroupKind) -> usize {
    match kind.kind.as_str() {
        "CronJob" | "StatefulSet" => 52,
        "Namespace" | "Service" | "Deployment" | "DaemonSet" | "Job" => 63,
        _ => 253,
    }
}

fn report_length(object: &Object, report: &mut Report) {
    let ObjectId { kind, name, .. } = &object.id;
    let (length, longest) = (name.len(), longest(kind));
    if length > longest {
        let message = format!(
            "the name of the {} is too long ({length} characters, at most {longest}): `{name}`",
            kind.kind
        );
        let help = "shorten the name of the application, component or job that it is made of";
        report.push(
            Diagnostic::error(NAME_TOO_LONG, message)
                .at(object.span)
                .help(help),
        );
    }
}

fn collision(id: &ObjectId, first: Option<Span>, second: Option<Span>) -> Diagnostic {
    let message = format!("two declarations give an object of the same name: {id}");
    let finding = Diagnostic::error(NAME_COLLISION, message)
        .at(second)
        .help("rename one of them");
    with_label(finding, first, "the other is declared here")
}

fn with_label(finding: Diagnostic, span: Option<Span>, text: &str) -> Diagnostic {
    match span {
        Some(span) if finding.span != Some(span) => finding.label(span, text),
        _ => finding,
    }
}

/// One finding for each pair of applications.
///
/// Two applications in one namespace both give that namespace, so beside it only what lies outside of an application's own namespace
/// can meet anything: with its like, or with what the application of that namespace has.
fn names(compiled: &[Compiled], report: &mut Report) {
    let mut homes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (at, one) in compiled.iter().enumerate() {
        homes
            .entry((&one.cluster, one.desired.namespace.as_str()))
            .or_insert(at);
    }
    let mut taken: BTreeMap<(&str, &ObjectId), (usize, Option<Span>)> = BTreeMap::new();
    let mut reported = BTreeSet::new();
    for (at, one) in compiled.iter().enumerate() {
        for object in outside(one) {
            let namespace = object.id.namespace.as_deref().unwrap_or_default();
            let home = homes.get(&(one.cluster.as_str(), namespace));
            let resident =
                home.and_then(|home| Some((*home, named(&compiled[*home], &object.id)?.span)));
            let earlier = taken
                .insert((&one.cluster, &object.id), (at, object.span))
                .or(resident);
            let Some((other, span)) = earlier else {
                continue;
            };
            if reported.insert((other.min(at), other.max(at))) {
                report.push(shared_name((&compiled[other], span), (one, object)));
            }
        }
    }
}

/// Returns the objects of an application that are not in its own namespace.
fn outside(one: &Compiled) -> impl Iterator<Item = &Object> {
    let own = one.desired.namespace.as_str();
    one.desired
        .objects
        .iter()
        .filter(move |object| object.id.namespace.as_deref() != Some(own))
}

fn named<'a>(one: &'a Compiled, id: &ObjectId) -> Option<&'a Object> {
    let objects = &one.desired.objects;
    let at = objects.binary_search_by(|object| object.id.cmp(id)).ok()?;
    objects.get(at)
}

fn shared_name(
    (other, span): (&Compiled, Option<Span>),
    (one, object): (&Compiled, &Object),
) -> Diagnostic {
    let (first, second) = (other.desired.title(), one.desired.title());
    let message = format!("`{first}` and `{second}` both give {}", object.id);
    let help = if one.desired.namespace == other.desired.namespace {
        "let `naming.namespace` of the estate hold `{application}` and `{environment}`, or rename one of them"
    } else {
        "rename one of them"
    };
    let finding = Diagnostic::error(NAME_COLLISION, message)
        .at(object.span)
        .help(help);
    with_label(finding, span, "the other comes from here")
}

fn routes(compiled: &[Compiled], report: &mut Report) {
    let claims = compiled.iter().flat_map(|one| {
        one.routes
            .iter()
            .map(|(place, span)| (place.as_str(), one.desired.title(), *span))
    });
    let told = |place: &str, first: &str, second: &str| {
        if first == second {
            format!("`{first}` claims {place} twice")
        } else {
            format!("`{first}` and `{second}` both claim {place}")
        }
    };
    unique(
        ROUTE_COLLISION,
        claims,
        told,
        "give one of them another host or path",
        report,
    );
}

/// A port of an address belongs to one listener.
fn ports(compiled: &[Compiled], report: &mut Report) {
    let claims = compiled.iter().flat_map(|one| {
        let title = one.desired.title();
        let ports = one.ports.iter();
        ports.map(move |(claim, span)| (claim.as_str(), title.clone(), *span))
    });
    let told = |claim: &str, first: &str, second: &str| {
        if first == second {
            format!("`{first}` listens twice on {claim}")
        } else {
            format!("`{first}` and `{second}` both listen on {claim}")
        }
    };
    let help = "give one of them another port, or an address of its own (`address: own`)";
    let mut found = Report::default();
    unique(PORT_CLAIMED, claims, told, help, &mut found);
    // Two listeners meet once, however many ports and transports they share.
    let mut said = BTreeSet::new();
    report.extend(found.map(|finding| {
        let other = finding.labels.first().map(|label| label.span);
        said.insert((finding.span, other)).then_some(finding)
    }));
}

/// A host that one application passes through belongs to it as a whole.
fn whole_hosts(compiled: &[Compiled], report: &mut Report) {
    let hosts = || {
        compiled.iter().enumerate().flat_map(|(at, one)| {
            let hosts = one.hosts.iter();
            hosts.map(move |(host, tls, span)| (at, host.as_str(), *tls, *span))
        })
    };
    let passed: BTreeMap<&str, (usize, Span)> = hosts()
        .filter(|(_, _, tls, _)| *tls == RouteTls::Passthrough)
        .map(|(at, host, _, span)| (host, (at, span)))
        .collect();
    let mut reported = BTreeSet::new();
    for (at, host, tls, span) in hosts() {
        let Some((owner, whole)) = passed.get(host) else {
            continue;
        };
        let opened = tls == RouteTls::Terminate && *owner != at;
        if opened && reported.insert((at, host)) {
            let (first, second) = (
                compiled[*owner].desired.title(),
                compiled[at].desired.title(),
            );
            let message = format!(
                "`{first}` passes all connections to {host} through, so `{second}` never answers there"
            );
            let finding = Diagnostic::error(WHOLE_HOST, message)
                .at(span)
                .help("give one of them another host, or remove `tls: passthrough`");
            report.push(with_label(finding, Some(*whole), "passed through here"));
        }
    }
}

fn data(compiled: &[Compiled], report: &mut Report) {
    let claims = compiled.iter().flat_map(|one| {
        one.places
            .iter()
            .map(|(place, span)| (place.as_str(), one.desired.title(), *span))
    });
    let told = |place: &str, first: &str, second: &str| {
        format!("volumes of `{first}` and `{second}` have the same place: {place}")
    };
    let help = "rename one of them, or let `naming.hostData` of the estate tell them apart";
    unique(DATA_COLLISION, claims, told, help, report);
}

fn unique<'a>(
    code: Code,
    claims: impl Iterator<Item = (&'a str, String, Span)>,
    told: impl Fn(&str, &str, &str) -> String,
    help: &'static str,
    report: &mut Report,
) {
    let mut taken: BTreeMap<&str, (String, Span)> = BTreeMap::new();
    for (place, title, span) in claims {
        match taken.get(place) {
            None => drop(taken.insert(place, (title, span))),
            Some((first, earlier)) => {
                let finding = Diagnostic::error(code, told(place, first, &title))
                    .at(span)
                    .help(help);
                report.push(with_label(
                    finding,
                    Some(*earlier),
                    "the other is declared here",
                ));
            }
        }
    }
}
