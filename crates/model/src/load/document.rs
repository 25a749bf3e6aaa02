//! Which document is what.

use rayon::prelude::*;

use super::codes::{NO_DECLARATION, OLDER_FORMAT, UNKNOWN_KIND};
use super::files::Files;
use super::{Form, InputFile, Role};
use crate::diagnostic::{Diagnostic, Report};
use crate::legacy;
use crate::node::Node;
use crate::read::{self, nearest};
use crate::source::{FileId, Sources, Span};
use crate::yaml;

/// The group and version of declarations.
const API_VERSION: &str = "steading.dev/v1";
const KINDS: [&str; 3] = ["Application", "Estate", "Rule"];

/// Documents by kind.
#[derive(Default)]
pub(super) struct Documents {
    pub(super) estates: Vec<Node>,
    pub(super) applications: Vec<ApplicationDocument>,
    pub(super) rules: Vec<Node>,
    base: Option<Node>,
    base_files: Vec<FileId>,
}

/// An application with the folder of its file.
pub(super) struct ApplicationDocument {
    pub(super) node: Node,
    pub(super) form: Form,
    pub(super) path: String,
    pub(super) base: Vec<FileId>,
}

/// A file of declarations whose text is among the sources.
struct Text {
    id: FileId,
    path: String,
    role: Role,
}

impl Documents {
    /// Sorts the documents of all files; returns the files that are none.
    pub(super) fn collect(
        &mut self,
        mut files: Vec<InputFile>,
        sources: &mut Sources,
        report: &mut Report,
    ) -> Files {
        let mut others = Files::default();
        files.sort_by(|a, b| (a.role != Role::Base, &a.path).cmp(&(b.role != Role::Base, &b.path)));
        let mut texts = Vec::new();
        for file in files {
            if file.is_declaration() {
                texts.extend(self.text(file, sources, report));
            } else {
                others.insert(&file.path, file.bytes);
            }
        }
        let parsed: Vec<_> = texts
            .par_iter()
            .map(|text| yaml::parse(sources, text.id))
            .collect();
        for (text, (documents, findings)) in texts.into_iter().zip(parsed) {
            self.file(&text, documents, findings, report);
        }
        others
    }

    /// Takes the text of a file into the sources.
    fn text(
        &mut self,
        file: InputFile,
        sources: &mut Sources,
        report: &mut Report,
    ) -> Option<Text> {
        let InputFile { path, bytes, role } = file;
        let lossy = match std::str::from_utf8(&bytes) {
            Ok(_) => String::new(),
            Err(_) => String::from_utf8_lossy(&bytes).into_owned(),
        };
        let text = match yaml::decode(&path, bytes) {
            Ok(text) => text,
            Err(finding) => {
                let span = undecodable(sources, &path, &lossy);
                self.base_files
                    .extend((role == Role::Base).then_some(span.file));
                report.push(finding.at(span));
                return None;
            }
        };
        let id = sources.add(path.clone(), text);
        if role == Role::Base {
            self.base_files.push(id);
        }
        Some(Text { id, path, role })
    }

    /// Sorts the documents of a file.
    fn file(&mut self, text: &Text, documents: Vec<Node>, findings: Report, report: &mut Report) {
        let Text { id, path, role } = text;
        if documents.is_empty() && findings.is_empty() {
            report.push(
                Diagnostic::error(NO_DECLARATION, format!("`{path}` holds no declaration"))
                    .at(start(*id)),
            );
        }
        report.extend(findings);
        for node in documents {
            self.document(node, *role, path, report);
        }
    }

    fn document(&mut self, node: Node, role: Role, path: &str, report: &mut Report) {
        if role == Role::Base {
            self.base = Some(match self.base.take() {
                Some(base) => legacy::merge(base, &node),
                None => node,
            });
        } else if legacy::is_legacy(&node) {
            self.older(node, path, report);
        } else if let Some(kind) = kind_of(&node, report) {
            match kind {
                "Estate" => self.estates.push(node),
                "Rule" => self.rules.push(node),
                _ => self.applications.push(ApplicationDocument {
                    node,
                    form: Form::Current,
                    path: path.to_owned(),
                    base: Vec::new(),
                }),
            }
        }
    }

    fn older(&mut self, node: Node, path: &str, report: &mut Report) {
        let span = node.key_span();
        let node = match self.base.clone() {
            Some(base) => legacy::merge(base, &node),
            None => node,
        };
        let conversion = legacy::convert(&node);
        report.extend(conversion.report);
        report.push(
            Diagnostic::warning(OLDER_FORMAT, "this declaration is in the older format")
                .at(span)
                .help(format!(
                    "`steading import manifest {path}` prints it in the current form"
                )),
        );
        if let Some(node) = conversion.node {
            self.applications.push(ApplicationDocument {
                node,
                form: Form::Older(conversion.decisions),
                path: path.to_owned(),
                base: self.base_files.clone(),
            });
        }
    }
}

fn undecodable(sources: &mut Sources, path: &str, lossy: &str) -> Span {
    let at = lossy.find('\u{fffd}').unwrap_or_default();
    let file = sources.add(path, lossy);
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    Span {
        file,
        start: at,
        end: at,
    }
}

fn start(file: FileId) -> Span {
    Span {
        file,
        start: 0,
        end: 0,
    }
}

/// Returns the kind of a declaration, or says what is wrong with it.
fn kind_of(node: &Node, report: &mut Report) -> Option<&'static str> {
    let Some(mapping) = node.as_mapping() else {
        let found = read::describe(node);
        report.push(
            Diagnostic::error(
                UNKNOWN_KIND,
                format!("a declaration must be a mapping, not {found}"),
            )
            .at(node.span),
        );
        return None;
    };
    let version = text_of(node, "apiVersion", report)?;
    let kind = text_of(node, "kind", report)?;
    let known = KINDS.into_iter().find(|known| *known == kind);
    if version == API_VERSION && known.is_some() {
        return known;
    }
    let at = if version == API_VERSION {
        mapping.get("kind")
    } else {
        mapping.get("apiVersion")
    };
    let finding = Diagnostic::error(
        UNKNOWN_KIND,
        format!("`{kind}` of `{version}` is not a declaration"),
    )
    .at(at.map(|node| node.span));
    report.push(finding.help(help(version, kind)));
    None
}

fn text_of<'a>(node: &'a Node, key: &str, report: &mut Report) -> Option<&'a str> {
    let text = node.get(key).and_then(Node::as_text);
    if text.is_none() {
        report.push(
            Diagnostic::error(UNKNOWN_KIND, format!("a declaration must have `{key}`"))
                .at(node.get(key).map_or(node.key_span(), |found| found.span))
                .help(format!("begin it with `apiVersion: {API_VERSION}` and `kind: Application`, `kind: Estate` or `kind: Rule`")),
        );
    }
    text
}

fn help(version: &str, kind: &str) -> String {
    match nearest(kind, &KINDS) {
        Some(near) if near == kind => format!("write `apiVersion: {API_VERSION}`"),
        Some(near) => format!("did you mean `{near}`?"),
        None if version == API_VERSION => format!("known kinds: {}", KINDS.join(", ")),
        None => "put Kubernetes objects into `raw` of an application".to_owned(),
    }
}
