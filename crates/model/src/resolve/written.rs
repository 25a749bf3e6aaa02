//! What an application itself says: `spec`, the environment over it, and the instance over that.

use super::codes::NOTHING_REMOVED;
use super::merge::merge;
use crate::diagnostic::{Diagnostic, Report};
use crate::load::{ApplicationFile, InstanceFile};
use crate::node::{Entry, Mapping, Node, Value};

/// The layers of an application in an environment, in their order.
pub(super) struct Written<'a> {
    file: &'a ApplicationFile,
    spec: Option<&'a Node>,
    environment: Option<&'a Node>,
    instance: Option<&'a InstanceFile>,
}

impl<'a> Written<'a> {
    pub(super) fn new(file: &'a ApplicationFile, environment: &str) -> Self {
        let is_mapping = |node: &&Node| node.as_mapping().is_some();
        let environments = file.node.get("environments");
        let environment = environments.and_then(|all| all.get(environment));
        Self {
            file,
            spec: file.node.get("spec").filter(is_mapping),
            environment: environment.filter(is_mapping),
            instance: file.instance.as_ref(),
        }
    }

    /// Returns the layers over each other.
    pub(super) fn merged(&self) -> Node {
        let none = Node::new(
            Value::Mapping(Mapping::default()),
            self.file.node.key_span(),
        );
        let span = self.spec.map_or(none.span, |spec| spec.span);
        let layers = [self.spec, self.environment].into_iter().flatten();
        let written = layers.fold(none, merge);
        let written = match self.instance {
            Some(instance) => of_instance(written, instance),
            None => written,
        };
        Node { span, ..written }
    }

    /// Returns the layers over each other with each `null` that takes something away from what lies below: a default, or what a
    /// container starts from.
    pub(super) fn with_nulls(&self) -> Node {
        let instance = self.instance.map(|instance| &instance.node);
        let none = Node::new(Value::Null, self.file.node.key_span());
        let layers = [self.spec, self.environment, instance];
        layers.into_iter().flatten().fold(none, stacked)
    }

    /// Warns of environment variables without a value where there is nothing that they could take away: that is a slip.
    pub(super) fn nothing_removed(&self, defaults: &Node, report: &mut Report) {
        if self.file.form.is_older() {
            return;
        }
        let env = self.spec.and_then(|spec| spec.get("env"));
        let below = defaults.get("env");
        let entries = env.map(Node::entries).unwrap_or_default().iter();
        let given = |key: &str| below.is_some_and(|below| below.get(key).is_some());
        for entry in entries.filter(|entry| entry.value.is_null() && !given(&entry.key)) {
            let message = format!("`spec.env.{}` has no value and is left out", entry.key);
            let help = format!("write `{}: \"\"` for an empty text", entry.key);
            let finding = Diagnostic::warning(NOTHING_REMOVED, message).at(entry.key_span);
            report.push(finding.help(help));
        }
    }
}

/// Lays a node over another, and keeps what is null.
fn stacked(below: Node, over: &Node) -> Node {
    let (Value::Mapping(mut mapping), Value::Mapping(changes)) = (below.value, &over.value) else {
        return over.clone();
    };
    for change in changes.entries() {
        let value = match mapping.remove(&change.key) {
            Some(entry) => stacked(entry.value, &change.value),
            None => change.value.clone(),
        };
        mapping.insert(Entry {
            value,
            ..change.clone()
        });
    }
    Node::new(Value::Mapping(mapping), over.span)
}

/// Returns a mapping without the keys that are null in another, at any depth.
pub(super) fn without_nulls_of(node: Node, layer: &Node) -> Node {
    let Value::Mapping(mapping) = node.value else {
        return node;
    };
    let kept = |entry: Entry| match layer.get(&entry.key) {
        Some(own) if own.is_null() => None,
        Some(own) => Some(Entry {
            value: without_nulls_of(entry.value, own),
            ..entry
        }),
        None => Some(entry),
    };
    let entries = mapping.into_entries().into_iter().filter_map(kept);
    let mapping = Mapping::from_distinct(entries.collect());
    Node::new(Value::Mapping(mapping), node.span)
}

/// Stands in a host for the instance's name.
const INSTANCE: &str = "${instance}";

/// Lays an instance over what all of them share: hosts become its own where it does not write them itself.
fn of_instance(mut written: Node, file: &InstanceFile) -> Node {
    let name = file.instance.name.as_str();
    if let Some(Value::List(routes)) = written.get_mut("ingress").map(|node| &mut node.value) {
        for route in routes {
            own_host(route, name);
        }
    }
    if let Some(Value::Mapping(listeners)) = written.get_mut("listen").map(|node| &mut node.value) {
        listeners.values_mut().for_each(|one| own_host(one, name));
    }
    match file.node.as_mapping() {
        Some(_) => merge(written, &file.node),
        None => written,
    }
}

/// A short host gets the instance's name, unless it says itself where that stands; a qualified one was said as a whole.
fn own_host(owner: &mut Node, instance: &str) {
    let Some(Value::Scalar(host)) = owner.get_mut("host").map(|node| &mut node.value) else {
        return;
    };
    if host.text.contains(INSTANCE) {
        host.text = host.text.replace(INSTANCE, instance);
    } else if !host.text.contains('.') {
        host.text = format!("{}-{instance}", host.text);
    }
}
