//! How applications are, and why an object is as it is.

use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use serde_json::Value;
use steading_model::ObjectId;
use steading_model::desired::{LABEL_APPLICATION, LABEL_ENVIRONMENT};
use steading_plan::{Blocker, Health, Live, Observed, OpenRelease, ReleaseKey, State, health};

use crate::blocker;
use crate::call::Call;
use crate::connect::Cluster;
use crate::failure::RequestError;
use crate::record::ReleaseSummary;
use crate::release::history;

/// How many objects are looked into side by side.
const SIDE_BY_SIDE: usize = 8;

/// How one application is.
#[derive(Clone, Debug, Serialize)]
pub struct ApplicationStatus {
    /// Which.
    pub key: ReleaseKey,
    /// The number of its current release.
    pub release: Option<u64>,
    /// The image of its current release.
    pub image: Option<String>,
    /// A release that has not ended.
    pub open: Option<OpenRelease>,
    /// The objects of its current release.
    pub objects: Vec<ObjectStatus>,
}

/// How one object is.
#[derive(Clone, Debug, Serialize)]
pub struct ObjectStatus {
    /// Which.
    pub id: ObjectId,
    /// Its health.
    pub health: Health,
    /// What is in its way, the first to show first.
    pub blockers: Vec<Blocker>,
}

/// Why an object is as it is.
#[derive(Clone, Debug, Serialize)]
pub struct Why {
    /// Which.
    pub id: ObjectId,
    /// The application that it says it belongs to.
    pub owner: Option<ReleaseKey>,
    /// The application's current release.
    pub release: Option<ReleaseSummary>,
    /// Its health.
    pub health: Health,
    /// Who manages which of its fields.
    pub managers: Vec<FieldManager>,
    /// What is in its way.
    pub blockers: Vec<Blocker>,
}

/// Somebody who manages fields of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldManager {
    /// The name, such as `kubectl-edit`.
    pub manager: String,
    /// `Apply` or `Update`.
    pub operation: String,
    /// Through which part of the object, such as `scale` or `status`.
    pub subresource: Option<String>,
    /// When it wrote last, in RFC 3339.
    pub since: Option<String>,
    /// The fields, such as `spec.replicas`.
    pub fields: Vec<String>,
}

/// Returns how the applications are that were observed, and what is in the way of what is not ready.
pub async fn status(cluster: &Cluster, observed: &Observed) -> Vec<ApplicationStatus> {
    let applications = observed.releases.iter().map(|(key, history)| async move {
        let objects = stream::iter(&history.inventory)
            .map(|item| object_status(cluster, &item.id, observed.objects.get(&item.id)));
        ApplicationStatus {
            key: key.clone(),
            release: history.current,
            image: history.current_image.clone(),
            open: history.open.clone(),
            objects: objects.buffered(SIDE_BY_SIDE).collect().await,
        }
    });
    stream::iter(applications)
        .buffered(SIDE_BY_SIDE)
        .collect()
        .await
}

async fn object_status(cluster: &Cluster, id: &ObjectId, live: Option<&Live>) -> ObjectStatus {
    let object = live.map(Live::parse);
    let health = health(object.as_ref());
    let is_troubled = matches!(
        health.state,
        State::InProgress | State::Failed | State::Unknown
    );
    let blockers = match object.filter(|_| is_troubled) {
        Some(object) => blocker::find(cluster, id, &object).await,
        None => Vec::new(),
    };
    ObjectStatus {
        id: id.clone(),
        health,
        blockers,
    }
}

/// Returns why an object is as it is; nothing if it is not there.
pub async fn why(cluster: &Cluster, id: &ObjectId) -> Result<Option<Why>, RequestError> {
    let Some(kind) = cluster.kind(&id.kind, None).await? else {
        return Ok(None);
    };
    let call = Call::get(
        kind.path_of(id.namespace.as_deref(), &id.name),
        format!("read `{id}`"),
    );
    let Some(object) = crate::failure::served(cluster.fetch::<Value>(call).await)? else {
        return Ok(None);
    };
    let owner = owner(&object);
    let release = match &owner {
        Some(key) => current(history(cluster, key).await?),
        None => None,
    };
    let health = health(Some(&object));
    let blockers = if health.is_current() {
        Vec::new()
    } else {
        blocker::find(cluster, id, &object).await
    };
    Ok(Some(Why {
        id: id.clone(),
        owner,
        release,
        health,
        managers: managers(&object),
        blockers,
    }))
}

fn owner(object: &Value) -> Option<ReleaseKey> {
    let labels = &object["metadata"]["labels"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(ReleaseKey {
        namespace: text(&object["metadata"]["namespace"])?,
        application: text(&labels[LABEL_APPLICATION])?,
        environment: text(&labels[LABEL_ENVIRONMENT])?,
    })
}

fn current(releases: Vec<ReleaseSummary>) -> Option<ReleaseSummary> {
    use steading_plan::release::Phase;
    releases.into_iter().find(|release| {
        release
            .status
            .as_ref()
            .is_some_and(|status| status.phase == Phase::Complete)
    })
}

fn managers(object: &Value) -> Vec<FieldManager> {
    let entries = object["metadata"]["managedFields"]
        .as_array()
        .into_iter()
        .flatten();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let managers = entries.map(|entry| FieldManager {
        manager: text(&entry["manager"]).unwrap_or_default(),
        operation: text(&entry["operation"]).unwrap_or_default(),
        subresource: text(&entry["subresource"]).filter(|name| !name.is_empty()),
        since: text(&entry["time"]),
        fields: paths(&entry["fieldsV1"], ""),
    });
    managers.collect()
}

/// Returns the paths of managed fields, as people read them.
fn paths(fields: &Value, above: &str) -> Vec<String> {
    let Some(map) = fields.as_object() else {
        return Vec::new();
    };
    if map.is_empty() {
        return vec![above.to_owned()];
    }
    let named = map.iter().filter(|(name, _)| *name != ".");
    named
        .flat_map(|(name, below)| paths(below, &joined(above, name)))
        .collect()
}

fn joined(above: &str, name: &str) -> String {
    let (style, rest) = name.split_once(':').unwrap_or(("f", name));
    match style {
        "f" if above.is_empty() => rest.to_owned(),
        "f" if rest.contains(['.', '/']) => format!("{above}[{rest}]"),
        "f" => format!("{above}.{rest}"),
        _ => format!("{above}[{}]", keys(rest)),
    }
}

/// Returns the values of a list item's keys: `web` for `{"name":"web"}`.
fn keys(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let word = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    match value.as_object() {
        Some(map) => map.values().map(word).collect::<Vec<_>>().join(","),
        None => word(&value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn managed_fields_read_like_paths() {
        let fields = json!({
            "f:metadata": {"f:annotations": {".": {}, "f:example.com/a": {}}},
            "f:spec": {"f:replicas": {}, "f:template": {"f:spec": {"f:containers": {r#"k:{"name":"web"}"#: {".": {}, "f:image": {}}}}}},
        });
        let expected = [
            "metadata.annotations[example.com/a]",
            "spec.replicas",
            "spec.template.spec.containers[web].image",
        ];
        assert_eq!(paths(&fields, ""), expected);
    }
}
