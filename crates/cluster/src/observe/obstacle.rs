//! What is desired, was not found by label, and may stand in the way under the same name.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;
use steading_model::desired::Desired;
use steading_model::{GroupKind, ObjectId};
use steading_plan::{Live, Observed};

use super::{List, Question, namespace_of, secrets};
use crate::call::Call;
use crate::failure::RequestError;
use crate::fault::Fault;
use crate::kind::{KindScope, ServedKind, built_in};
use crate::list::{Extent, Filter};

/// Up to this many objects of one kind are asked for one by one.
const ONE_BY_ONE: usize = 16;

/// How many requests are under way side by side.
const SIDE_BY_SIDE: usize = 16;

/// Finds the objects that are called like desired ones and do not carry the estate's label.
pub(super) async fn find(
    question: &Question<'_>,
    observed: &Observed,
    desired: &[Desired],
    lists: &[List],
) -> Result<Vec<(ObjectId, Live)>, RequestError> {
    let unread: BTreeSet<&GroupKind> = observed
        .unserved
        .iter()
        .chain(observed.unreadable.iter().map(|one| &one.kind))
        .collect();
    let mut missing: BTreeMap<&ServedKind, BTreeSet<&ObjectId>> = BTreeMap::new();
    for object in desired.iter().flat_map(|desired| &desired.objects) {
        let mut kinds = lists.iter().map(|list| &list.kind);
        let kind = kinds.find(|kind| kind.kind == object.id.kind && !unread.contains(&kind.kind));
        if let Some(kind) = kind.filter(|_| !observed.objects.contains_key(&object.id)) {
            missing.entry(kind).or_default().insert(&object.id);
        }
    }
    let absent = absent_namespaces(question, observed, &missing).await?;
    let mut found = Vec::new();
    for (kind, mut ids) in missing {
        ids.retain(|id| {
            !id.namespace
                .as_deref()
                .or(Some(&id.name))
                .is_some_and(|name| absent.contains(name) && concerns(kind))
        });
        for id in present(question, kind, ids).await? {
            found.push((kind, id));
        }
    }
    let lives = stream::iter(found)
        .map(|(kind, id)| read(question, kind, id))
        .buffered(SIDE_BY_SIDE);
    Ok(lives
        .try_collect::<Vec<_>>()
        .await?
        .into_iter()
        .flatten()
        .collect())
}

/// Says whether an absent namespace means that an object of this kind is absent: one in it, or the namespace itself.
fn concerns(kind: &ServedKind) -> bool {
    kind.scope == KindScope::Namespaced || kind.kind.is("", "Namespace")
}

/// Returns which of the namespaces of missing objects are not there.
async fn absent_namespaces(
    question: &Question<'_>,
    observed: &Observed,
    missing: &BTreeMap<&ServedKind, BTreeSet<&ObjectId>>,
) -> Result<BTreeSet<String>, RequestError> {
    let kind = built_in("", "Namespace");
    let concerned = missing
        .iter()
        .filter(|(kind, _)| concerns(kind))
        .flat_map(|(_, ids)| ids);
    let names: BTreeSet<&String> = concerned
        .map(|id| id.namespace.as_ref().unwrap_or(&id.name))
        .collect();
    let unknown = names
        .into_iter()
        .filter(|name| !observed.objects.contains_key(&kind.id(None, name)));
    let unknown: Vec<_> = unknown.map(|name| kind.id(None, name)).collect();
    let there = match present(question, &kind, unknown.iter().collect()).await {
        Ok(there) => there,
        // Then nothing is known of namespaces, and each object is asked for.
        Err(error) if error.fault == Fault::Forbidden => return Ok(BTreeSet::new()),
        Err(error) => return Err(error),
    };
    let there: BTreeSet<ObjectId> = there.into_iter().collect();
    Ok(unknown
        .into_iter()
        .filter(|id| !there.contains(id))
        .map(|id| id.name)
        .collect())
}

/// Returns which of these objects exist.
async fn present(
    question: &Question<'_>,
    kind: &ServedKind,
    ids: BTreeSet<&ObjectId>,
) -> Result<Vec<ObjectId>, RequestError> {
    if ids.len() <= ONE_BY_ONE {
        let asked = stream::iter(ids)
            .map(|id| async move { Ok(get(question, kind, id).await?.map(|_| id.clone())) });
        return Ok(asked
            .buffered(SIDE_BY_SIDE)
            .try_collect::<Vec<_>>()
            .await?
            .into_iter()
            .flatten()
            .collect());
    }
    let filter = Filter {
        extent: Extent::Metadata,
        ..Filter::within(namespace_of(question.scope))
    };
    let take = |item: &crate::list::Item<'_>, _| {
        let id = kind.id(item.metadata.namespace.as_deref(), &item.metadata.name);
        ids.contains(&id).then_some(id)
    };
    question.cluster.list(kind, &filter, take).await
}

async fn read(
    question: &Question<'_>,
    kind: &ServedKind,
    id: ObjectId,
) -> Result<Option<(ObjectId, Live)>, RequestError> {
    let object = get(question, kind, &id).await?;
    Ok(object
        .and_then(|object| secrets::masked(object, question.key))
        .map(|live| (id, live)))
}

async fn get(
    question: &Question<'_>,
    kind: &ServedKind,
    id: &ObjectId,
) -> Result<Option<Value>, RequestError> {
    let call = Call::get(
        kind.path_of(id.namespace.as_deref(), &id.name),
        format!("read `{id}`"),
    );
    crate::failure::served(question.cluster.fetch(call).await)
}
