//! `ConfigMaps` of files, named by their content and never changed.

use std::collections::BTreeMap;

use serde_json::Value;
use steading_model::FieldPath;

use crate::basis::{Container, Content, File};
use crate::codes::FILE_TOO_LARGE;
use crate::file::MODE;
use crate::json::{Fields, text_map};
use crate::names;
use crate::scope::{Output, Scope};

/// What a `ConfigMap` holds at most.
const LIMIT: usize = 1024 * 1024;
/// The mode of scripts that do not say.
const SCRIPT_MODE: u32 = 0o555;

/// One file as it stands in a `ConfigMap`.
struct Stored<'a> {
    key: String,
    /// Where it is in the volume: the path in the container without its leading `/`.
    place: String,
    bytes: &'a [u8],
    mode: u32,
}

/// Adds the `ConfigMaps` with the files of a container, and returns them as sources of a volume.
pub(crate) fn sources(
    scope: &Scope<'_>,
    container: &Container<'_>,
    output: &mut Output,
) -> Vec<Value> {
    let path = container.path.key("files");
    let mut sources = Vec::new();
    for group in groups(scope, container, output) {
        sources.push(config_map(scope, &group, &path, output));
    }
    sources
}

/// Returns the files in groups that fit a `ConfigMap` each.
fn groups<'a>(
    scope: &Scope<'_>,
    container: &'a Container<'_>,
    output: &mut Output,
) -> Vec<Vec<Stored<'a>>> {
    let mut groups: Vec<Vec<Stored<'a>>> = Vec::new();
    let mut room = 0;
    for (place, file) in &container.files {
        for stored in stored(place, file) {
            let size = stored.bytes.len();
            if size > LIMIT {
                let message = format!("`/{}` is larger than 1 MiB: {size} bytes", stored.place);
                let help = "put it into the image or on a volume";
                output.error(scope, FILE_TOO_LARGE, &file.path, message, help);
                continue;
            }
            if let Some(group) = groups.last_mut().filter(|_| size <= room) {
                group.push(stored);
            } else {
                groups.push(vec![stored]);
                room = LIMIT;
            }
            room -= size;
        }
    }
    groups
}

fn stored<'a>(place: &str, file: &'a File<'_>) -> Vec<Stored<'a>> {
    let place = place.trim_start_matches('/');
    let stored = |place: String, bytes: &'a [u8]| {
        let usual = if bytes.starts_with(b"#!") {
            SCRIPT_MODE
        } else {
            MODE
        };
        Stored {
            key: key(&place),
            place,
            bytes,
            mode: file.mode.unwrap_or(usual),
        }
    };
    match &file.content {
        Content::Bytes(bytes) => vec![stored(place.to_owned(), bytes)],
        Content::Folder(files) => files
            .iter()
            .map(|(below, bytes)| stored(format!("{place}/{below}"), bytes))
            .collect(),
        Content::Secret { .. } | Content::SecretFolder(_) => Vec::new(),
    }
}

/// Returns the key of a file: its path with `_` for what a key cannot hold, and a hash where that is not reversible.
fn key(place: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    let plain: String = place
        .chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .collect();
    let reversible = place.chars().all(|c| allowed(c) || c == '/')
        && place.len() <= 200
        && !place.starts_with("..");
    if reversible {
        return plain;
    }
    let end: String = plain
        .chars()
        .rev()
        .take(100)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    format!("{}-{}", end.trim_start_matches('.'), names::hash(place, 8))
}

/// Adds a `ConfigMap` and returns the source of the volume.
fn config_map(
    scope: &Scope<'_>,
    files: &[Stored<'_>],
    path: &FieldPath,
    output: &mut Output,
) -> Value {
    let mut text = BTreeMap::new();
    let mut binary = BTreeMap::new();
    for file in files {
        match std::str::from_utf8(file.bytes) {
            Ok(content) if !content.contains('\0') => drop(text.insert(file.key.as_str(), content)),
            _ => drop(binary.insert(file.key.as_str(), base64(file.bytes))),
        }
    }
    let name = format!("{}-files-{}", scope.name(), content_hash(files));
    if output.config_maps.insert(name.clone()) {
        let object = scope
            .named(name.as_str())
            .object("v1", "ConfigMap")
            .with("data", text_map(text))
            .with("binaryData", text_map(binary))
            .with("immutable", true);
        output.push(scope, object, path);
    }
    let items: Vec<Value> = files.iter().map(item).collect();
    let source = Fields::new().with("name", name).with("items", items);
    Fields::new().with("configMap", source).into()
}

fn item(file: &Stored<'_>) -> Value {
    Fields::new()
        .with("key", file.key.as_str())
        .with("path", file.place.as_str())
        .with("mode", (file.mode != MODE).then_some(file.mode))
        .into()
}

fn content_hash(files: &[Stored<'_>]) -> String {
    let mut content = Vec::new();
    for file in files {
        content.extend(format!("{}\0{}\0", file.key, file.bytes.len()).into_bytes());
        content.extend(file.bytes);
    }
    names::hash(content, 8)
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit)) & 63;
            text.push(if digit <= chunk.len() {
                char::from(DIGITS[index as usize])
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_encoded_as_rfc_4648_says() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
        assert_eq!(base64(&[0xff, 0xfe, 0xfd]), "//79");
    }

    #[test]
    fn keys_tell_paths_apart() {
        assert_eq!(key("etc/app.conf"), "etc_app.conf");
        assert_ne!(key("etc_app.conf"), key("etc/app.conf"));
        assert_ne!(key("a b"), key("a c"));
        assert!(key(&"a/".repeat(400)).len() < 253);
    }
}
