//! From the merged tree to the application.

use super::codes::{NAMESPACE_NAME, NOT_YET};
use super::layers::{Merged, Runs};
use crate::application::{
    Application, ApplicationFields, Component, ContainerFields, Health, Resources, Secrets,
    Security, Volume,
};
use crate::diagnostic::{Diagnostic, Report};
use crate::estate::Estate;
use crate::load::ApplicationFile;
use crate::name::{ComponentName, EnvironmentName};
use crate::node::{FieldPath, Mapping};
use crate::read::Reader;

/// Fields of the format that come with a later version.
const LATER: [&str; 5] = ["components", "sidecars", "update", "scaling", "listen"];

/// Where a key may have been meant that is not known in `spec` itself.
const DEEPER: [(&str, &[&str]); 5] = [
    ("resources", Resources::KEYS),
    ("health", Health::KEYS),
    ("secrets", Secrets::KEYS),
    ("security", Security::KEYS),
    ("storage", Volume::KEYS),
];

/// Returns the keys that can be written in `spec`.
pub(crate) fn spec_keys() -> Vec<&'static str> {
    ApplicationFields::KEYS
        .iter()
        .chain(ContainerFields::KEYS)
        .chain(&LATER)
        .copied()
        .collect()
}

/// Reads the application.
pub(super) fn application(
    estate: &Estate,
    file: &ApplicationFile,
    environment: EnvironmentName,
    merged: Merged,
    report: &mut Report,
) -> Option<Application> {
    let Merged { tree, tier, runs } = merged;
    let spec = tree.get("spec")?;
    let path = FieldPath::default().key("spec");
    if let Some(mapping) = spec.as_mapping() {
        later(mapping, report);
        Reader::at(report, path.clone()).unknown_keys_or_deeper(mapping, &spec_keys(), &DEEPER);
    }
    let mut reader = Reader::at(report, path.clone());
    let fields = ApplicationFields::read_fields(spec, &mut reader);
    let container = ContainerFields::read_fields(spec, &mut reader);
    let namespace = estate
        .namespace(&file.name, &environment)
        .map_err(|problem| {
            report.push(
                Diagnostic::error(
                    NAMESPACE_NAME,
                    format!("the namespace of `{}` {problem}", file.name),
                )
                .at(file.node.key_span()),
            );
        });
    let name = ComponentName::parse(file.name.as_str()).ok()?;
    let component = Component {
        name,
        path,
        fields: container?,
    };
    let components = if runs == Runs::Component {
        vec![component]
    } else {
        Vec::new()
    };
    let (name, fields, namespace) = (file.name.clone(), fields?, namespace.ok()?);
    Some(Application {
        name,
        environment,
        namespace,
        tier,
        fields,
        components,
        tree,
    })
}

fn later(spec: &Mapping, report: &mut Report) {
    for entry in spec
        .entries()
        .iter()
        .filter(|entry| LATER.contains(&entry.key.as_str()))
    {
        let message = format!("`spec.{}` is not supported yet", entry.key);
        report.push(
            Diagnostic::error(NOT_YET, message)
                .at(entry.key_span)
                .help("leave it out until a version that supports it"),
        );
    }
}
