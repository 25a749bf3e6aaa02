//! Volumes that several containers see: one declares it, the others refer to it.

use std::collections::BTreeMap;

use super::super::codes::UNKNOWN_VOLUME;
use super::super::layers::{empty, insert};
use crate::application::VolumeRef;
use crate::diagnostic::{Diagnostic, Report};
use crate::node::{Entry, Node, Value};
use crate::read::nearest;
use crate::source::Span;

/// What a volume says of itself; a mount of another's says none but the last.
const OWN: [&str; 4] = ["size", "path", "existingClaim", "volume"];
/// Why it is where it is: it goes with the place.
const REASON: &str = "why";
/// What belongs to the mount, and so to a reference too.
const MOUNT: [&str; 3] = ["mountPath", "subPath", "readOnly"];
/// The name of the volume of the short form.
const SHORT: &str = "data";

/// Returns `storage` or `volumes` of a container as references to it.
pub(super) fn references(entry: &Entry, owner: &str, at: Span) -> Node {
    if entry.key == "storage" {
        return reference(&entry.value, &format!("{owner}/{SHORT}"), at);
    }
    if entry.value.as_mapping().is_none() {
        return entry.value.clone();
    }
    let mut all = empty(&entry.value);
    for volume in entry.value.entries() {
        let node = reference(&volume.value, &format!("{owner}/{}", volume.key), at);
        insert(&mut all, volume, node);
    }
    all
}

fn reference(volume: &Node, name: &str, at: Span) -> Node {
    if volume.get("volume").is_some() || volume.as_mapping().is_none() {
        return volume.clone();
    }
    let mut node = empty(volume);
    let mount = |entry: &&Entry| MOUNT.contains(&entry.key.as_str());
    for entry in volume.entries().iter().filter(mount) {
        insert(&mut node, entry, entry.value.clone());
    }
    insert(&mut node, &key("volume", at), Node::text(name, at));
    node
}

/// Takes away from what a container starts from where its volumes are, if it says so itself.
pub(super) fn replaced(start: &mut Node, own: &Node) {
    if let (Some(own), Some(storage)) = (own.get("storage"), start.get_mut("storage")) {
        replaced_one(storage, own);
    }
    let volumes = own.get("volumes").map(Node::entries).unwrap_or_default();
    for volume in volumes {
        let inherited = start.get_mut("volumes");
        if let Some(inherited) = inherited.and_then(|all| all.get_mut(&volume.key)) {
            replaced_one(inherited, &volume.value);
        }
    }
}

fn replaced_one(inherited: &mut Node, own: &Node) {
    let anew = OWN.iter().any(|key| own.get(key).is_some());
    if let Value::Mapping(mapping) = &mut inherited.value
        && anew
    {
        for key in OWN.into_iter().chain([REASON]) {
            mapping.remove(key);
        }
    }
}

/// A volume that several components have from the top level is one: the first by name declares it, the others refer to it.
pub(super) fn share(top: &Node, components: &mut BTreeMap<String, Node>) {
    let volumes = top.get("volumes").map(Node::entries).unwrap_or_default();
    let named = volumes.iter().map(|entry| vec!["volumes", &entry.key]);
    let short = top.get("storage").map(|_| vec!["storage"]);
    for path in short.into_iter().chain(named) {
        if let Some(shared) = at(top, &path) {
            share_one(shared, &path, components);
        }
    }
}

fn share_one(shared: &Node, path: &[&str], components: &mut BTreeMap<String, Node>) {
    let name = path.get(1).unwrap_or(&SHORT);
    let mut owner: Option<String> = None;
    for (component, node) in components.iter_mut() {
        let stateful = node.get("kind").and_then(Node::as_text) == Some("stateful");
        let volume = at_mut(node, path).filter(|volume| is_same(volume, shared));
        match (volume.filter(|_| !stateful), &owner) {
            (None, _) => {}
            (Some(_), None) => owner = Some(component.clone()),
            (Some(volume), Some(owner)) => {
                *volume = reference(volume, &format!("{owner}/{name}"), shared.span);
            }
        }
    }
}

/// Says whether a volume is the one of the top level: it says of itself what that says, at the same place.
fn is_same(volume: &Node, shared: &Node) -> bool {
    let says = |node: &Node| {
        let mut own = OWN.iter();
        own.find_map(|key| node.get(key).map(|value| value.span))
    };
    says(volume) == says(shared)
}

fn at<'a>(node: &'a Node, path: &[&str]) -> Option<&'a Node> {
    path.iter().try_fold(node, |node, key| node.get(key))
}

fn at_mut<'a>(node: &'a mut Node, path: &[&str]) -> Option<&'a mut Node> {
    path.iter().try_fold(node, |node, key| node.get_mut(key))
}

/// Unfolds lists of volumes, and completes references with the place at which their owner sees the volume.
pub(super) fn complete(spec: &mut Node, application: &str, report: &mut Report) {
    each(spec, &mut |container| {
        if let Some(volumes) = container.get_mut("volumes") {
            unfold(volumes);
        }
    });
    let known = declared(spec, application);
    each(spec, &mut |container| {
        if let Some(storage) = container.get_mut("storage") {
            complete_one(storage, &known, report);
        }
        if let Some(volumes) = container.get_mut("volumes") {
            values(volumes, &mut |volume| complete_one(volume, &known, report));
        }
    });
}

/// Calls `change` for every container of `spec`.
fn each(spec: &mut Node, change: &mut impl FnMut(&mut Node)) {
    match spec.get_mut("components") {
        None => with_beside(spec, change),
        Some(components) => values(components, &mut |one| with_beside(one, change)),
    }
    if let Some(jobs) = spec.get_mut("jobs") {
        values(jobs, &mut |job| with_beside(job, change));
    }
}

fn with_beside(container: &mut Node, change: &mut impl FnMut(&mut Node)) {
    change(container);
    for key in ["init", "sidecars"] {
        if let Some(beside) = container.get_mut(key) {
            values(beside, change);
        }
    }
}

fn values(node: &mut Node, change: &mut impl FnMut(&mut Node)) {
    if let Value::Mapping(mapping) = &mut node.value {
        mapping.values_mut().for_each(change);
    }
}

/// A volume that can be referred to.
struct Declared {
    owner: String,
    name: String,
    mount: Option<Entry>,
}

fn declared(spec: &Node, application: &str) -> Vec<Declared> {
    let components = match spec.get("components") {
        None => vec![(application, spec)],
        Some(components) => pairs(components),
    };
    let jobs = spec.get("jobs").map(pairs).unwrap_or_default();
    let owners = components.into_iter().chain(jobs);
    owners
        .flat_map(|(owner, container)| declared_by(owner, container))
        .collect()
}

fn pairs(all: &Node) -> Vec<(&str, &Node)> {
    let entries = all.entries().iter();
    entries
        .map(|entry| (entry.key.as_str(), &entry.value))
        .collect()
}

fn declared_by(owner: &str, container: &Node) -> Vec<Declared> {
    let short = container.get("storage").map(|node| (SHORT, node));
    let named = container.get("volumes").map(pairs).unwrap_or_default();
    let volumes = short.into_iter().chain(named);
    let own = volumes.filter(|(_, volume)| volume.get("volume").is_none());
    let declared = own.map(|(name, volume)| Declared {
        owner: owner.to_owned(),
        name: name.to_owned(),
        mount: volume
            .as_mapping()
            .and_then(|volume| volume.entry("mountPath"))
            .cloned(),
    });
    declared.collect()
}

fn unfold(volumes: &mut Node) {
    let Some(items) = volumes.as_list() else {
        return;
    };
    let mut all = empty(volumes);
    for item in items {
        let name = item.as_scalar().map(|scalar| scalar.text.as_str());
        let name = name.and_then(|name| name.rsplit('/').next());
        let mut volume = empty(item);
        insert(&mut volume, &key("volume", item.span), item.clone());
        let entry = key(name.unwrap_or_default(), item.span);
        insert(&mut all, &entry, volume);
    }
    *volumes = all;
}

fn complete_one(volume: &mut Node, known: &[Declared], report: &mut Report) {
    let Some(reference) = volume.get("volume") else {
        return;
    };
    let span = reference.span;
    let wanted = reference
        .as_text()
        .and_then(|text| VolumeRef::parse(text).ok());
    let Some(wanted) = wanted else { return };
    let means = |known: &&Declared| wanted.means(&known.owner, &known.name);
    let found: Vec<&Declared> = known.iter().filter(means).collect();
    let mount = match found.as_slice() {
        [one] => one.mount.clone(),
        [] => {
            report.push(unknown(&wanted, known, span));
            None
        }
        several => {
            report.push(ambiguous(&wanted, several, span));
            None
        }
    };
    if volume.get("mountPath").is_none() {
        // What is not found is said above; that its place is not known either would be said for nothing.
        let nowhere = || Node::text(format!("/{}", wanted.name), span);
        let place = mount.map_or_else(nowhere, |mount| mount.value);
        insert(volume, &key("mountPath", place.span), place);
    }
}

impl Declared {
    fn title(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

fn ambiguous(wanted: &VolumeRef, found: &[&Declared], span: Span) -> Diagnostic {
    let titles: Vec<String> = found.iter().map(|one| one.title()).collect();
    let message = format!("several volumes are called `{wanted}`");
    Diagnostic::error(UNKNOWN_VOLUME, message)
        .at(span)
        .help(format!("write one of: {}", titles.join(", ")))
}

fn unknown(wanted: &VolumeRef, known: &[Declared], span: Span) -> Diagnostic {
    let titles: Vec<String> = known.iter().map(Declared::title).collect();
    let short = known.iter().map(|one| one.name.as_str());
    let names: Vec<&str> = short.chain(titles.iter().map(String::as_str)).collect();
    let help = match nearest(&wanted.to_string(), &names) {
        Some(near) => format!("did you mean `{near}`?"),
        None if titles.is_empty() => {
            "declare it with `storage` or `volumes` of a component".to_owned()
        }
        None => format!("known: {}", titles.join(", ")),
    };
    Diagnostic::error(UNKNOWN_VOLUME, format!("there is no volume `{wanted}`"))
        .at(span)
        .help(help)
}

fn key(name: &str, span: Span) -> Entry {
    Entry {
        key: name.to_owned(),
        key_span: span,
        value: Node::new(Value::Null, span),
    }
}
