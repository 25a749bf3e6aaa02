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
use crate::failure::RequestError;
use crate::fault::Fault;
use crate::kind::{KindScope, ServedKind};
use crate::list::Filter;

/// How many lists are read side by side.
const SIDE_BY_SIDE: usize = 8;

/// In up to this many namespaces a kind is listed one by one.
const FEW: usize = 4;

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
    if breadth == Breadth::Desired {
        observed.only = names(desired);
    }
    let only = observed.only.clone();
    let (histories, (key, unkept)) = tokio::try_join!(
        history::read(cluster, estate, &only, scope),
        secrets::key(cluster, scope)
    )?;
    history::fill(&mut observed, histories);
    let wanted = secrets::wanted(desired);
    let lists = lists(cluster, scope, desired, &wanted, &mut observed).await?;
    let question = Question {
        cluster,
        estate,
        scope,
        key: &key,
        wanted: &wanted,
        only: &only,
        labels: &labels(estate, &only),
    };
    let found = stream::iter(&lists)
        .map(|list| question.ask(list))
        .buffered(SIDE_BY_SIDE);
    let found: Vec<_> = found.collect().await;
    for (list, found) in lists.iter().zip(found) {
        fill(&mut observed, &list.kind, found?);
    }
    let obstacles = obstacle::find(&question, &observed, desired, &lists).await?;
    observed.objects.extend(obstacles);
    Ok(Observation {
        observed,
        key,
        unkept,
    })
}

impl Observation {
    /// Reads the releases of all applications, where those of some were looked for: what may be deleted depends on what others have.
    ///
    /// # Errors
    /// As [`observe`].
    pub async fn look_around(
        &mut self,
        cluster: &Cluster,
        estate: &str,
        scope: &Scope,
    ) -> Result<(), RequestError> {
        let everybody = BTreeSet::new();
        let mut all = Observed::default();
        let histories = history::read(cluster, estate, &everybody, scope).await?;
        history::fill(&mut all, histories);
        // What was known stays: the objects were read after it.
        all.releases.append(&mut self.observed.releases);
        self.observed.releases = all.releases;
        self.observed.unreadable.extend(all.unreadable);
        Ok(())
    }
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
    /// The labels of all objects in question.
    labels: &'a str,
}

/// A list that is read.
struct List {
    kind: ServedKind,
    /// Where; none for everywhere.
    namespace: Option<String>,
}

impl Question<'_> {
    async fn ask(
        &self,
        list: &List,
    ) -> Result<(Found, BTreeMap<(String, String), String>), RequestError> {
        if list.kind.kind.is("", "Secret") {
            return secrets::list(self, list).await;
        }
        let List { kind, namespace } = list;
        let filter = Filter::within(namespace.as_deref()).labelled(self.labels);
        let take = |item: &crate::list::Item<'_>, json| {
            let id = kind.id(item.metadata.namespace.as_deref(), &item.metadata.name);
            Some((id, Live { json }))
        };
        let found = self.cluster.list(kind, &filter, take).await;
        Ok((list.found(found)?, BTreeMap::new()))
    }

    /// Says whether an object with this metadata is of an application in question.
    fn concerns(&self, metadata: &Value) -> bool {
        let name = metadata["labels"][LABEL_APPLICATION].as_str();
        self.only.is_empty() || name.is_some_and(|name| self.only.contains(name))
    }
}

impl List {
    fn found(
        &self,
        found: Result<Vec<(ObjectId, Live)>, RequestError>,
    ) -> Result<Found, RequestError> {
        match found {
            Ok(objects) => Ok(Found::Objects(objects)),
            Err(error) if error.fault == Fault::NotFound => Ok(Found::Unserved),
            Err(error) if error.fault == Fault::Forbidden => Ok(Found::Unreadable(Unreadable {
                kind: self.kind.kind.clone(),
                namespace: self.namespace.clone(),
                answer: error.answer,
            })),
            Err(error) => Err(error),
        }
    }
}

/// Returns the labels of what is an estate's, or some applications' of it.
fn labels(estate: &str, only: &BTreeSet<String>) -> String {
    let estate = format!("{LABEL_ESTATE}={estate}");
    if only.is_empty() {
        return estate;
    }
    let names: Vec<&str> = only.iter().map(String::as_str).collect();
    format!("{estate},{LABEL_APPLICATION} in ({})", names.join(","))
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

/// Enters what a list gave into what is observed.
fn fill(
    observed: &mut Observed,
    kind: &ServedKind,
    list: (Found, BTreeMap<(String, String), String>),
) {
    let (found, digests) = list;
    match found {
        Found::Objects(objects) => observed.objects.extend(objects),
        Found::Unserved if observed.unserved.contains(&kind.kind) => {}
        Found::Unserved => observed.unserved.push(kind.kind.clone()),
        Found::Unreadable(unreadable) => observed.unreadable.push(unreadable),
    }
    observed.secret_digests.extend(digests);
}

/// What is looked for of a kind.
#[derive(Default)]
struct Sought {
    version: Option<String>,
    namespaces: BTreeSet<Option<String>>,
}

/// Returns what to list: the kinds that are desired, and those that a release made. What is not served is noted.
async fn lists(
    cluster: &Cluster,
    scope: &Scope,
    desired: &[Desired],
    wanted: &BTreeSet<(String, String)>,
    observed: &mut Observed,
) -> Result<Vec<List>, RequestError> {
    let mut lists = Vec::new();
    for (kind, sought) in sought(desired, wanted, observed) {
        match cluster.kind(&kind, sought.version.as_deref()).await? {
            Some(served) if covers(scope, &served) => {
                let namespaces = within(scope, &served, sought.namespaces, observed);
                lists.extend(namespaces.into_iter().map(|namespace| List {
                    kind: served.clone(),
                    namespace,
                }));
            }
            Some(_) => {}
            None => observed.unserved.push(kind),
        }
    }
    Ok(lists)
}

fn sought(
    desired: &[Desired],
    wanted: &BTreeSet<(String, String)>,
    observed: &Observed,
) -> BTreeMap<GroupKind, Sought> {
    let mut all: BTreeMap<GroupKind, Sought> = BTreeMap::new();
    let releases = observed.releases.iter();
    let concerned = releases.filter(|(key, _)| observed.looks_for(&key.application));
    for item in concerned.flat_map(|(_, history)| &history.inventory) {
        let sought = all.entry(item.id.kind.clone()).or_default();
        sought.namespaces.insert(item.id.namespace.clone());
    }
    for object in desired.iter().flat_map(|desired| &desired.objects) {
        let version = object.api_version().rsplit('/').next().unwrap_or_default();
        let sought = all.entry(object.id.kind.clone()).or_default();
        sought.version = Some(version.to_owned());
        sought.namespaces.insert(object.id.namespace.clone());
    }
    // Secrets of others restart pods too: those of secret operators and of databases, of which there may be no Secret of ours beside.
    for (namespace, _) in wanted {
        let sought = all.entry(GroupKind::new("", "Secret")).or_default();
        sought.namespaces.insert(Some(namespace.clone()));
    }
    all
}

/// Returns where a kind is listed: in the namespaces of the applications in question, where they are few, which costs the server less than
/// to look through all.
fn within(
    scope: &Scope,
    kind: &ServedKind,
    namespaces: BTreeSet<Option<String>>,
    observed: &Observed,
) -> BTreeSet<Option<String>> {
    let is_narrow = !observed.only.is_empty()
        && *scope == Scope::WholeCluster
        && kind.scope == KindScope::Namespaced
        && namespaces.len() <= FEW;
    if is_narrow {
        return namespaces;
    }
    BTreeSet::from([namespace_of(scope).map(str::to_owned)])
}
