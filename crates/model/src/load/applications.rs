//! The applications: names and environments.

use super::codes::{FOLDER_NAME, INSTANCE_NAME, TWICE, UNKNOWN_ENVIRONMENT};
use super::document::ApplicationDocument;
use super::{ApplicationFile, Form, instances};
use crate::application::Metadata;
use crate::diagnostic::{Diagnostic, Report};
use crate::estate::Estate;
use crate::name::EnvironmentName;
use crate::node::Node;
use crate::read::{Key, Reader, nearest};

const KEYS: [&str; 6] = [
    "apiVersion",
    "kind",
    "metadata",
    "spec",
    "environments",
    "instances",
];

/// Reads what can be read without knowing the environment.
pub(super) fn read(
    documents: Vec<ApplicationDocument>,
    estate: Option<&Estate>,
    report: &mut Report,
) -> Vec<ApplicationFile> {
    let mut files: Vec<ApplicationFile> = documents
        .into_iter()
        .filter_map(|document| read_one(document, estate, report))
        .collect::<Vec<_>>()
        .into_iter()
        .flat_map(|file| instances::of(file, report))
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files.dedup_by(|second, first| {
        let same = second.name == first.name;
        if same {
            report.push(twice(second, first));
        }
        same
    });
    files
}

/// Says that two applications have one name, where instances are applications too.
fn twice(second: &ApplicationFile, first: &ApplicationFile) -> Diagnostic {
    let instances = [second, first].map(|file| file.instance.as_ref());
    let mut instances = instances.into_iter().flatten();
    let (code, message) = match instances.next().map(|file| &file.instance) {
        None => (
            TWICE,
            format!("there are two applications `{}`", second.name),
        ),
        Some(instance) => (
            INSTANCE_NAME,
            format!(
                "the instance `{}` of `{}` is called as another application: `{}`",
                instance.name, instance.application, second.name
            ),
        ),
    };
    Diagnostic::error(code, message)
        .at(second.name_span())
        .label(first.name_span(), "first here")
        .help("give one of them another name")
}

fn read_one(
    document: ApplicationDocument,
    estate: Option<&Estate>,
    report: &mut Report,
) -> Option<ApplicationFile> {
    let ApplicationDocument {
        node,
        form,
        path,
        base,
    } = document;
    let mapping = node.as_mapping()?;
    let mut reader = Reader::new(report);
    reader.unknown_keys(mapping, &KEYS);
    let metadata = reader.field::<Metadata>(&node, mapping, "metadata");
    if let Some(spec) = mapping
        .get("spec")
        .filter(|spec| !spec.is_null() && spec.as_mapping().is_none())
    {
        reader.within("spec", |reader| reader.wrong_type(spec, "a mapping"));
        return None;
    }
    environments(&node, estate, &mut reader);
    let name = metadata?.name;
    let folder = path
        .rsplit_once('/')
        .map(|(folder, _)| folder.trim_start_matches("./"))
        .unwrap_or_default()
        .to_owned();
    check_folder(&folder, name.as_str(), &node, report);
    Some(ApplicationFile {
        name,
        node,
        form,
        instance: None,
        folder,
        base,
        has_errors: false,
    })
}

fn name_span(node: &Node) -> crate::source::Span {
    node.get("metadata")
        .and_then(|metadata| metadata.get("name"))
        .map_or(node.span, |name| name.span)
}

fn environments(node: &Node, estate: Option<&Estate>, reader: &mut Reader<'_>) {
    let Some(environments) = node.get("environments").filter(|node| !node.is_null()) else {
        return;
    };
    let Some(mapping) = environments.as_mapping() else {
        return reader.within("environments", |reader| {
            reader.wrong_type(environments, "a mapping");
        });
    };
    for entry in mapping.entries() {
        reader.within("environments", |reader| {
            reader.within(&entry.key, |reader| {
                match EnvironmentName::parse_key(&entry.key) {
                    Err(problem) => {
                        reader.invalid(&Node::text(entry.key.as_str(), entry.key_span), &problem);
                    }
                    Ok(_) if !entry.value.is_null() && entry.value.as_mapping().is_none() => {
                        reader.wrong_type(&entry.value, "a mapping");
                    }
                    Ok(name) => {
                        if let Some(estate) =
                            estate.filter(|estate| estate.environment(&name).is_none())
                        {
                            reader.report(unknown_environment(entry.key_span, &name, estate));
                        }
                    }
                }
            });
        });
    }
}

fn unknown_environment(
    span: crate::source::Span,
    name: &EnvironmentName,
    estate: &Estate,
) -> Diagnostic {
    let known: Vec<&str> = estate
        .fields
        .environments
        .keys()
        .map(EnvironmentName::as_str)
        .collect();
    let help = match nearest(name.as_str(), &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the estate has: {}", known.join(", ")),
    };
    Diagnostic::error(
        UNKNOWN_ENVIRONMENT,
        format!("the estate has no environment `{name}`"),
    )
    .at(span)
    .help(help)
}

fn check_folder(folder: &str, name: &str, node: &Node, report: &mut Report) {
    if let Some(last) = folder
        .strip_prefix("applications/")
        .filter(|last| *last != name)
    {
        report.push(
            Diagnostic::warning(
                FOLDER_NAME,
                format!("the application `{name}` is in the folder `{last}`"),
            )
            .at(name_span(node))
            .help(format!("rename the folder to `applications/{name}`")),
        );
    }
}

impl Form {
    /// Says whether it is the older form.
    #[must_use]
    pub fn is_older(&self) -> bool {
        matches!(self, Self::Older(_))
    }
}
