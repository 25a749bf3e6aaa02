//! Every desired object looked at once: the same, missing, different, or out of reach.

mod foresee;
mod former;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use steading_model::{Desired, GroupKind, Object, ObjectId};

use crate::compare::{Pair, compare};
use crate::expected::{Secrets, expected, missing};
use crate::live::Opened;
use crate::observed::{History, Live, Observed, ReleaseKey};
use crate::options::Options;
use crate::ownership::{Ownership, is_labelled_for, ownership};
use crate::release::Member;
use crate::report::Reason;
use crate::step::{FieldChange, FieldOwner, ReleaseKind, Standing};
use crate::version::version;
use crate::wave::phase;

pub use former::is_former;

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
    /// The place of what it was before, with another name or in another namespace.
    pub(crate) former: Option<usize>,
    /// The place of what it is now.
    pub(crate) successor: Option<usize>,
    version: OnceCell<String>,
}

/// Every desired object, looked at once. What differs is asked for with [`differing`](Self::differing); where nothing does, the same
/// survey gives the plan.
pub struct Survey<'a> {
    pub(crate) observed: &'a Observed,
    pub(crate) options: &'a Options,
    pub(crate) cases: Vec<Case<'a>>,
    /// Who desires which object first. Only looked up in, as are the live objects: hashing is ten times faster here than comparing names.
    pub(crate) claimed: HashMap<&'a ObjectId, usize>,
    /// Objects that more than one application desires.
    contested: BTreeSet<&'a ObjectId>,
    live: HashMap<&'a ObjectId, &'a Live>,
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
            former: None,
            successor: None,
            version: OnceCell::new(),
        }
    }

    /// Returns the digest of all that is desired.
    pub(crate) fn version(&self, options: &Options) -> &str {
        self.version
            .get_or_init(|| version(&self.desired.objects, &options.digest_key))
    }

    /// Says whether it is there: it was released, and did not leave everything to what it is called now.
    pub(crate) fn is_there(&self) -> bool {
        self.history
            .is_some_and(|history| history.current.is_some() && history.moved_to.is_none())
    }

    /// Returns its current release.
    pub(crate) fn current(&self) -> Option<Member> {
        Some(Member {
            key: self.key.clone(),
            number: self.history?.current?,
        })
    }

    /// Returns the UID that the current release recorded for an object.
    pub(crate) fn recorded(&self, id: &ObjectId) -> Option<&'a str> {
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
    pub fn new(desired: &'a [Desired], observed: &'a Observed, options: &'a Options) -> Self {
        let mut survey = Self {
            observed,
            options,
            cases: desired
                .iter()
                .map(|desired| Case::new(desired, observed))
                .collect(),
            claimed: HashMap::with_capacity(observed.objects.len()),
            contested: BTreeSet::new(),
            live: observed.objects.iter().collect(),
            defined: desired
                .iter()
                .flat_map(|desired| &desired.objects)
                .filter_map(defined_kind)
                .collect(),
            secrets: Secrets::new(&observed.secret_digests),
        };
        for (index, desired) in desired.iter().enumerate() {
            for object in &desired.objects {
                if *survey.claimed.entry(&object.id).or_insert(index) != index {
                    survey.contested.insert(&object.id);
                }
            }
        }
        former::pair(&mut survey.cases, options);
        survey.examine_all();
        survey
    }

    /// Says whether pods may have to be placed: only then it matters which nodes there are.
    pub fn places_pods(&self) -> bool {
        let findings = self.cases.iter().flat_map(|case| &case.findings);
        findings.into_iter().any(|(object, finding)| {
            let changes = matches!(finding, Finding::Missing(_) | Finding::Different(_));
            changes && crate::expected::template(&object.id.kind).is_some()
        })
    }

    /// Looks at Secrets first: whether pods restart depends on whether the Secrets that they use change.
    fn examine_all(&mut self) {
        let mut early: BTreeMap<(usize, &ObjectId), Finding> = BTreeMap::new();
        let mut secrets = Secrets::new(&self.observed.secret_digests);
        for (index, case) in self.cases.iter().enumerate() {
            for object in &case.desired.objects {
                let names = foresee::made_secrets(object);
                if names.is_empty() {
                    continue;
                }
                let finding = self.examine(index, object);
                if let Some(foreseen) = foresee::foresee(self, object, &finding) {
                    for name in names {
                        let namespace = case.desired.namespace.as_str();
                        secrets.change(namespace, &name, foreseen.clone());
                    }
                }
                early.insert((index, &object.id), finding);
            }
        }
        self.secrets = secrets;
        for index in 0..self.cases.len() {
            let desired = self.cases[index].desired;
            let mut findings = Vec::with_capacity(desired.objects.len());
            for object in &desired.objects {
                let found = early.remove(&(index, &object.id));
                findings.push((object, found.unwrap_or_else(|| self.examine(index, object))));
            }
            self.cases[index].findings = findings;
        }
    }

    fn examine(&self, index: usize, object: &Object) -> Finding {
        let case = &self.cases[index];
        if let Some(reason) = self.obstacle(index, object) {
            return Finding::Held(vec![reason]);
        }
        let live = self.live.get(&object.id).copied();
        let is_in_scope = self.options.scope.covers(&object.id);
        match live.map(Opened::new) {
            None if !is_in_scope => match case.recorded(&object.id) {
                Some(uid) => Finding::Left(Some(uid.to_owned())),
                None => Finding::Held(vec![Reason::ClusterScoped]),
            },
            None => self.absent(case, object),
            Some(live) => match self.present(case, object, &live) {
                Finding::Different(_) | Finding::Held(_) if !is_in_scope => {
                    Finding::Held(vec![Reason::ClusterScoped])
                }
                finding => finding,
            },
        }
    }

    /// Says what stands in the way before the object is even looked at.
    fn obstacle(&self, index: usize, object: &Object) -> Option<Reason> {
        if self.contested.contains(&object.id) && self.claimed[&object.id] != index {
            let first = &self.cases[self.claimed[&object.id]];
            return Some(Reason::Unowned(Some(FieldOwner {
                manager: first.desired.title(),
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
        let uid = live.text("uid").unwrap_or_default().to_owned();
        if let Some(since) = live.text("deletionTimestamp") {
            let reason = format!("the live object is being deleted since {since}");
            return Finding::Held(vec![Reason::Refused(reason)]);
        }
        let is_adopted = self.options.is_adopted(&object.id);
        let owner = ownership(live, &case.desired.into(), case.recorded(&object.id));
        if let Ownership::Foreign(owner) = owner
            && !is_adopted
            && !self.is_of_former(case, object, live)
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

    /// Says whether an object was that of what the application was before.
    fn is_of_former(&self, case: &Case<'_>, object: &Object, live: &Opened<'_>) -> bool {
        let former = case.former.map(|former| &self.cases[former]);
        former.is_some_and(|former| {
            former.recorded(&object.id).is_some() && is_labelled_for(live, &former.desired.into())
        })
    }

    fn compared(&self, object: &Object, live: &Opened<'_>, uid: String) -> Finding {
        let is_secret = object.id.kind.is("", "Secret");
        let after = expected(
            object,
            Some(live.value()),
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
            missing(object, Some(live.value()))
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
            resource_version: live.text("resourceVersion").map(str::to_owned),
            changes,
            generate,
            is_failed_job,
        })
    }
}

fn has_failed(live: &Opened<'_>) -> bool {
    let status = live.status();
    status["conditions"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|condition| condition["type"] == "Failed" && condition["status"] == "True")
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
