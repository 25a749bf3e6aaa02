//! What an object will be once applied, as far as that can be said before: Secret values masked, generated keys kept, digests of used
//! Secrets filled in.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use steading_model::desired::{ANNOTATION_GENERATE, ANNOTATION_SECRET_DIGEST, ANNOTATION_SECRETS};
use steading_model::{GroupKind, Object};

use crate::grown::{keep_sizes, may_grow};
use crate::mask::{DigestKey, combined_digest, is_secret, mask_secret, normalise_secret};
use crate::updated::{is_updated, keep_images};

/// What stands in a plan where the digest of a Secret is known only once the Secret was written.
pub const KNOWN_AFTER: &str = "(known after apply)";

/// The digest that a Secret will have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Foreseen {
    /// This one.
    Known(String),
    /// Only applying tells: values are made at random, or by an operator.
    Unknown,
}

/// The Secrets as they will be after the release: by namespace and name.
#[derive(Debug, Default)]
pub(crate) struct Secrets<'a> {
    /// The digests now.
    now: Option<&'a BTreeMap<(String, String), String>>,
    /// The digests that change.
    changed: BTreeMap<(String, String), Foreseen>,
}

impl<'a> Secrets<'a> {
    /// Starts with the digests as observed.
    pub(crate) fn new(now: &'a BTreeMap<(String, String), String>) -> Self {
        Self {
            now: Some(now),
            changed: BTreeMap::new(),
        }
    }

    /// Says that a Secret will have another digest.
    pub(crate) fn change(&mut self, namespace: &str, name: &str, foreseen: Foreseen) {
        let place = (namespace.to_owned(), name.to_owned());
        self.changed.insert(place, foreseen);
    }

    /// Returns the combined digest of the named Secrets.
    fn combined(&self, namespace: &str, names: &BTreeSet<&str>) -> String {
        let mut digests: Vec<(&str, Option<&str>)> = Vec::with_capacity(names.len());
        for name in names {
            let place = (namespace.to_owned(), (*name).to_owned());
            match self.changed.get(&place) {
                Some(Foreseen::Unknown) => return KNOWN_AFTER.to_owned(),
                Some(Foreseen::Known(digest)) => digests.push((name, Some(digest))),
                None => {
                    let now = self.now.and_then(|now| now.get(&place));
                    digests.push((name, now.map(String::as_str)));
                }
            }
        }
        combined_digest(digests)
    }
}

/// Returns an object as it is applied: `stringData` moved into `data`.
pub(crate) fn applied(object: &Value) -> Value {
    let mut applied = object.clone();
    normalise_secret(&mut applied);
    applied
}

/// Returns an object as it is applied over a live one: the images that an updater keeps current, and the sizes that a resizer does, are
/// left as they are.
pub(crate) fn applied_over(object: &Object, live: &Value) -> Value {
    let mut applied = applied(&object.json);
    keep_images(&object.id.kind, &mut applied, live);
    keep_sizes(&object.id.kind, &mut applied, live);
    applied
}

/// Returns an object as it will be in the cluster, to compare with: Secrets masked.
pub(crate) fn expected<'o>(
    object: &'o Object,
    live: Option<&Value>,
    secrets: &Secrets<'_>,
    key: &DigestKey,
) -> Cow<'o, Value> {
    if is_secret(&object.json) {
        let mut masked = object.json.clone();
        mask_secret(key, &mut masked);
        keep_generated(object, live, &mut masked);
        return Cow::Owned(masked);
    }
    let kind = &object.id.kind;
    let mut expected = Cow::Borrowed(&object.json);
    if let Some(live) = live.filter(|_| is_updated(&object.json)) {
        keep_images(kind, expected.to_mut(), live);
    }
    if let Some(live) = live.filter(|_| may_grow(kind)) {
        keep_sizes(kind, expected.to_mut(), live);
    }
    if let Some(names) = used_secrets(kind, &object.json) {
        let namespace = object.id.namespace.as_deref().unwrap_or_default();
        let digest = secrets.combined(namespace, &names);
        fill_secret_digest(kind, expected.to_mut(), &digest);
    }
    expected
}

/// Returns the names of the Secrets whose change restarts the pods of an object, where it has any.
pub fn used_secrets<'o>(kind: &GroupKind, object: &'o Value) -> Option<BTreeSet<&'o str>> {
    let names = object
        .pointer(template(kind)?)?
        .get("metadata")?
        .get("annotations")?;
    let names = names.get(ANNOTATION_SECRETS)?.as_str()?;
    let names: BTreeSet<&str> = names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    (!names.is_empty()).then_some(names)
}

/// Sets the annotation with the digest of the used Secrets on the pod template.
pub fn fill_secret_digest(kind: &GroupKind, object: &mut Value, digest: &str) {
    let annotations = template(kind)
        .and_then(|place| object.pointer_mut(place))
        .and_then(|template| template.pointer_mut("/metadata/annotations"))
        .and_then(Value::as_object_mut);
    if let Some(annotations) = annotations {
        annotations.insert(ANNOTATION_SECRET_DIGEST.to_owned(), Value::from(digest));
    }
}

/// Where the pod template of a kind is. That of a Job cannot change, and its pods are never restarted.
pub(crate) fn template(kind: &GroupKind) -> Option<&'static str> {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("apps", _) => Some("/spec/template"),
        ("batch", "CronJob") => Some("/spec/jobTemplate/spec/template"),
        _ => None,
    }
}

/// Returns the keys of a Secret that are made once at random.
pub(crate) fn generated(object: &Object) -> Vec<&str> {
    object
        .annotation(ANNOTATION_GENERATE)
        .into_iter()
        .flat_map(|keys| keys.split(','))
        .map(str::trim)
        .filter(|key| !key.is_empty())
        .collect()
}

/// Returns the generated keys that the live Secret does not have.
pub(crate) fn missing(object: &Object, live: Option<&Value>) -> Vec<String> {
    generated(object)
        .into_iter()
        .filter(|key| live.is_none_or(|live| live["data"].get(key).is_none()))
        .map(str::to_owned)
        .collect()
}

/// Adds the generated values that are there: they stay.
fn keep_generated(object: &Object, live: Option<&Value>, masked: &mut Value) {
    for key in generated(object) {
        if let Some(value) = live.and_then(|live| live["data"].get(key)) {
            masked["data"][key] = value.clone();
        }
    }
}
