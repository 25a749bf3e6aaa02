//! The digest of all that an application desires: what a release is compared and quarantined by.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use steading_model::Object;

use crate::mask::{DigestKey, hex, is_secret, mask_secret};

/// Returns the digest of desired objects: independent of the order of objects and fields, and without secret values.
pub fn version<'a>(objects: impl IntoIterator<Item = &'a Object>, key: &DigestKey) -> String {
    let mut objects: Vec<&Object> = objects.into_iter().collect();
    objects.sort_by(|one, two| one.id.cmp(&two.id));
    let mut hash = Sha256::new();
    for object in objects {
        if is_secret(&object.json) {
            let mut masked = object.json.clone();
            mask_secret(key, &mut masked);
            value(&mut hash, &masked);
        } else {
            value(&mut hash, &object.json);
        }
    }
    hex(&hash.finalize())[..32].to_owned()
}

fn value(hash: &mut Sha256, json: &Value) {
    match json {
        Value::Object(fields) => map(hash, fields),
        Value::Array(items) => {
            hash.update(b"[");
            for item in items {
                value(hash, item);
                hash.update(b",");
            }
            hash.update(b"]");
        }
        scalar => hash.update(scalar.to_string()),
    }
}

/// Fields by name: the map may keep another order.
fn map(hash: &mut Sha256, fields: &Map<String, Value>) {
    let mut sorted: Vec<(&String, &Value)> = fields.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    hash.update(b"{");
    for (name, field) in sorted {
        hash.update(Value::from(name.as_str()).to_string());
        hash.update(b":");
        value(hash, field);
        hash.update(b",");
    }
    hash.update(b"}");
}
