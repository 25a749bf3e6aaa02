//! The older format: one values file for a shared chart, in three generations.
//!
//! [`convert`] turns it into the current form. Every node of the result keeps the place where it was written, so that findings
//! about the result point into the file that the user has. Where the older format left something open or the two formats differ,
//! a [`Decision`] says what was done.
//!
//! The generations differ in `ingress` (a mapping, public by default; a list with `public`; a list with `access`), and a file of the
//! chart for platform services (`name`, `host`, `storage`) has a form of its own (`service`).

mod application;
mod env;
mod health;
mod ingress;
mod jobs;
mod network;
mod section;
mod security;
mod service;
mod storage;
mod tree;

use crate::diagnostic::{Diagnostic, Report};
use crate::node::{FieldPath, Node};
use crate::read::Reader;
use crate::source::Span;

/// Groups whose kind `Application` is something else.
const FOREIGN: [&str; 3] = ["steading.dev", "argoproj.io", "app.k8s.io"];

/// A declaration of the older format in the current form.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// The current form; none where the file makes no sense at all.
    pub node: Option<Node>,
    /// The environment that the file itself chooses.
    pub environment: Option<String>,
    /// What was decided.
    pub decisions: Vec<Decision>,
    /// What is wrong with the file.
    pub report: Report,
}

/// Something that the older format left open, or that is written in another way now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The place in the older file.
    pub span: Span,
    /// What was decided.
    pub text: String,
}

/// Says whether a document is of the older format; one with fields that only the current form has is not.
pub fn is_legacy(node: &Node) -> bool {
    let version = node.get("apiVersion").and_then(Node::as_text);
    let group = version.map(|version| version.split('/').next().unwrap_or_default());
    match (group, node.get("kind").and_then(Node::as_text)) {
        (Some(group), Some("Application")) => !FOREIGN.contains(&group) && !is_current(node),
        (None, None) => (is_values(node) && !is_current(node)) || service::is_service(node),
        _ => false,
    }
}

/// Says whether `spec` has a field that the older format did not have.
fn is_current(node: &Node) -> bool {
    let known = |key: &str| {
        crate::resolve::spec_keys().contains(&key) && !section::SPEC_KEYS.contains(&key)
    };
    tree::entries(node.get("spec"))
        .iter()
        .any(|entry| known(&entry.key))
}

/// A values file without `apiVersion` and `kind`.
fn is_values(node: &Node) -> bool {
    let has = |key: &str| node.get(key).is_some();
    has("metadata") && (has("spec") || has("environments")) || has("spec") && has("environments")
}

/// Merges values files in order, as `helm -f base -f over` does.
#[must_use]
pub fn merge(base: Node, over: &Node) -> Node {
    crate::resolve::merge(base, over)
}

/// Converts a document.
pub fn convert(node: &Node) -> Conversion {
    let mut import = Import::default();
    let converted = if service::is_service(node) {
        service::convert(node, &mut import)
    } else {
        application::convert(node, &mut import)
    };
    let environment = node
        .get("environment")
        .and_then(Node::as_text)
        .map(str::to_owned);
    Conversion {
        node: converted,
        environment,
        decisions: import.decisions,
        report: import.report,
    }
}

/// Where a key may have been meant that is not known in `spec` or an environment.
const DEEPER: [(&str, &[&str]); 4] = [
    ("resources", &["cpu", "memory", "memoryLimit"]),
    ("health", &health::KEYS),
    ("storage", &storage::KEYS),
    ("network", &network::KEYS),
];

fn deeper_than(known: &[&str]) -> &'static [(&'static str, &'static [&'static str])] {
    if known.contains(&"resources") {
        &DEEPER
    } else {
        &[]
    }
}

/// Where decisions and findings go.
#[derive(Default)]
struct Import {
    decisions: Vec<Decision>,
    report: Report,
}

impl Import {
    /// Returns a reader at a path, for findings.
    fn at(&mut self, path: &FieldPath) -> Reader<'_> {
        Reader::at(&mut self.report, path.clone())
    }

    fn decide(&mut self, span: Span, text: impl Into<String>) {
        self.decisions.push(Decision {
            span,
            text: text.into(),
        });
    }

    fn report(&mut self, finding: Diagnostic) {
        self.report.push(finding);
    }

    /// Reports unknown keys with the nearest key of the older format; `false` and a finding where the node is no mapping.
    fn keys(&mut self, node: &Node, path: &FieldPath, known: &[&str]) -> bool {
        let Some(mapping) = node.as_mapping() else {
            self.at(path).wrong_type(node, "a mapping");
            return false;
        };
        self.at(path)
            .unknown_keys_or_deeper(mapping, known, deeper_than(known));
        true
    }
}
