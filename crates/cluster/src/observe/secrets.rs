//! Secrets cross this border only as digests.
//!
//! Two keys are in use. The values of the estate's own Secrets are compared with what is desired: their digests use the key that
//! `install` put into the cluster. What pods are restarted by is written into annotations by whoever releases, with different rights
//! and from different machines: that digest uses the UID of the Secret itself, which all who may read the Secret know, and nobody else.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::ByteString;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use steading_model::ObjectId;
use steading_model::desired::{Desired, LABEL_ESTATE};
use steading_plan::mask::{DigestKey, mask_secret, secret_digest};
use steading_plan::{Live, Scope, used_secrets};

use super::{Found, List, Question, namespace_of};
use crate::call::Call;
use crate::connect::Cluster;
use crate::failure::{RequestError, visible};
use crate::kind::{ServedKind, built_in};
use crate::list::Filter;
use crate::random;
use crate::record::PAYLOAD_TYPE;

/// Where the key of an estate that is seen as a whole is kept.
pub(crate) const SYSTEM_NAMESPACE: &str = "steading-system";
/// What the Secret with the key is called, there or in an application's namespace.
pub(crate) const KEY_NAME: &str = "steading-digest-key";

/// How long a key is: 256 bits.
const KEY_LENGTH: usize = 43;

/// Digests by namespace and name.
type Digests = BTreeMap<(String, String), String>;

/// A key that is not in the cluster yet. It is not printed.
#[derive(Clone)]
pub(crate) struct Unkept {
    /// The namespace that it is for.
    pub(crate) namespace: String,
    text: String,
}

impl std::fmt::Debug for Unkept {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Unkept")
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

/// Reads the key of digests; where there is none yet, one is made up.
pub(super) async fn key(
    cluster: &Cluster,
    scope: &Scope,
) -> Result<(DigestKey, Option<Unkept>), RequestError> {
    let namespace = namespace_of(scope).unwrap_or(SYSTEM_NAMESPACE);
    let path = built_in("", "Secret").path_of(Some(namespace), KEY_NAME);
    let call = Call::get(path, format!("read `Secret {namespace}/{KEY_NAME}`"));
    if let Some(secret) = visible(cluster.fetch::<Value>(call).await)? {
        return Ok((DigestKey::new(key_in(&secret).unwrap_or_default()), None));
    }
    let text = random::text(KEY_LENGTH).unwrap_or_else(|_| namespace.to_owned());
    let unkept = Unkept {
        namespace: namespace.to_owned(),
        text: text.clone(),
    };
    Ok((DigestKey::new(text), Some(unkept)))
}

fn key_in(secret: &Value) -> Option<Vec<u8>> {
    let bytes: ByteString = serde_json::from_value(secret.get("data")?.get("key")?.clone()).ok()?;
    Some(bytes.0)
}

/// Returns the Secret that holds a new key.
pub(crate) fn new_key(namespace: &str) -> Result<Value, random::RandomError> {
    let text = random::text(KEY_LENGTH)?;
    Ok(Unkept {
        namespace: namespace.to_owned(),
        text,
    }
    .object())
}

impl Unkept {
    /// Returns the Secret that keeps it.
    pub(crate) fn object(&self) -> Value {
        json!({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "immutable": true,
            "metadata": { "name": KEY_NAME, "namespace": self.namespace, "labels": { "app.kubernetes.io/managed-by": "steading" } },
            "data": { "key": ByteString(self.text.clone().into_bytes()) },
        })
    }
}

/// Returns the Secrets whose change restarts pods, by namespace and name.
pub(super) fn wanted(desired: &[Desired]) -> BTreeSet<(String, String)> {
    let objects = desired.iter().flat_map(|desired| &desired.objects);
    objects
        .flat_map(|object| used_by(&object.id, &object.json))
        .collect()
}

/// Returns the Secrets whose change restarts the pods of an object, by namespace and name.
fn used_by(id: &ObjectId, object: &Value) -> Vec<(String, String)> {
    let namespace = id.namespace.clone().unwrap_or_default();
    let names = used_secrets(&id.kind, object).unwrap_or_default();
    names
        .into_iter()
        .map(|name| (namespace.clone(), name.to_owned()))
        .collect()
}

/// Returns the digest of a Secret as it is in the cluster, keyed by its UID.
pub(crate) fn digest_of(secret: &Value) -> String {
    let uid = secret["metadata"]["uid"].as_str().unwrap_or_default();
    let mut masked = secret.clone();
    mask_secret(&DigestKey::new(uid), &mut masked);
    secret_digest(&masked)
}

/// Lists Secrets: ours as objects with digests for values, and those that pods use as one digest each.
///
/// Where pods use Secrets that are not ours (made by a secret operator), one list of all Secrets but our records serves both.
pub(super) async fn list(
    question: &Question<'_>,
    list: &List,
) -> Result<(Found, Digests), RequestError> {
    let List { kind, namespace } = list;
    let filter = filter(question, namespace.as_deref());
    let taken = question
        .cluster
        .list(kind, &filter, |_, json| take(question, kind, &json))
        .await;
    let mut digests = Digests::new();
    let taken = taken.map(|secrets| {
        let mut objects = Vec::new();
        for (id, live, digest) in secrets {
            digests.extend(digest);
            objects.extend(live.map(|live| (id, live)));
        }
        objects
    });
    Ok((list.found(taken)?, digests))
}

fn filter(question: &Question<'_>, namespace: Option<&str>) -> Filter {
    let filter = Filter::within(namespace);
    if question.wanted.is_empty() {
        return filter.labelled(question.labels);
    }
    Filter {
        fields: Some(format!("type!={PAYLOAD_TYPE}")),
        ..filter
    }
}

type Taken = (ObjectId, Option<Live>, Option<((String, String), String)>);

fn take(question: &Question<'_>, kind: &ServedKind, json: &RawValue) -> Option<Taken> {
    let secret: Value = serde_json::from_str(json.get()).ok()?;
    let metadata = secret.get("metadata")?;
    let id = kind.id(metadata["namespace"].as_str(), metadata["name"].as_str()?);
    let place = (id.namespace.clone().unwrap_or_default(), id.name.clone());
    let is_ours =
        metadata["labels"][LABEL_ESTATE] == question.estate && question.concerns(metadata);
    let digest = question
        .wanted
        .contains(&place)
        .then(|| (place, digest_of(&secret)));
    let live = is_ours.then(|| masked(secret, question.key)).flatten();
    Some((id, live, digest))
}

/// Returns an object with its secret values replaced by digests, as it may be kept.
pub(crate) fn masked(mut object: Value, key: &DigestKey) -> Option<Live> {
    mask_secret(key, &mut object);
    RawValue::from_string(object.to_string())
        .ok()
        .map(|json| Live { json })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_depends_on_values_and_uid() {
        let secret = |uid: &str, value: &str| json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"uid": uid}, "data": {"a": value}});
        assert_eq!(
            digest_of(&secret("1", "YQ==")),
            digest_of(&secret("1", "YQ=="))
        );
        assert_ne!(
            digest_of(&secret("1", "YQ==")),
            digest_of(&secret("2", "YQ=="))
        );
        assert_ne!(
            digest_of(&secret("1", "YQ==")),
            digest_of(&secret("1", "Yg=="))
        );
    }
}
