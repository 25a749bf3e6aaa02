//! The layers of `spec` in their order.

use super::Overrides;
use super::codes::UNKNOWN_TIER;
use super::containers::{self, Layers};
use super::merge::merge;
use super::written::{Written, without_nulls_of};
use crate::application::ContainerFields;
use crate::diagnostic::{Diagnostic, Report};
use crate::estate::Estate;
use crate::load::ApplicationFile;
use crate::name::LabelName;
use crate::node::{Entry, Mapping, Node, Value};
use crate::read::nearest;

/// A declaration with all layers merged.
pub(super) struct Merged {
    /// The root: `apiVersion`, `kind`, `metadata`, `spec`.
    pub(super) tree: Node,
    /// The tier.
    pub(super) tier: LabelName,
    /// Whether the application runs anything.
    pub(super) runs: Runs,
}

/// Whether an application runs anything.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Runs {
    /// It has a component.
    Component,
    /// It has jobs and nothing that serves: what the top level says is for them.
    Jobs,
    /// It stands for something else (`upstream`), or has objects of its own only (`raw`).
    Nothing,
}

/// Merges the layers for an environment.
pub(super) fn merged(
    built_in: Option<&Node>,
    estate: &Estate,
    file: &ApplicationFile,
    environment: &str,
    overrides: &Overrides,
    report: &mut Report,
) -> Option<Merged> {
    let own = Written::new(file, environment);
    let mut written = own.merged();
    let tier = tier(estate, &written, report)?;
    let runs = runs(&written);
    if let Some(image) = &overrides.image {
        written = merge(written, &mapping("image", image.clone()));
    }
    let defaults = defaults(estate, &tier, &written);
    own.nothing_removed(&defaults, report);
    let with_nulls = own.with_nulls();
    let defaults = fitting(&without_nulls_of(defaults, &with_nulls), runs);
    let base = match built_in.filter(|_| runs != Runs::Nothing) {
        Some(built_in) => merge(built_in.clone(), &defaults),
        None => defaults,
    };
    let mut spec = merge(of_application(&base), &of_application(&written));
    spec.span = written.span;
    if runs == Runs::Nothing {
        spec = merge(base, &written);
    } else {
        let layers = Layers {
            written: &written,
            with_nulls: &with_nulls,
            tier: tier_of(estate, &tier),
            base,
            name: file.name.as_str(),
            runs,
        };
        containers::resolve(&layers, &mut spec, report);
    }
    Some(Merged {
        tree: root(&file.node, spec),
        tier,
        runs,
    })
}

/// Returns the fields that belong to the application as a whole, and what nobody knows.
fn of_application(spec: &Node) -> Node {
    let entries = spec.entries().iter();
    let own = entries.filter(|entry| !ContainerFields::KEYS.contains(&entry.key.as_str()));
    let own = Mapping::from_distinct(own.cloned().collect());
    Node::new(Value::Mapping(own), spec.span)
}

/// Defaults for containers mean nothing to an application that runs nothing.
fn fitting(defaults: &Node, runs: Runs) -> Node {
    let entries = defaults
        .as_mapping()
        .map(Mapping::entries)
        .unwrap_or_default()
        .iter();
    let fits = |entry: &&Entry| {
        runs != Runs::Nothing || !ContainerFields::KEYS.contains(&entry.key.as_str())
    };
    let entries = entries.filter(fits).cloned().collect();
    Node::new(
        Value::Mapping(Mapping::from_distinct(entries)),
        defaults.span,
    )
}

/// Returns what the estate and the tier give every application.
fn defaults(estate: &Estate, tier: &LabelName, like: &Node) -> Node {
    let tier = estate.tier(tier).and_then(|tier| tier.spec.0.as_ref());
    let layers = [estate.fields.defaults.spec.0.as_ref(), tier];
    layers.into_iter().flatten().fold(empty(like), merge)
}

/// Returns a mapping without entries, at the place of another node.
pub(super) fn empty(like: &Node) -> Node {
    Node::new(Value::Mapping(Mapping::default()), like.span)
}

/// Puts a value into a mapping, under the key of an entry.
pub(super) fn insert(target: &mut Node, entry: &Entry, value: Node) {
    if let Value::Mapping(mapping) = &mut target.value {
        mapping.insert(Entry {
            value,
            ..entry.clone()
        });
    }
}

fn mapping(key: &str, value: Node) -> Node {
    let span = value.span;
    let entry = Entry {
        key: key.to_owned(),
        key_span: span,
        value,
    };
    Node::new(Value::Mapping(Mapping::from_distinct(vec![entry])), span)
}

fn tier(estate: &Estate, written: &Node, report: &mut Report) -> Option<LabelName> {
    let Some(node) = written.get("tier") else {
        return Some(estate.fields.defaults.tier.clone());
    };
    let text = node
        .as_scalar()
        .map(|scalar| scalar.text.as_str())
        .unwrap_or_default();
    let found = estate
        .fields
        .tiers
        .keys()
        .find(|name| name.as_str() == text);
    if found.is_none() {
        let known: Vec<&str> = estate.fields.tiers.keys().map(LabelName::as_str).collect();
        let help = match nearest(text, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the estate has: {}", known.join(", ")),
        };
        report.push(
            Diagnostic::error(UNKNOWN_TIER, format!("there is no tier `{text}`"))
                .at(node.span)
                .help(help),
        );
    }
    found.cloned()
}

/// What an application as a whole has only where something serves.
const SERVING: [&str; 4] = ["ingress", "listen", "availability", "rollout"];

/// Says whether the application itself describes a component.
///
/// With jobs it does only where it says something that no job takes over: what a job can have too may be there for the jobs alone.
fn runs(written: &Node) -> Runs {
    let has = |key: &str| written.get(key).is_some();
    let mut keys = ContainerFields::KEYS.iter();
    let serves = keys.any(|key| has(key) && !containers::is_carried(key))
        || SERVING.into_iter().any(has)
        || has("components");
    let describes = ContainerFields::KEYS.iter().any(|key| has(key)) || has("components");
    if has("upstream") {
        Runs::Nothing
    } else if has("jobs") && !serves {
        Runs::Jobs
    } else if !describes && (has("raw") || leads_elsewhere(written)) {
        Runs::Nothing
    } else {
        Runs::Component
    }
}

/// Says whether all routes lead elsewhere, so that nothing has to answer here.
fn leads_elsewhere(written: &Node) -> bool {
    let routes = written.get("ingress").and_then(Node::as_list);
    let elsewhere = |route: &Node| {
        ["redirectTo", "upstream"]
            .iter()
            .any(|key| route.get(key).is_some())
    };
    routes.is_some_and(|routes| !routes.is_empty() && routes.iter().all(elsewhere))
}

fn tier_of<'a>(estate: &'a Estate, tier: &LabelName) -> Option<&'a Node> {
    let tiers = estate.tree.get("spec")?.get("tiers")?;
    tiers.get(tier.as_str())?.get("resources")
}

/// Returns the tier's resources, each where what is written does not say otherwise; its limit goes with its request only.
pub(super) fn tier_resources(resources: Option<&Node>, written: &Node) -> Node {
    let Some(resources) = resources else {
        return empty(written);
    };
    let own = written.get("resources");
    let own_memory = own.and_then(|own| own.get("memory")).is_some();
    let wanted =
        |key: &str| key == "cpu" || (!own_memory && (key == "memory" || key == "memoryLimit"));
    let entries = resources.entries().iter();
    let wanted = entries.filter(|entry| wanted(&entry.key)).cloned();
    let wanted = Mapping::from_distinct(wanted.collect());
    mapping(
        "resources",
        Node::new(Value::Mapping(wanted), resources.span),
    )
}

fn root(file: &Node, spec: Node) -> Node {
    let entries = file.as_mapping().map(Mapping::entries).unwrap_or_default();
    let key_span = entries
        .iter()
        .find(|entry| entry.key == "spec")
        .map_or(spec.span, |entry| entry.key_span);
    let others = entries
        .iter()
        .filter(|entry| !["spec", "environments", "instances"].contains(&entry.key.as_str()))
        .cloned();
    let spec = Entry {
        key: "spec".to_owned(),
        key_span,
        value: spec,
    };
    Node::new(
        Value::Mapping(Mapping::from_distinct(others.chain([spec]).collect())),
        file.span,
    )
}
