//! Every desired object looked at once: the same, missing, different, or out of reach.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use steading_model::{Desired, GroupKind, Object, ObjectId};

use crate::compare::{Pair, compare};
use crate::expected::{Secrets, expected, missing};
use crate::live::Opened;
use crate::mask::secret_digest;
use crate::observed::{History, Observed, ReleaseKey};
use crate::options::Options;
use crate::ownership::{Ownership, ownership};
use crate::report::Reason;
use crate::step::{FieldChange, ReleaseKind, Standing};
use crate::version::version;
use crate::wave::phase;

/// What was found about one desired object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Finding {
    /// It is as it should be.
    Same(String),
    /// It stays as it is, although not seen or not compared: its UID, where known.
    Left(Option<String>),
    /// It is not there.
    Missing(Vec<String>),
    /// It is there and differs.
    Different(Difference),
    /// It is not touched, and why.
    Held(Vec<Reason>),
}

/// How an object differs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    pub(crate) uid: String,
    pub(crate) resource_version: Option<String>,
    pub(crate) changes: Vec<FieldChange>,
    /// Keys of a Secret to make.
    pub(crate) generate: Vec<String>,
    /// A Job that failed is made again even if it does not differ.
    pub(crate) is_failed_job: bool,
}

/// One application with what was found about its objects.
pub(crate) struct Case<'a> {
    pub(crate) desired: &'a Desired,
    pub(crate) key: ReleaseKey,
    pub(crate) history: Option<&'a History>,
    pub(crate) findings: Vec<(&'a Object, Finding)>,
    version: OnceCell<String>,
}

/// What all applications share.
pub(crate) struct Survey<'a> {
    pub(crate) observed: &'a Observed,
    pub(crate) options: &'a Options,
    pub(crate) cases: Vec<Case<'a>>,
    /// Who desires which object first.
    pub(crate) claimed: BTreeMap<&'a ObjectId, usize>,
    defined: BTreeSet<GroupKind>,
    secrets: Secrets<'a>,
}

/// Returns what a release of an application is called.
pub fn release_key(desired: &Desired) -> ReleaseKey {
    ReleaseKey {
        namespace: desired.namespace.to_string(),
        application: desired.application.to_string(),
        environment: desired.environment.to_string(),
    }
}

impl<'a> Case<'a> {
    fn new(desired: &'a Desired, observed: &'a Observed) -> Self {
        let key = release_key(desired);
        Self {
            desired,
            history: observed.releases.get(&key),
            key,
            findings: Vec::with_capacity(desired.objects.len()),
            version: OnceCell::new(),
        }
    }

    /// Returns the digest of all that is desired.
    pub(crate) fn version(&self, options: &Options) -> &str {
        self.version
            .get_or_init(|| version(&self.desired.objects, &options.digest_key))
    }

    /// Returns the UID that the current release recorded for an object.
    fn recorded(&self, id: &ObjectId) -> Option<&'a str> {
        let inventory = &self.history?.inventory;
        let item = inventory.iter().find(|item| item.id == *id)?;
        Some(&item.uid)
    }

    /// Says whether the current release desired exactly this.
    fn is_released(&self, options: &Options) -> bool {
        self.history
            .and_then(|history| history.current_digest.as_deref())
            .is_some_and(|digest| digest == self.version(options))
    }
}

impl<'a> Survey<'a> {
    /// Looks at every desired object.
    pub(crate) fn new(
        desired: &'a [Desired],
        observed: &'a Observed,
        options: &'a Options,
    ) -> Self {
        let mut survey = Self {
            observed,
            options,
            cases: desired
                .iter()
                .map(|desired| Case::new(desired, observed))
                .collect(),
            claimed: BTreeMap::new(),
            defined: desired
                .iter()
                .flat_map(|desired| &desired.objects)
                .filter_map(defined_kind)
                .collect(),
            secrets: Secrets::new(&observed.secret_digests),
        };
        for (index, desired) in desired.iter().enumerate() {
            for object in &desired.objects {
                survey.claimed.entry(&object.id).or_insert(index);
            }
        }
        survey.foresee_secrets();
        for index in 0..survey.cases.len() {
            let case = &survey.cases[index];
            let findings = case
                .desired
                .objects
                .iter()
                .map(|object| (object, survey.examine(index, object)))
                .collect();
            survey.cases[index].findings = findings;
        }
        survey
    }

    /// Finds the Secrets that will change, so that the pods that use them are known to restart.
    fn foresee_secrets(&mut self) {
        let mut foreseen = Secrets::new(&self.observed.secret_digests);
        for (index, case) in self.cases.iter().enumerate() {
            for object in &case.desired.objects {
                for name in made_secrets(object) {
                    let Some(digest) = self.foresee(index, object) else {
                        continue;
                    };
                    foreseen.change(case.desired.namespace.as_str(), &name, digest);
                }
            }
        }
        self.secrets = foreseen;
    }

    /// Returns the digest that a Secret will have, if it changes; none inside where only applying tells.
    fn foresee(&self, index: usize, object: &Object) -> Option<Option<String>> {
        let is_plain = object.id.kind.is("", "Secret");
        match self.examine(index, object) {
            Finding::Same(_) | Finding::Left(_) | Finding::Held(_) => None,
            Finding::Missing(generate) if is_plain && generate.is_empty() => {
                let after = expected(object, None, &self.secrets, &self.options.digest_key);
                Some(Some(secret_digest(&after)))
            }
            Finding::Different(difference) if is_plain && difference.generate.is_empty() => {
                let mut after = Opened::new(self.observed.objects.get(&object.id)?).value();
                for change in &difference.changes {
                    overlay(&mut after, change);
                }
                Some(Some(secret_digest(&after)))
            }
            Finding::Missing(_) | Finding::Different(_) => Some(None),
        }
    }

    fn examine(&self, index: usize, object: &Object) -> Finding {
        let case = &self.cases[index];
        if let Some(reason) = self.obstacle(index, object) {
            return Finding::Held(vec![reason]);
        }
        let live = self.observed.objects.get(&object.id);
        let is_in_scope = self.options.scope.covers(&object.id);
        match live.map(Opened::new) {
            None if !is_in_scope => match case.recorded(&object.id) {
                Some(uid) => Finding::Left(Some(uid.to_owned())),
                None => Finding::Held(vec![Reason::ClusterScoped]),
            },
            None => self.absent(case, object),
            Some(live) => match self.present(case, object, &live) {
                Finding::Different(_) if !is_in_scope => Finding::Held(vec![Reason::ClusterScoped]),
                finding => finding,
            },
        }
    }

    /// Says what stands in the way before the object is even looked at.
    fn obstacle(&self, index: usize, object: &Object) -> Option<Reason> {
        let first = self.claimed.get(&object.id).copied().unwrap_or(index);
        if first != index {
            let other = self.cases[first].desired.title();
            return Some(Reason::Unowned(Some(crate::step::FieldOwner {
                manager: other,
                since: None,
            })));
        }
        if !self.options.scope.covers(&object.id) {
            return None;
        }
        if let Some(answer) = self.unreadable(&object.id) {
            return Some(Reason::Unreadable(answer));
        }
        let is_unserved = self.observed.unserved.contains(&object.id.kind)
            && !self.defined.contains(&object.id.kind);
        is_unserved.then_some(Reason::Unserved)
    }

    /// Returns the server's answer where a kind could not be read.
    pub(crate) fn unreadable(&self, id: &ObjectId) -> Option<String> {
        self.observed
            .unreadable
            .iter()
            .find(|unreadable| {
                unreadable.kind == id.kind
                    && (unreadable.namespace.is_none() || unreadable.namespace == id.namespace)
            })
            .map(|unreadable| unreadable.answer.clone())
    }

    /// Returns an object as it will be once applied, as far as that can be said now.
    pub(crate) fn expected<'o>(&self, object: &'o Object) -> Cow<'o, Value> {
        expected(object, None, &self.secrets, &self.options.digest_key)
    }

    fn absent(&self, case: &Case<'_>, object: &Object) -> Finding {
        let is_job = object.id.kind.is("batch", "Job");
        let is_phase = phase(&object.id.kind, &object.json).is_some();
        let is_done = is_job && (is_phase || case.recorded(&object.id).is_some());
        if is_phase && matches!(self.options.kind, ReleaseKind::Rollback(_))
            || is_done && case.is_released(self.options)
        {
            return Finding::Left(None);
        }
        Finding::Missing(missing(object, None))
    }

    fn present(&self, case: &Case<'_>, object: &Object, live: &Opened<'_>) -> Finding {
        let uid = live.text("uid").unwrap_or_default();
        if let Some(since) = live.text("deletionTimestamp") {
            let reason = format!("the live object is being deleted since {since}");
            return Finding::Held(vec![Reason::Refused(reason)]);
        }
        let is_adopted = self.options.is_adopted(&object.id);
        let owner = ownership(live, &case.desired.into(), case.recorded(&object.id));
        if let Ownership::Foreign(owner) = owner
            && !is_adopted
        {
            return Finding::Held(vec![Reason::Unowned(owner)]);
        }
        if phase(&object.id.kind, &object.json).is_some() {
            let is_rollback = matches!(self.options.kind, ReleaseKind::Rollback(_));
            if is_rollback || case.is_released(self.options) {
                return Finding::Left(Some(uid));
            }
        }
        self.compared(object, live, uid)
    }

    fn compared(&self, object: &Object, live: &Opened<'_>, uid: String) -> Finding {
        let is_secret = object.id.kind.is("", "Secret");
        let value = is_secret.then(|| live.value());
        let after = expected(
            object,
            value.as_ref(),
            &self.secrets,
            &self.options.digest_key,
        );
        let previous = self.observed.details.previous.get(&object.id);
        let pair = Pair {
            kind: &object.id.kind,
            desired: &after,
            live,
        };
        let mut changes = compare(&pair, previous);
        let generate = if is_secret {
            missing(object, value.as_ref())
        } else {
            Vec::new()
        };
        let is_failed_job = object.id.kind.is("batch", "Job")
            && phase(&object.id.kind, &object.json).is_some()
            && has_failed(live);
        if changes.is_empty() && generate.is_empty() && !is_failed_job {
            return Finding::Same(uid);
        }
        changes.extend(generate.iter().map(|key| FieldChange {
            path: format!("data.{key}"),
            before: None,
            after: Some(crate::expected::KNOWN_AFTER.into()),
            standing: Standing::Ours,
        }));
        Finding::Different(Difference {
            uid,
            resource_version: live.text("resourceVersion"),
            changes,
            generate,
            is_failed_job,
        })
    }
}

fn has_failed(live: &Opened<'_>) -> bool {
    let status = live.part("status");
    status["conditions"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|condition| condition["type"] == "Failed" && condition["status"] == "True")
}

/// Applies a change of one value of a Secret.
fn overlay(secret: &mut Value, change: &FieldChange) {
    let key = change
        .path
        .strip_prefix("data.")
        .or_else(|| change.path.strip_prefix("data[")?.strip_suffix(']'));
    let Some(key) = key else { return };
    match &change.after {
        Some(value) => secret["data"][key] = value.clone(),
        None => {
            if let Some(values) = secret["data"].as_object_mut() {
                values.remove(key);
            }
        }
    }
}

/// Returns the kind that a custom resource definition defines.
fn defined_kind(object: &Object) -> Option<GroupKind> {
    if object.id.kind.kind != "CustomResourceDefinition" {
        return None;
    }
    let spec = &object.json["spec"];
    Some(GroupKind::new(
        spec["group"].as_str()?,
        spec["names"]["kind"].as_str()?,
    ))
}

/// Returns the names of the Secrets that an object is or makes.
fn made_secrets(object: &Object) -> Vec<String> {
    let spec = &object.json["spec"];
    let named = |value: &Value| value.as_str().map(str::to_owned);
    match object.id.kind.kind.as_str() {
        "Secret" if object.id.kind.group.is_empty() => vec![object.id.name.clone()],
        "InfisicalSecret" => named(&spec["managedSecretReference"]["secretName"])
            .into_iter()
            .chain(
                spec["managedKubeSecretReferences"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|reference| named(&reference["secretName"])),
            )
            .collect(),
        "ExternalSecret" => {
            vec![named(&spec["target"]["name"]).unwrap_or_else(|| object.id.name.clone())]
        }
        "SealedSecret" => vec![object.id.name.clone()],
        _ => Vec::new(),
    }
}
