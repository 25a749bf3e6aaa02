//! The estate: the built-in defaults under what is written.

use std::collections::{BTreeMap, BTreeSet};

use super::codes::{ESTATE, TWICE};
use super::defaults;
use crate::diagnostic::{Diagnostic, Report};
use crate::estate::{DnsRecord, Estate, EstateFields};
use crate::name::LabelName;
use crate::node::{FieldPath, Node};
use crate::read::{Read, Reader};
use crate::record;
use crate::resolve::merge;
use crate::source::{FileId, Span};

record! {
    /// An estate file.
    pub struct EstateDocument {
        /// `steading.dev/v1`.
        "apiVersion" api_version: String,
        /// `Estate`.
        "kind" kind: String,
        /// What the estate is called.
        "metadata" metadata: EstateMetadata,
        /// Its settings.
        "spec" spec: EstateFields,
    }
}

record! {
    /// What the estate is called.
    pub struct EstateMetadata {
        /// The name: it is in the label `steading.dev/estate` of every object. Example: `homestead`.
        "name" name: LabelName,
    }
}

/// Reads the one estate.
pub(super) fn read(
    documents: Vec<Node>,
    built_in: Option<&Node>,
    report: &mut Report,
) -> Option<Estate> {
    let mut documents = documents.into_iter();
    let node = documents.next()?;
    for other in documents {
        report.push(
            Diagnostic::error(TWICE, "there are two estates")
                .at(other.key_span())
                .label(node.key_span(), "first here"),
        );
    }
    let (file, spec) = (
        node.span.file,
        node.key_span_at(&FieldPath::default().key("spec")),
    );
    let tree = with_defaults(node, built_in);
    let mut found = Report::default();
    let document = EstateDocument::read(&tree, &mut Reader::new(&mut found));
    report.extend(found.map(|finding| Some(in_file(finding, file, spec))));
    let document = document?;
    let estate = Estate {
        name: document.metadata.name,
        fields: document.spec,
        applications: BTreeMap::new(),
        served: BTreeMap::new(),
        used_by_name: BTreeSet::new(),
        tree,
    };
    check(&estate, report);
    Some(estate)
}

/// What is missing from a mapping that only the defaults have is missing from the user's `spec`.
fn in_file(finding: Diagnostic, file: FileId, spec: Span) -> Diagnostic {
    match finding.span {
        Some(span) if span.file != file => finding.at(spec),
        _ => finding,
    }
}

fn with_defaults(mut node: Node, built_in: Option<&Node>) -> Node {
    if let (Some(below), Some(spec)) = (
        built_in.and_then(|node| node.get("estate")),
        node.get_mut("spec"),
    ) {
        let written = spec.clone();
        *spec = merge(below.clone(), spec);
        defaults::keep(spec, &written);
    }
    node
}

fn check(estate: &Estate, report: &mut Report) {
    let path = FieldPath::default().key("spec");
    let mut say = |path: FieldPath, message: String| {
        report.push(Diagnostic::error(ESTATE, message).at(estate.tree.span_at(&path)));
    };
    let defaults = &estate.fields.defaults;
    if estate.tier(&defaults.tier).is_none() {
        say(
            path.key("defaults").key("tier"),
            format!("`spec.defaults.tier`: there is no tier `{}`", defaults.tier),
        );
    }
    let secrets = &estate.fields.secrets;
    let backends = [
        ("existing", secrets.existing.is_some()),
        ("externalSecrets", secrets.external.is_some()),
        ("infisical", secrets.infisical.is_some()),
    ];
    let backends = backends.iter().filter(|(_, is)| *is);
    let backends: Vec<String> = backends.map(|(name, _)| format!("`{name}`")).collect();
    if backends.len() > 1 {
        say(
            path.key("secrets"),
            format!(
                "`spec.secrets` must have only one of {}",
                backends.join(" and ")
            ),
        );
    }
    if estate.fields.environments.is_empty() {
        say(
            path.key("environments"),
            "`spec.environments` must have at least one environment".to_owned(),
        );
    }
    for (name, environment) in &estate.fields.environments {
        if let Some(after) = environment
            .after
            .as_ref()
            .filter(|after| !estate.fields.environments.contains_key(*after))
        {
            let path = path.key("environments").key(name.as_str()).key("after");
            say(
                path,
                format!("`{name}` comes after `{after}`, which does not exist"),
            );
        }
    }
    edge(estate, &mut say);
    super::catalogue::check(estate, report);
    defaults::check(estate, report);
}

/// Rate classes and DNS records.
fn edge(estate: &Estate, say: &mut impl FnMut(FieldPath, String)) {
    let path = FieldPath::default().key("spec");
    let unlimited = estate
        .fields
        .ingress
        .rates
        .iter()
        .filter(|(_, class)| class.requests == 0);
    for (name, _) in unlimited {
        let path = path.key("ingress").key("rates").key(name.as_str());
        let message =
            format!("rate class `{name}` allows 0 requests, which would be no limit at all");
        say(path.key("requests"), message);
    }
    let Some(dns) = &estate.fields.dns else {
        return;
    };
    let records = [
        ("proxied", &dns.proxied),
        ("direct", &dns.direct),
        ("internal", &dns.internal),
    ];
    for (key, record) in records {
        let path = path.key("dns").key(key);
        if let Some(problem) = record.as_ref().and_then(DnsRecord::problem) {
            let message = format!("`{path}` {problem}");
            say(path, message);
        }
    }
}
