//! Fields of `spec` that the estate and its tiers give every application: read once here, so that a mistake in them is found once, also
//! where every application overrides it.

use super::codes::DEFAULT_FIELD;
use crate::application::{ApplicationFields, ContainerFields};
use crate::diagnostic::{Diagnostic, Report};
use crate::estate::Estate;
use crate::node::{FieldPath, Mapping, Node, Value};
use crate::read::{MISSING_KEY, Reader};
use crate::resolve;
use crate::source::Span;

/// What cannot be the same for every application, or has a place of its own: each with what to do.
const NO_DEFAULTS: [(&str, &str); 5] = [
    ("components", "declare components in the application"),
    ("jobs", "declare jobs in the application"),
    ("like", "name a container in the application"),
    (
        "previousNames",
        "every application has a history of its own",
    ),
    (
        "tier",
        "write `spec.defaults.tier`, or the tier in the application",
    ),
];

/// Checks the default fields.
pub(super) fn check(estate: &Estate, report: &mut Report) {
    let spec = FieldPath::default().key("spec");
    if let Some(node) = &estate.fields.defaults.spec.0 {
        check_one(&spec.key("defaults").key("spec"), node, report);
    }
    for (name, tier) in &estate.fields.tiers {
        let path = spec.key("tiers").key(name.as_str()).key("spec");
        if let Some(node) = &tier.spec.0 {
            check_one(&path, node, report);
            resources_of_tier(&path, node, report);
        }
    }
}

/// What a mapping lacks may stand in the application.
fn check_one(path: &FieldPath, node: &Node, report: &mut Report) {
    // A `null` takes away what is below, so it has no type.
    let empty = Node::new(Value::Mapping(Mapping::default()), node.span);
    let node = &resolve::merge(empty, node);
    let mut found = Report::default();
    let mut reader = Reader::at(&mut found, path.clone());
    if let Some(mapping) = node.as_mapping() {
        reader.unknown_keys(mapping, &resolve::spec_keys());
        no_defaults(path, mapping, &mut reader);
    }
    ApplicationFields::read_fields(node, &mut reader);
    ContainerFields::read_fields(node, &mut reader);
    report.extend(found.map(|finding| (finding.code != MISSING_KEY).then_some(finding)));
}

fn no_defaults(path: &FieldPath, mapping: &Mapping, reader: &mut Reader<'_>) {
    for (key, help) in NO_DEFAULTS {
        if let Some(entry) = mapping.entry(key) {
            let message = format!("`{}` cannot be a default", path.key(key));
            let finding = Diagnostic::error(DEFAULT_FIELD, message).at(entry.key_span);
            reader.report(finding.help(help));
        }
    }
}

/// A tier has resources already.
fn resources_of_tier(path: &FieldPath, node: &Node, report: &mut Report) {
    let Some(entry) = node.as_mapping().and_then(|all| all.entry("resources")) else {
        return;
    };
    let message = format!(
        "`{}` has no effect beside the tier's `resources`",
        path.key("resources")
    );
    let finding = Diagnostic::error(DEFAULT_FIELD, message).at(entry.key_span);
    report.push(finding.help("write them in `resources` of the tier"));
}

/// Says whether a place is among the default fields, where [`check`] has looked already.
pub(crate) fn has(estate: &Estate, span: Span) -> bool {
    let within = |node: &Node| {
        let outer = node.span;
        outer.file == span.file && outer.start <= span.start && span.end <= outer.end
    };
    let tiers = estate.fields.tiers.values().map(|tier| &tier.spec);
    let mut all = tiers.chain([&estate.fields.defaults.spec]);
    all.any(|defaults| defaults.0.as_ref().is_some_and(within))
}

/// Puts the default fields back as they were written: a `null` in them takes away what is below, but only once they are merged.
pub(super) fn keep(spec: &mut Node, written: &Node) {
    keep_at(spec.get_mut("defaults"), written.get("defaults"));
    let (Some(tiers), Some(written)) = (spec.get_mut("tiers"), written.get("tiers")) else {
        return;
    };
    for entry in written.entries() {
        keep_at(tiers.get_mut(&entry.key), Some(&entry.value));
    }
}

fn keep_at(owner: Option<&mut Node>, written: Option<&Node>) {
    let written = written.and_then(|written| written.get("spec"));
    let Some(written) = written.filter(|node| node.as_mapping().is_some()) else {
        return;
    };
    let Some(spec) = owner.and_then(|owner| owner.get_mut("spec")) else {
        return;
    };
    if let Value::Mapping(_) = spec.value {
        *spec = written.clone();
    }
}
