//! Values that are made once, at random, and kept.
//!
//! They belong to a field manager of their own, so that applying the Secret's declaration, which does not have them, leaves them alone.

use std::collections::BTreeSet;

use k8s_openapi::ByteString;
use serde_json::{Map, Value, json};
use steading_model::ObjectId;
use steading_model::desired::ANNOTATION_GENERATE;

use super::error::ApplyError;
use super::hold::Hold;
use super::write::Force;
use crate::kind::ServedKind;
use crate::random;

/// The field manager of generated values.
pub(crate) const MANAGER: &str = "steading-secrets";

/// How long a generated value is: 238 bits.
const LENGTH: usize = 40;

/// Makes the values that a Secret should have and has not; returns it as it is then.
pub(crate) async fn complete(
    hold: &Hold<'_>,
    id: &ObjectId,
    kind: &ServedKind,
    desired: &Value,
    live: Value,
) -> Result<Value, ApplyError> {
    let wanted = wanted(desired);
    let missing = wanted
        .iter()
        .filter(|key| live["data"].get(key.as_str()).is_none());
    let made = missing
        .map(|key| Ok(((*key).clone(), random::text(LENGTH)?)))
        .collect::<Result<Vec<_>, _>>();
    let made = made.map_err(|source| ApplyError::Random {
        object: id.clone(),
        source,
    })?;
    if made.is_empty() {
        return Ok(live);
    }
    hold.apply(kind, id, &object(&live, &wanted, made), MANAGER, Force::Yes)
        .await
}

fn wanted(desired: &Value) -> BTreeSet<String> {
    let keys = desired["metadata"]["annotations"][ANNOTATION_GENERATE]
        .as_str()
        .unwrap_or_default();
    keys.split(',')
        .map(str::trim)
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Returns what is applied: the values that there are, and the new ones. The UID makes sure that no other Secret gets them.
fn object(live: &Value, wanted: &BTreeSet<String>, made: Vec<(String, String)>) -> Value {
    let kept = wanted
        .iter()
        .filter_map(|key| Some((key.clone(), live["data"].get(key)?.clone())));
    let made = made
        .into_iter()
        .map(|(key, text)| (key, json!(ByteString(text.into_bytes()))));
    let metadata = &live["metadata"];
    json!({
        "apiVersion": live["apiVersion"], "kind": live["kind"],
        "metadata": { "name": metadata["name"], "namespace": metadata["namespace"], "uid": metadata["uid"] },
        "data": kept.chain(made).collect::<Map<String, Value>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_there_are_kept() {
        let live = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "n", "uid": "u"}, "data": {"A": "b2xk", "other": "eA=="}});
        let wanted = wanted(&json!({"metadata": {"annotations": {ANNOTATION_GENERATE: "A, B"}}}));
        let object = object(&live, &wanted, vec![("B".to_owned(), "new".to_owned())]);
        assert_eq!(object["data"], json!({"A": "b2xk", "B": "bmV3"}));
        assert_eq!(object["metadata"]["uid"], "u");
    }
}
