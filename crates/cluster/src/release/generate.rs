//! Values that are made once, at random, and kept: the declaration names their keys, the cluster has their values.

use k8s_openapi::ByteString;
use serde_json::{Value, json};
use steading_model::ObjectId;
use steading_model::desired::ANNOTATION_GENERATE;
use steading_plan::mask::is_secret;

use super::error::ApplyError;
use crate::random;

/// How long a generated value is: 238 bits.
const LENGTH: usize = 40;

/// Says whether an object has generated values, so that what is there must be known before it is applied.
pub(crate) fn has_generated(object: &Value) -> bool {
    is_secret(object)
        && object["metadata"]["annotations"]
            .get(ANNOTATION_GENERATE)
            .is_some()
}

/// Adds the generated values of a Secret: those that the live one has, and new ones for keys that it has not.
pub(crate) fn fill(
    id: &ObjectId,
    object: &mut Value,
    live: Option<&Value>,
) -> Result<(), ApplyError> {
    let keys = object["metadata"]["annotations"][ANNOTATION_GENERATE]
        .as_str()
        .unwrap_or_default();
    let keys: Vec<String> = keys
        .split(',')
        .map(str::trim)
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
        .collect();
    for key in keys {
        let kept = live.and_then(|live| live["data"].get(&key)).cloned();
        let value = if let Some(kept) = kept {
            kept
        } else {
            let made = random::text(LENGTH).map_err(|source| ApplyError::Random {
                object: Box::new(id.clone()),
                source,
            })?;
            json!(ByteString(made.into_bytes()))
        };
        object["data"][key] = value;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use steading_model::GroupKind;

    use super::*;

    #[test]
    fn values_that_are_there_are_kept_and_others_made() {
        let id = ObjectId {
            kind: GroupKind::new("", "Secret"),
            namespace: None,
            name: "s".to_owned(),
        };
        let mut object = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"annotations": {ANNOTATION_GENERATE: "A, B"}}});
        assert!(has_generated(&object));
        fill(
            &id,
            &mut object,
            Some(&json!({"data": {"A": "b2xk", "other": "eA=="}})),
        )
        .unwrap();
        assert_eq!(object["data"]["A"], "b2xk");
        let made: ByteString = serde_json::from_value(object["data"]["B"].clone()).unwrap();
        assert_eq!(made.0.len(), LENGTH);
        assert!(object["data"].get("other").is_none());
    }
}
