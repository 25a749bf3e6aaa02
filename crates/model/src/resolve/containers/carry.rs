//! What a container takes over from another, and how its own keys stand over it.

use super::super::layers::insert;
use super::super::merge::merge;
use super::volumes;
use crate::node::{Entry, Mapping, Node, Value};
use crate::source::Span;

/// What a container of the same image takes over; who owns the image goes with it.
const CARRIED: [&str; 9] = [
    "image",
    "env",
    "secrets",
    "files",
    "scratch",
    "resources",
    "security",
    "placement",
    "update",
];
/// Says whether a job takes a key over from the top level.
pub(in crate::resolve) fn is_carried(key: &str) -> bool {
    CARRIED.contains(&key)
}

const VOLUMES: [&str; 2] = ["storage", "volumes"];

/// Returns what a container gives another one of the same image, its volumes as references.
pub(super) fn with_volumes(node: &Node, name: &str, at: Span) -> Node {
    let mut carried = without_volumes(node, &CARRIED);
    let stateful = node.get("kind").and_then(Node::as_text) == Some("stateful");
    for entry in fields(node, &VOLUMES).filter(|_| !stateful) {
        let node = volumes::references(&entry, name, at);
        insert(&mut carried, &entry, node);
    }
    carried
}

/// Returns what a container gives another one of the same image, without its volumes; of that only what the other can have.
pub(super) fn without_volumes(node: &Node, keys: &[&str]) -> Node {
    let mut carried = only(node, &CARRIED, keys);
    if let Some(placement) = carried.get_mut("placement") {
        // Nothing takes a GPU because another has one.
        *placement = without_key(placement, "gpu");
    }
    carried
}

/// Returns what a container has that it does not give away.
pub(super) fn kept(node: &Node) -> Node {
    let given = |key: &str| CARRIED.contains(&key) || VOLUMES.contains(&key);
    let kept = node.entries().iter();
    let kept = kept.filter(|entry| !given(&entry.key));
    mapping(kept.cloned(), node.span)
}

/// Returns some of the fields, of those that can be there.
pub(super) fn only(node: &Node, wanted: &[&str], keys: &[&str]) -> Node {
    let wanted = fields(node, wanted).filter(|entry| keys.contains(&entry.key.as_str()));
    mapping(wanted, node.span)
}

/// Puts the keys of a container over what it starts from.
///
/// A variable has one source, so that the container's own replaces the other kind too; and a volume that says itself what it is takes
/// nothing from the one of its name.
pub(super) fn over(mut start: Node, own: &Node) -> Node {
    one_source(&mut start, own);
    own_limit(&mut start, own);
    volumes::replaced(&mut start, own);
    Node {
        span: own.span,
        ..merge(start, own)
    }
}

fn mapping(entries: impl Iterator<Item = Entry>, span: Span) -> Node {
    Node::new(
        Value::Mapping(Mapping::from_distinct(entries.collect())),
        span,
    )
}

fn fields<'a>(node: &'a Node, keys: &'a [&'a str]) -> impl Iterator<Item = Entry> + 'a {
    let entries = node.entries().iter();
    entries
        .filter(|entry| keys.contains(&entry.key.as_str()))
        .cloned()
}

fn without_key(node: &Node, key: &str) -> Node {
    let kept = node.entries().iter().filter(|entry| entry.key != key);
    match node.as_mapping() {
        Some(_) => mapping(kept.cloned(), node.span),
        None => node.clone(),
    }
}

/// A limit belongs to its request: another's does not hold for one's own.
fn own_limit(start: &mut Node, own: &Node) {
    let own = own.get("resources");
    let has = |key: &str| own.is_some_and(|own| own.get(key).is_some());
    if let Some(resources) = start.get_mut("resources").filter(|_| has("memory")) {
        *resources = without_key(resources, "memoryLimit");
    }
}

fn one_source(start: &mut Node, own: &Node) {
    let secrets = own.get("secrets");
    let secret = ["env", "generate"].into_iter();
    let secret = secret.filter_map(|key| secrets?.get(key)).flat_map(names);
    for name in secret {
        if let Some(env) = start.get_mut("env") {
            *env = without_key(env, &name);
        }
    }
    let literal: Vec<String> = own.get("env").into_iter().flat_map(names).collect();
    let from = start.get_mut("secrets").and_then(|all| all.get_mut("from"));
    if let Some(Value::Mapping(places)) = from.map(|node| &mut node.value) {
        for env in places.values_mut().filter_map(|place| place.get_mut("env")) {
            *env = without_names(env, &literal);
        }
    }
    for key in ["env", "generate"] {
        let secrets = start.get_mut("secrets");
        if let Some(inherited) = secrets.and_then(|secrets| secrets.get_mut(key)) {
            *inherited = without_names(inherited, &literal);
        }
    }
}

/// Returns the names in a mapping or a list.
fn names(node: &Node) -> Vec<String> {
    let keys = node.entries().iter().map(|entry| entry.key.clone());
    let items = node.as_list().unwrap_or_default().iter();
    let items = items.filter_map(|item| Some(item.as_scalar()?.text.clone()));
    keys.chain(items).collect()
}

fn without_names(node: &Node, names: &[String]) -> Node {
    match &node.value {
        Value::List(items) => {
            let is_named = |item: &Node| {
                let scalar = item.as_scalar();
                scalar.is_some_and(|scalar| names.contains(&scalar.text))
            };
            let kept = items.iter().filter(|item| !is_named(item)).cloned();
            Node::new(Value::List(kept.collect()), node.span)
        }
        Value::Mapping(_) => {
            let entries = node.entries().iter();
            let kept = entries.filter(|entry| !names.contains(&entry.key));
            mapping(kept.cloned(), node.span)
        }
        _ => node.clone(),
    }
}
