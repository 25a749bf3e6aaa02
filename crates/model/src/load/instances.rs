//! Instances: one declaration, an application for each of several people or sites.
//!
//! They become application files of their own here, which share the tree, so that everything that follows sees ordinary applications.

use super::ApplicationFile;
use super::codes::{INSTANCE, INSTANCE_NAME};
use crate::application::Instance;
use crate::diagnostic::{Diagnostic, Report};
use crate::name::{AppName, ComponentName};
use crate::node::{Entry, Node};
use crate::read::{Key, Reader};
use crate::source::Span;

/// An instance with what it says itself.
#[derive(Clone, Debug)]
pub struct InstanceFile {
    /// Which it is.
    pub instance: Instance,
    /// Its overrides of `spec`, or nothing.
    pub node: Node,
}

/// Returns the applications of a file: its instances where it has some, else the one that it is.
pub(super) fn of(file: ApplicationFile, report: &mut Report) -> Vec<ApplicationFile> {
    let Some(instances) = file.node.get("instances") else {
        return vec![file];
    };
    let mut reader = Reader::new(report);
    let Some(mapping) = instances.as_mapping().filter(|mapping| !mapping.is_empty()) else {
        reader.within("instances", |reader| no_instances(instances, reader));
        return Vec::new();
    };
    let entries = mapping.entries().iter();
    let instances = entries.filter_map(|entry| {
        reader.within("instances", |reader| {
            reader.within(&entry.key, |reader| instance(&file, entry, reader))
        })
    });
    instances.collect()
}

fn no_instances(node: &Node, reader: &mut Reader<'_>) {
    if !node.is_null() && node.as_mapping().is_none() {
        return reader.wrong_type(node, "a mapping");
    }
    reader.report(
        Diagnostic::error(INSTANCE, "an application with `instances` has none")
            .at(node.span)
            .help("name one, or leave `instances` out for a single application"),
    );
}

fn instance(
    file: &ApplicationFile,
    entry: &Entry,
    reader: &mut Reader<'_>,
) -> Option<ApplicationFile> {
    if !entry.value.is_null() && entry.value.as_mapping().is_none() {
        reader.wrong_type(&entry.value, "a mapping");
        return None;
    }
    let key = Node::text(entry.key.as_str(), entry.key_span);
    let name = ComponentName::parse_key(&entry.key);
    let name = name
        .map_err(|problem| reader.invalid(&key, &problem))
        .ok()?;
    let full = format!("{}-{name}", file.name);
    let full = match AppName::parse(&full) {
        Ok(full) => full,
        Err(problem) => {
            reader.report(unnamed(file, &name, entry.key_span, &problem));
            return None;
        }
    };
    let mut node = file.node.clone();
    if let Some(name) = node.get_mut("metadata").and_then(|all| all.get_mut("name")) {
        *name = Node::text(full.as_str(), entry.key_span);
    }
    Some(ApplicationFile {
        name: full,
        node,
        instance: Some(InstanceFile {
            instance: Instance {
                application: file.name.clone(),
                name,
            },
            node: entry.value.clone(),
        }),
        ..file.clone()
    })
}

fn unnamed(file: &ApplicationFile, name: &ComponentName, span: Span, problem: &str) -> Diagnostic {
    let message = format!(
        "the name of the instance `{name}` of `{}` {problem}",
        file.name
    );
    Diagnostic::error(INSTANCE_NAME, message)
        .at(span)
        .label(file.name_span(), "the name begins as the application's")
        .help("shorten one of the two names")
}
