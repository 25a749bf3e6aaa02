//! Names, labels and annotations: what the API server enforces beside the schema.

use serde_json::Value;

use super::validate::Trail;
use super::violation::{MALFORMED_NAME, TOO_LARGE, Violation};

const LONGEST_LABEL: usize = 63;
const LONGEST_NAME: usize = 253;
/// All keys and values of an object's annotations together.
const LARGEST_ANNOTATIONS: usize = 256 << 10;
/// All keys and values of a `ConfigMap` or Secret together.
const LARGEST_DATA: usize = 1 << 20;

/// What form a name takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameForm {
    /// Lower-case letters, digits and `-`, at most 63 characters.
    Label,
    /// The same with `.`, at most 253 characters.
    Subdomain,
    /// Anything that can be one part of a URL's path.
    PathSegment,
}

impl NameForm {
    /// Returns the form of the names of a kind.
    pub(super) fn of(group: &str, kind: &str) -> Self {
        match (group, kind) {
            ("", "Namespace" | "Service") => Self::Label,
            ("rbac.authorization.k8s.io", _) => Self::PathSegment,
            _ => Self::Subdomain,
        }
    }

    fn problem(self, name: &str) -> Option<String> {
        let longest = if self == Self::Label {
            LONGEST_LABEL
        } else {
            LONGEST_NAME
        };
        if name.len() > longest {
            return Some(format!(
                "must be at most {longest} characters, not {}: `{name}`",
                name.len()
            ));
        }
        let (fits, form) = match self {
            Self::Label => (is_label(name), "lower-case letters, digits and `-`"),
            Self::Subdomain => (
                name.split('.').all(is_label),
                "lower-case letters, digits, `-` and `.`",
            ),
            Self::PathSegment => (
                !matches!(name, "" | "." | "..") && !name.contains(['/', '%']),
                "text without `/` and `%`",
            ),
        };
        (!fits).then(|| format!("must be {form}, not `{name}`"))
    }
}

fn is_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

/// Looks at the name of an object.
pub(super) fn validate_name(name: &str, form: NameForm, found: &mut Vec<Violation>) {
    let problem = form.problem(name);
    let metadata = Trail::ROOT.key("metadata");
    found.extend(
        problem.map(|problem| Violation::new(MALFORMED_NAME, metadata.key("name").path(), problem)),
    );
}

/// Looks at the labels and annotations of `metadata`, wherever it occurs.
pub(super) fn validate(metadata: &Value, trail: &Trail<'_>, found: &mut Vec<Violation>) {
    let entries = |key: &str| {
        metadata
            .get(key)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
    };
    let labels = trail.key("labels");
    for (key, value) in entries("labels") {
        let problem = key_problem(key).or_else(|| value.as_str().and_then(label_problem));
        found.extend(
            problem.map(|problem| Violation::new(MALFORMED_NAME, labels.key(key).path(), problem)),
        );
    }
    let annotations = trail.key("annotations");
    for (key, _) in entries("annotations") {
        let problem = key_problem(&key.to_lowercase());
        found.extend(
            problem.map(|problem| {
                Violation::new(MALFORMED_NAME, annotations.key(key).path(), problem)
            }),
        );
    }
    let size: usize = entries("annotations")
        .map(|(key, value)| key.len() + value.as_str().map_or(0, str::len))
        .sum();
    if size > LARGEST_ANNOTATIONS {
        let problem = format!("must be at most {LARGEST_ANNOTATIONS} bytes in all, not {size}");
        found.push(Violation::new(TOO_LARGE, annotations.path(), problem));
    }
}

/// Looks at the size of a `ConfigMap` or Secret.
pub(super) fn validate_size(json: &Value, found: &mut Vec<Violation>) {
    let parts = ["data", "binaryData", "stringData"]
        .into_iter()
        .filter_map(|key| json.get(key)?.as_object());
    let size: usize = parts
        .flatten()
        .map(|(key, value)| key.len() + value.as_str().map_or(0, str::len))
        .sum();
    if size > LARGEST_DATA {
        let problem = format!("must be at most {LARGEST_DATA} bytes in all, not {size}");
        let violation = Violation::new(TOO_LARGE, Trail::ROOT.key("data").path(), problem);
        found.push(violation.help("put large content on a volume or into the image"));
    }
}

fn key_problem(key: &str) -> Option<String> {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if let Some(prefix) = prefix
        && let Some(problem) = NameForm::Subdomain.problem(prefix)
    {
        return Some(format!("has a key whose part before `/` {problem}"));
    }
    let problem = qualified_problem(name);
    problem.map(|problem| format!("has a key whose name {problem}"))
}

fn label_problem(value: &str) -> Option<String> {
    if value.is_empty() {
        None
    } else {
        qualified_problem(value)
    }
}

/// Letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit, at most 63 characters.
fn qualified_problem(text: &str) -> Option<String> {
    if text.len() > LONGEST_LABEL {
        return Some(format!(
            "must be at most {LONGEST_LABEL} characters, not {}: `{text}`",
            text.len()
        ));
    }
    let ends = |c: char| c.is_ascii_alphanumeric();
    let fits = text.starts_with(ends)
        && text.ends_with(ends)
        && text.chars().all(|c| ends(c) || "-_.".contains(c));
    (!fits).then(|| format!("must be letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit, not `{text}`"))
}
