//! What else is in a namespace that is about to be deleted: all of it would go with it.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use steading_model::desired::{FIELD_MANAGER, LABEL_MANAGED_BY};
use steading_model::{GroupKind, ObjectId};

use crate::connect::Cluster;
use crate::definitions::definitions;
use crate::failure::RequestError;
use crate::fault::Fault;
use crate::kind::{ServedKind, built_in};
use crate::list::{Extent, Filter, Item};
use crate::rights::namespaced_kinds;

/// How many lists are read side by side.
const SIDE_BY_SIDE: usize = 8;
/// What Kubernetes makes in every namespace.
const OF_EVERY_NAMESPACE: [(&str, &str); 2] = [
    ("ServiceAccount", "default"),
    ("ConfigMap", "kube-root-ca.crt"),
];

/// What is looked at of an object.
#[derive(Deserialize)]
struct Marks {
    metadata: Value,
}

/// Returns the objects in a namespace that Steading did not make, and that no controller makes from another object.
///
/// # Errors
/// If any kind that the namespace may hold cannot be listed: what nobody saw is not taken for absent.
pub async fn foreign(cluster: &Cluster, namespace: &str) -> Result<Vec<ObjectId>, RequestError> {
    let kinds = kinds(cluster).await?;
    let lists = stream::iter(&kinds)
        .map(|kind| of_kind(cluster, kind, namespace))
        .buffered(SIDE_BY_SIDE);
    let found: Vec<Vec<ObjectId>> = lists.try_collect().await?;
    let mut found: Vec<ObjectId> = found.into_iter().flatten().collect();
    found.sort();
    found.dedup();
    Ok(found)
}

async fn of_kind(
    cluster: &Cluster,
    kind: &ServedKind,
    namespace: &str,
) -> Result<Vec<ObjectId>, RequestError> {
    let mut filter = Filter::within(Some(namespace));
    filter.extent = Extent::Metadata;
    let take = |item: &Item<'_>, json: Box<RawValue>| {
        let marks: Marks = serde_json::from_str(json.get()).ok()?;
        let id = kind.id(Some(namespace), &item.metadata.name);
        is_foreign(&id, &marks.metadata).then_some(id)
    };
    match cluster.list(kind, &filter, take).await {
        // A kind of a later Kubernetes, or a definition that is not served any more.
        Err(error) if error.fault == Fault::NotFound => Ok(Vec::new()),
        found => found,
    }
}

fn is_foreign(id: &ObjectId, metadata: &Value) -> bool {
    let has_owner = metadata["ownerReferences"]
        .as_array()
        .is_some_and(|owners| !owners.is_empty());
    let is_ours = metadata["labels"][LABEL_MANAGED_BY] == FIELD_MANAGER;
    let is_everywhere = OF_EVERY_NAMESPACE
        .iter()
        .any(|(kind, name)| id.kind.is("", kind) && id.name == *name);
    !has_owner && !is_ours && !is_everywhere
}

/// Returns the kinds that a namespace may hold: those of Kubernetes, and those that were defined.
async fn kinds(cluster: &Cluster) -> Result<Vec<ServedKind>, RequestError> {
    let mut kinds = namespaced_kinds();
    kinds.push(built_in("", "Pod"));
    let known: Vec<GroupKind> = kinds.iter().map(|kind| kind.kind.clone()).collect();
    for definition in definitions(cluster).await? {
        let spec = &definition["spec"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let kind = GroupKind::new(text(&spec["group"]), text(&spec["names"]["kind"]));
        let is_own = kind.group == "steading.dev";
        if spec["scope"] == "Namespaced" && !is_own && !known.contains(&kind) {
            kinds.extend(cluster.kind(&kind, None).await?);
        }
    }
    Ok(kinds)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_we_made_and_what_comes_by_itself_is_not_foreign() {
        let rows = [
            ("ConfigMap", "notes", json!({}), true),
            ("ConfigMap", "kube-root-ca.crt", json!({}), false),
            ("ServiceAccount", "default", json!({}), false),
            ("ServiceAccount", "robot", json!({}), true),
            (
                "Secret",
                "payload",
                json!({"labels": {"app.kubernetes.io/managed-by": "steading"}}),
                false,
            ),
            (
                "ConfigMap",
                "helm",
                json!({"labels": {"app.kubernetes.io/managed-by": "Helm"}}),
                true,
            ),
            (
                "Pod",
                "web-1",
                json!({"ownerReferences": [{"name": "web"}]}),
                false,
            ),
        ];
        for (kind, name, metadata, expected) in rows {
            let id = built_in("", kind).id(Some("shop"), name);
            assert_eq!(is_foreign(&id, &metadata), expected, "{id}");
        }
    }
}
