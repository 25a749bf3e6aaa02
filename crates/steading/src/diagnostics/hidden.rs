//! What no excerpt may show: the values of Secrets that someone wrote into a declaration. A log of CI is often read by more people than
//! the repository.

use std::borrow::Cow;
use std::ops::Range;

use steading_model::node::Value;
use steading_model::{FileId, Node, Sources, yaml};

/// Keys of a Secret below which all is secret.
const SECRET_KEYS: [&str; 2] = ["data", "stringData"];

/// Returns the text of a file with each byte of such values as `*`, so that places in it stay the same.
pub(super) fn without_secrets(sources: &Sources, file: FileId) -> Cow<'_, str> {
    let text = sources.file(file).text();
    if !text.contains("Secret") {
        return Cow::Borrowed(text);
    }
    let (documents, _) = yaml::parse(sources, file);
    let mut secret = Vec::new();
    for document in &documents {
        find(document, &mut secret);
    }
    if secret.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(masked(text, &secret))
}

/// Finds the values of Secrets anywhere in a document.
fn find(node: &Node, secret: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::Null | Value::Scalar(_) => {}
        Value::List(items) => items.iter().for_each(|item| find(item, secret)),
        Value::Mapping(mapping) => {
            let is_secret = mapping.get("kind").and_then(Node::as_text) == Some("Secret");
            for entry in mapping.entries() {
                if is_secret && SECRET_KEYS.contains(&entry.key.as_str()) {
                    scalars(&entry.value, secret);
                } else {
                    find(&entry.value, secret);
                }
            }
        }
    }
}

fn scalars(node: &Node, secret: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::Null => {}
        Value::Scalar(_) => secret.push(node.span.range()),
        Value::List(items) => items.iter().for_each(|item| scalars(item, secret)),
        Value::Mapping(mapping) => mapping
            .entries()
            .iter()
            .for_each(|entry| scalars(&entry.value, secret)),
    }
}

fn masked(text: &str, secret: &[Range<usize>]) -> String {
    let mut masked = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        let is_secret = secret.iter().any(|range| range.contains(&at));
        if is_secret && !matches!(letter, '\n' | '\r' | '"' | '\'') {
            masked.extend(std::iter::repeat_n('*', letter.len_utf8()));
        } else {
            masked.push(letter);
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", text);
        without_secrets(&sources, file).into_owned()
    }

    #[test]
    fn values_of_secrets_are_stars_of_the_same_length() {
        let text = "spec:\n  env: { A: plain }\n  raw:\n  - kind: Secret\n    stringData: { a: \"söme\", b: 12, c: [x] }\n    data:\n      d: |\n        line\n";
        let expected = "spec:\n  env: { A: plain }\n  raw:\n  - kind: Secret\n    stringData: { a: \"*****\", b: **, c: [*] }\n    data:\n      d: |\n        ****\n";
        let shown = shown(text);
        assert_eq!(shown.len(), text.len());
        assert!(shown.starts_with(expected), "{shown}");
        assert!(!shown.contains("line"), "{shown}");
    }

    #[test]
    fn all_else_stays() {
        for text in [
            "kind: ConfigMap\ndata: { a: Secret }\n",
            "kind: Secret\nmetadata: { name: a }\n",
            "kind: [Secret",
        ] {
            assert_eq!(shown(text), text);
        }
    }
}
