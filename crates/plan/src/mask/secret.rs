//! Secret objects with their values replaced by digests.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::base64;
use super::{DigestKey, digest, hex, is_digest};

/// What `kubectl apply` leaves on an object: a copy of it, values included.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Says whether an object is a core `Secret`.
pub fn is_secret(object: &Value) -> bool {
    object["kind"] == "Secret" && object["apiVersion"] == "v1"
}

/// Moves `stringData` into `data`, as the API server does.
///
/// Done before a Secret is applied: server-side apply books `stringData` and `data` as different fields, so that a key that
/// moves from one to the other would be lost or kept by mistake.
pub fn normalise_secret(object: &mut Value) {
    if !is_secret(object) {
        return;
    }
    let Some(Value::Object(texts)) = object
        .as_object_mut()
        .and_then(|object| object.remove("stringData"))
    else {
        return;
    };
    if !object["data"].is_object() {
        object["data"] = Value::Object(Map::new());
    }
    for (name, text) in texts {
        let encoded = base64::encode(text.as_str().unwrap_or_default().as_bytes());
        object["data"][name] = Value::String(encoded);
    }
}

/// Replaces the values of a Secret by keyed digests, in place; other objects, and values that are digests already, stay.
///
/// The copy of the object that `kubectl apply` leaves in an annotation is dropped.
pub fn mask_secret(key: &DigestKey, object: &mut Value) {
    if !is_secret(object) {
        return;
    }
    normalise_secret(object);
    if let Some(values) = object.get_mut("data").and_then(Value::as_object_mut) {
        for value in values.values_mut() {
            *value = Value::String(masked(key, value));
        }
    }
    if let Some(annotations) = object
        .pointer_mut("/metadata/annotations")
        .and_then(Value::as_object_mut)
    {
        annotations.remove(LAST_APPLIED);
    }
}

fn masked(key: &DigestKey, value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    if is_digest(text) {
        return text.to_owned();
    }
    match base64::decode(text) {
        Some(bytes) => digest(key, &bytes),
        None => digest(key, text.as_bytes()),
    }
}

/// Returns the digest of a whole Secret, from its masked form: changes whenever a key or a value does.
pub fn secret_digest(masked: &Value) -> String {
    let empty = Map::new();
    let values = masked["data"].as_object().unwrap_or(&empty);
    let sorted: BTreeMap<&str, &str> = values
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
        .collect();
    short(sorted.iter().map(|(name, value)| (*name, *value)))
}

/// Returns the digest over several Secrets, by name, for the annotation `steading.dev/secret-digest`. One that is not there counts as `absent`.
pub fn combined_digest<'a>(
    secrets: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> String {
    let sorted: BTreeMap<&str, &str> = secrets
        .into_iter()
        .map(|(name, digest)| (name, digest.unwrap_or("absent")))
        .collect();
    short(sorted.iter().map(|(name, digest)| (*name, *digest)))
}

fn short<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut hash = Sha256::new();
    for (name, value) in pairs {
        hash.update(name);
        hash.update([0]);
        hash.update(value);
        hash.update([0]);
    }
    hex(&hash.finalize())[..16].to_owned()
}

/// Returns the raw texts of a Secret's values that are long enough to be searched for, decoded and encoded.
pub(super) fn texts(object: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for field in ["data", "stringData"] {
        for value in object[field].as_object().into_iter().flat_map(Map::values) {
            let Some(text) = value.as_str().filter(|text| !is_digest(text)) else {
                continue;
            };
            found.push(text.to_owned());
            if field == "data" {
                found.extend(base64::decode(text).and_then(|bytes| String::from_utf8(bytes).ok()));
            } else {
                found.push(base64::encode(text.as_bytes()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_has_the_same_digest_however_it_is_written() {
        let key = DigestKey::new("key");
        let mut encoded =
            json!({"apiVersion": "v1", "kind": "Secret", "data": {"A": "aHVudGVyMg=="}});
        let mut text =
            json!({"apiVersion": "v1", "kind": "Secret", "stringData": {"A": "hunter2"}});
        mask_secret(&key, &mut encoded);
        mask_secret(&key, &mut text);
        assert_eq!(encoded, text);
        assert_eq!(encoded["data"]["A"], digest(&key, b"hunter2"));
        let once = encoded.clone();
        mask_secret(&key, &mut encoded);
        assert_eq!(encoded, once);
    }

    #[test]
    fn a_copy_of_the_values_in_an_annotation_is_dropped() {
        let mut secret = json!({"apiVersion": "v1", "kind": "Secret",
            "metadata": {"annotations": {LAST_APPLIED: "{\"data\":{\"A\":\"aHVudGVyMg==\"}}", "other": "stays"}}});
        mask_secret(&DigestKey::new("key"), &mut secret);
        assert_eq!(secret["metadata"]["annotations"], json!({"other": "stays"}));
    }

    #[test]
    fn other_kinds_are_left_alone() {
        let before =
            json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"A": "aHVudGVyMg=="}});
        let mut after = before.clone();
        mask_secret(&DigestKey::new("key"), &mut after);
        assert_eq!(after, before);
    }

    #[test]
    fn a_combined_digest_tells_absent_from_empty_and_ignores_order() {
        let both = combined_digest([("a", Some("1")), ("b", None)]);
        assert_eq!(both, combined_digest([("b", None), ("a", Some("1"))]));
        assert_ne!(both, combined_digest([("a", Some("1")), ("b", Some(""))]));
        assert_ne!(both, combined_digest([("a", Some("1"))]));
    }
}
