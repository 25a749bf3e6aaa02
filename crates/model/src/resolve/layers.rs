//! The layers of `spec` in their order.

use super::Overrides;
use super::codes::{NOTHING_REMOVED, UNKNOWN_TIER};
use super::merge::merge;
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
    let written = written(file, environment, report);
    let tier = tier(estate, &written, report)?;
    let runs = runs(&written);
    let mut spec = if runs == Runs::Component {
        built_in.cloned()
    } else {
        None
    }
    .unwrap_or_else(|| empty(&written));
    if let Some(defaults) = &estate.fields.defaults.spec.0 {
        spec = merge(spec, &fitting(defaults, runs));
    }
    if let Some(defaults) =
        tier_defaults(estate, &tier, &written).filter(|_| runs == Runs::Component)
    {
        spec = merge(spec, &defaults);
    }
    spec = merge(spec, &written);
    if let Some(image) = &overrides.image {
        spec = merge(spec, &mapping("image", image.clone()));
    }
    Some(Merged {
        tree: root(&file.node, spec),
        tier,
        runs,
    })
}

/// Defaults for containers mean nothing to an application that runs nothing.
fn fitting(defaults: &Node, runs: Runs) -> Node {
    let entries = defaults
        .as_mapping()
        .map(Mapping::entries)
        .unwrap_or_default()
        .iter();
    let fits = |entry: &&Entry| {
        runs == Runs::Component || !ContainerFields::KEYS.contains(&entry.key.as_str())
    };
    let entries = entries.filter(fits).cloned().collect();
    Node::new(
        Value::Mapping(Mapping::from_distinct(entries)),
        defaults.span,
    )
}

/// Returns what the application itself says: `spec` and the environment over it.
fn written(file: &ApplicationFile, environment: &str, report: &mut Report) -> Node {
    let none = Node::new(Value::Mapping(Mapping::default()), file.node.key_span());
    let spec = file
        .node
        .get("spec")
        .filter(|node| node.as_mapping().is_some())
        .unwrap_or(&none);
    let changes = file
        .node
        .get("environments")
        .and_then(|node| node.get(environment))
        .filter(|node| node.as_mapping().is_some());
    if let Some(env) = spec.get("env").filter(|_| !file.form.is_older()) {
        nothing_removed(env, report);
    }
    let base = merge(none.clone(), spec);
    match changes {
        Some(changes) => Node {
            span: spec.span,
            ..merge(base, changes)
        },
        None => base,
    }
}

/// An environment variable without a value is a slip: nothing lies below `spec.env` but the estate's defaults.
fn nothing_removed(env: &Node, report: &mut Report) {
    let entries = env.as_mapping().map(Mapping::entries).unwrap_or_default();
    for entry in entries.iter().filter(|entry| entry.value.is_null()) {
        report.push(
            Diagnostic::warning(
                NOTHING_REMOVED,
                format!("`spec.env.{}` has no value and is left out", entry.key),
            )
            .at(entry.key_span)
            .help(format!("write `{}: \"\"` for an empty text", entry.key)),
        );
    }
}

fn empty(like: &Node) -> Node {
    Node::new(Value::Mapping(Mapping::default()), like.span)
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

/// Says whether the application itself describes a component.
fn runs(written: &Node) -> Runs {
    let has = |key: &str| written.get(key).is_some();
    let describes = ContainerFields::KEYS.iter().any(|key| has(key));
    if has("upstream") || (has("raw") && !describes) {
        Runs::Nothing
    } else {
        Runs::Component
    }
}

/// Returns the tier's resources, each where the application does not say otherwise; the tier's limit goes with the tier's request only.
fn tier_defaults(estate: &Estate, tier: &LabelName, written: &Node) -> Option<Node> {
    let resources = estate
        .tree
        .get("spec")?
        .get("tiers")?
        .get(tier.as_str())?
        .get("resources")?;
    let own_memory = written
        .get("resources")
        .and_then(|own| own.get("memory"))
        .is_some();
    let wanted =
        |key: &str| key == "cpu" || (!own_memory && (key == "memory" || key == "memoryLimit"));
    let entries = resources
        .as_mapping()?
        .entries()
        .iter()
        .filter(|entry| wanted(&entry.key))
        .cloned()
        .collect();
    Some(mapping(
        "resources",
        Node::new(
            Value::Mapping(Mapping::from_distinct(entries)),
            resources.span,
        ),
    ))
}

fn root(file: &Node, spec: Node) -> Node {
    let entries = file.as_mapping().map(Mapping::entries).unwrap_or_default();
    let key_span = entries
        .iter()
        .find(|entry| entry.key == "spec")
        .map_or(spec.span, |entry| entry.key_span);
    let others = entries
        .iter()
        .filter(|entry| entry.key != "spec" && entry.key != "environments")
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
