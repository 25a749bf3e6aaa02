//! Gathers what planning needs to know, by one list per kind.
//!
//! Objects are found by the estate's label. What is desired and not found may still be in the way under the same name without the
//! label; that is looked up with the fewest requests: nothing can be in a namespace that is not there, a few objects are asked for
//! one by one, many by a list of metadata. When all is there, no request is sent beyond the lists.

pub(crate) mod history;
mod obstacle;
pub(crate) mod secrets;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use steading_model::desired::{Desired, LABEL_APPLICATION, LABEL_ESTATE};
use steading_model::{GroupKind, ObjectId};
use steading_plan::mask::DigestKey;
use steading_plan::{Live, Observed, Scope, Unreadable};

use self::secrets::Unkept;
use crate::connect::Cluster;
use crate::fault::Fault;
use crate::kind::{KindScope, ServedKind};
use crate::list::Filter;
use crate::request::RequestError;

/// How many lists are read side by side.
const SIDE_BY_SIDE: usize = 8;

/// What was observed, and the key of the digests in it.
#[derive(Clone, Debug)]
pub struct Observation {
    /// Everything that was found.
    pub observed: Observed,
    /// The key with which the values of Secrets in it were replaced by digests.
    pub key: DigestKey,
    /// That key, where it was made up for this run: the first release keeps it in its namespace.
    pub(crate) unkept: Option<Unkept>,
}

/// The objects of one kind as they were found.
enum Found {
    Objects(Vec<(ObjectId, Live)>),
    Unserved,
    Unreadable(Unreadable),
}

/// Returns the namespace, where the run may look at one only.
pub(crate) fn namespace_of(scope: &Scope) -> Option<&str> {
    match scope {
        Scope::WholeCluster => None,
        Scope::OneNamespace(name) => Some(name),
    }
}

/// Says whether objects of a kind are within the scope.
fn covers(scope: &Scope, kind: &ServedKind) -> bool {
    *scope == Scope::WholeCluster || kind.scope == KindScope::Namespaced
}

/// Whose objects are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breadth {
    /// All of the estate.
    Estate,
    /// Those that are desired, under the names that they have or had: a run that touches nobody else.
    Desired,
}

/// Observes all that concerns an estate: its objects, its releases, and what stands in the way of what is desired.
///
/// A missing right is no error: what could not be read is said in [`Observed::unreadable`], so that nobody takes it for absent.
///
/// # Errors
/// If the server cannot be reached, does not know the credential, or answers something else than expected.
pub async fn observe(
    cluster: &Cluster,
    estate: &str,
    scope: &Scope,
    desired: &[Desired],
    breadth: Breadth,
) -> Result<Observation, RequestError> {
    let mut observed = Observed::default();
    let (histories, (key, unkept)) = tokio::try_join!(
        history::read(cluster, estate, scope),
        secrets::key(cluster, scope)
    )?;
    history::fill(&mut observed, histories);
    if breadth == Breadth::Desired {
        observed.only = names(desired);
    }
    let only = observed.only.clone();
    let namespaces = namespaces(scope, &observed, desired);
    let kinds = kinds(cluster, scope, desired, &mut observed).await?;
    let wanted = secrets::wanted(desired);
    let question = Question {
        cluster,
        estate,
        scope,
        key: &key,
        wanted: &wanted,
        only: &only,
        namespaces: &namespaces,
    };
    let lists = stream::iter(&kinds)
        .map(|kind| question.list(kind))
        .buffered(SIDE_BY_SIDE);
    let lists: Vec<_> = lists.collect().await;
    for (kind, list) in kinds.iter().zip(lists) {
        fill(&mut observed, kind, list?);
    }
    let obstacles = obstacle::find(&question, &observed, desired, &kinds).await?;
    observed.objects.extend(obstacles);
    Ok(Observation {
        observed,
        key,
        unkept,
    })
}

/// What is asked for, for all lists.
pub(crate) struct Question<'a> {
    cluster: &'a Cluster,
    estate: &'a str,
    scope: &'a Scope,
    key: &'a DigestKey,
    /// The Secrets, by namespace and name, that pods use.
    wanted: &'a BTreeSet<(String, String)>,
    /// The applications; none for all.
    only: &'a BTreeSet<String>,
    /// Where Secrets are looked for; none for everywhere.
    namespaces: &'a [Option<String>],
}

impl Question<'_> {
    async fn list(
        &self,
        kind: &ServedKind,
    ) -> Result<(Found, BTreeMap<(String, String), String>), RequestError> {
        let labels = self.labels();
        if kind.kind.is("", "Secret") {
            return secrets::list(self, kind, &labels).await;
        }
        let filter = Filter::within(namespace_of(self.scope));
        let take = |item: &crate::list::Item<'_>, json| {
            let id = kind.id(item.metadata.namespace.as_deref(), &item.metadata.name);
            Some((id, Live { json }))
        };
        let list = self
            .cluster
            .list(kind, &filter.labelled(labels), take)
            .await;
        Ok((self.found(kind, list)?, BTreeMap::new()))
    }

    /// Says whether an object with this metadata is of an application in question.
    fn concerns(&self, metadata: &Value) -> bool {
        let name = metadata["labels"][LABEL_APPLICATION].as_str();
        self.only.is_empty() || name.is_some_and(|name| self.only.contains(name))
    }

    /// Returns the labels of all objects in question.
    fn labels(&self) -> String {
        let estate = format!("{LABEL_ESTATE}={}", self.estate);
        if self.only.is_empty() {
            return estate;
        }
        let names: Vec<&str> = self.only.iter().map(String::as_str).collect();
        format!("{estate},{LABEL_APPLICATION} in ({})", names.join(","))
    }

    fn found(
        &self,
        kind: &ServedKind,
        list: Result<Vec<(ObjectId, Live)>, RequestError>,
    ) -> Result<Found, RequestError> {
        match list {
            Ok(objects) => Ok(Found::Objects(objects)),
            Err(error) if error.fault == Fault::NotFound => Ok(Found::Unserved),
            Err(error) if error.fault == Fault::Forbidden => {
                Ok(Found::Unreadable(self.unreadable(&kind.kind, error)))
            }
            Err(error) => Err(error),
        }
    }

    fn unreadable(&self, kind: &GroupKind, error: RequestError) -> Unreadable {
        Unreadable {
            kind: kind.clone(),
            namespace: namespace_of(self.scope).map(str::to_owned),
            answer: error.answer,
        }
    }
}

/// Returns what the desired applications are and were called.
fn names(desired: &[Desired]) -> BTreeSet<String> {
    let of = |desired: &Desired| {
        let before = desired.previous_names.iter().map(ToString::to_string);
        before
            .chain([desired.application.to_string()])
            .collect::<Vec<String>>()
    };
    desired.iter().flat_map(of).collect()
}

/// Returns where the applications in question are and were; everywhere where all are.
fn namespaces(scope: &Scope, observed: &Observed, desired: &[Desired]) -> Vec<Option<String>> {
    if observed.only.is_empty() || *scope != Scope::WholeCluster {
        return vec![namespace_of(scope).map(str::to_owned)];
    }
    let keys = observed.releases.keys();
    let known = keys.filter(|key| observed.looks_for(&key.application));
    let known = known.map(|key| key.namespace.clone());
    let objects = desired.iter().flat_map(|desired| &desired.objects);
    let all: BTreeSet<String> = known
        .chain(objects.filter_map(|object| object.id.namespace.clone()))
        .collect();
    all.into_iter().map(Some).collect()
}

/// Enters what a list gave into what is observed.
fn fill(
    observed: &mut Observed,
    kind: &ServedKind,
    list: (Found, BTreeMap<(String, String), String>),
) {
    let (found, digests) = list;
    match found {
        Found::Objects(objects) => observed.objects.extend(objects),
        Found::Unserved => observed.unserved.push(kind.kind.clone()),
        Found::Unreadable(unreadable) => observed.unreadable.push(unreadable),
    }
    observed.secret_digests.extend(digests);
}

/// Returns the kinds to list: those that are desired, and those that a release made. What is not served is noted.
async fn kinds(
    cluster: &Cluster,
    scope: &Scope,
    desired: &[Desired],
    observed: &mut Observed,
) -> Result<Vec<ServedKind>, RequestError> {
    let mut versions: BTreeMap<GroupKind, Option<String>> = BTreeMap::new();
    let releases = observed.releases.iter();
    let concerned = releases.filter(|(key, _)| observed.looks_for(&key.application));
    let items = concerned.flat_map(|(_, history)| &history.inventory);
    for item in items {
        versions.entry(item.id.kind.clone()).or_default();
    }
    for object in desired.iter().flat_map(|desired| &desired.objects) {
        let version = object.api_version().rsplit('/').next().unwrap_or_default();
        versions.insert(object.id.kind.clone(), Some(version.to_owned()));
    }
    // Secrets of others restart pods too: those of secret operators and of databases, of which there may be no Secret of ours beside.
    if !secrets::wanted(desired).is_empty() {
        versions.entry(GroupKind::new("", "Secret")).or_default();
    }
    let mut kinds = Vec::new();
    for (kind, version) in versions {
        match cluster.kind(&kind, version.as_deref()).await? {
            Some(served) if covers(scope, &served) => kinds.push(served),
            Some(_) => {}
            None => observed.unserved.push(kind),
        }
    }
    Ok(kinds)
}
