//! From the merged tree to the application.

use super::codes::NAMESPACE_NAME;
use super::layers::{Merged, Runs};
use crate::application::{
    Application, ApplicationFields, Component, ContainerFields, Health, Resources, Secrets,
    Security, Volume,
};
use crate::diagnostic::{Diagnostic, Report};
use crate::estate::Estate;
use crate::load::ApplicationFile;
use crate::name::{ComponentName, EnvironmentName};
use crate::node::FieldPath;
use crate::read::Reader;

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
        Reader::at(report, path.clone()).unknown_keys_or_deeper(mapping, &spec_keys(), &DEEPER);
    }
    let mut reader = Reader::at(report, path.clone());
    let fields = ApplicationFields::read_fields(spec, &mut reader);
    let short = (runs == Runs::Component && spec.get("components").is_none())
        .then(|| ContainerFields::read_fields(spec, &mut reader));
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
    let mut fields = fields?;
    let components = match short {
        Some(short) => vec![Component {
            name: ComponentName::parse(file.name.as_str()).ok()?,
            path,
            fields: short?,
        }],
        None => std::mem::take(&mut fields.components)
            .into_values()
            .map(|named| named.container)
            .collect(),
    };
    let (name, namespace) = (file.name.clone(), namespace.ok()?);
    Some(Application {
        name,
        instance: file.instance.as_ref().map(|one| one.instance.clone()),
        environment,
        namespace,
        tier,
        fields,
        components,
        tree,
    })
}
