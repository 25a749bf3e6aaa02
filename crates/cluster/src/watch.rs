//! Watching instead of asking again: what becomes of an estate's objects, as the server tells it.

use std::collections::BTreeSet;

use futures_util::stream::{BoxStream, SelectAll};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use kube::api::{Api, ApiResource, DynamicObject, TypeMeta};
use kube::runtime::watcher::{Config, Event};
use kube::runtime::{WatchStreamExt as _, watcher};
use serde_json::Value;
use serde_json::value::RawValue;
use steading_model::desired::{Desired, LABEL_ESTATE};
use steading_model::{GroupKind, ObjectId};
use steading_plan::mask::DigestKey;
use steading_plan::{Live, ReleaseKey};

use crate::connect::Cluster;
use crate::failure::RequestError;
use crate::kind::{ServedKind, release_kind};
use crate::observe::secrets::masked;

/// What the server told.
#[derive(Clone, Debug)]
pub enum Sight {
    /// An object is so now; values of Secrets are digests.
    Seen(ObjectId, Live),
    /// An object is not there any more, or not the estate's any more.
    Gone(ObjectId),
    /// These are all of a kind: after a while without news, the list was read anew.
    Listed(GroupKind, BTreeSet<ObjectId>),
    /// A release of this application was made, went on, or ended.
    Released(ReleaseKey),
    /// There is no news for a moment, with why. The watch goes on by itself.
    Silent(String),
}

/// Returns the kinds of what is desired, and that of releases; what the server does not know is left out.
pub async fn watched_kinds(
    cluster: &Cluster,
    desired: impl IntoIterator<Item = &Desired>,
) -> Result<Vec<ServedKind>, RequestError> {
    let objects = desired.into_iter().flat_map(|desired| &desired.objects);
    let kinds: BTreeSet<(&GroupKind, &str)> = objects
        .map(|object| {
            let version = object.api_version().rsplit('/').next().unwrap_or_default();
            (&object.id.kind, version)
        })
        .collect();
    let served = stream::iter(kinds)
        .then(|(kind, version)| cluster.kind(kind, Some(version)))
        .try_filter_map(async |served| Ok(served));
    let mut served: Vec<ServedKind> = served.try_collect().await?;
    served.push(release_kind());
    Ok(served)
}

/// What the server tells of several kinds.
pub struct News(SelectAll<BoxStream<'static, Sight>>);

/// Watches all objects of these kinds that carry the estate's label. Begins with everything that there is.
pub fn watch(cluster: &Cluster, estate: &str, kinds: &[ServedKind], key: &DigestKey) -> News {
    let one = |kind: &ServedKind| watch_kind(cluster, estate, kind.clone(), key.clone());
    News(stream::select_all(kinds.iter().map(one)))
}

impl News {
    /// Waits for the next that the server tells. There is always a next: what breaks off begins again.
    pub async fn next(&mut self) -> Sight {
        match self.0.next().await {
            Some(sight) => sight,
            None => std::future::pending().await,
        }
    }
}

impl std::fmt::Debug for News {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("News").field(&self.0.len()).finish()
    }
}

fn watch_kind(
    cluster: &Cluster,
    estate: &str,
    kind: ServedKind,
    key: DigestKey,
) -> BoxStream<'static, Sight> {
    let resource = resource(&kind);
    let api = Api::<DynamicObject>::all_with(cluster.client().clone(), &resource);
    let config = Config::default().labels(&format!("{LABEL_ESTATE}={estate}"));
    let mut listing = BTreeSet::new();
    // Whoever watches has just read the records that there are.
    let mut is_known = kind.kind == release_kind().kind;
    watcher(api, config)
        .default_backoff()
        .filter_map(move |event| {
            let is_begun = matches!(event, Ok(Event::InitDone));
            let sight = sight(event, &kind, &key, &mut listing);
            let told = sight.filter(|_| !is_known);
            is_known = is_known && !is_begun;
            std::future::ready(told)
        })
        .boxed()
}

fn sight(
    event: Result<Event<DynamicObject>, watcher::Error>,
    kind: &ServedKind,
    key: &DigestKey,
    listing: &mut BTreeSet<ObjectId>,
) -> Option<Sight> {
    match event {
        Ok(Event::Init) => {
            listing.clear();
            None
        }
        Ok(Event::InitApply(object)) => {
            listing.insert(id(kind, &object));
            seen(kind, key, object)
        }
        Ok(Event::InitDone) => Some(Sight::Listed(kind.kind.clone(), std::mem::take(listing))),
        Ok(Event::Apply(object)) => seen(kind, key, object),
        Ok(Event::Delete(object)) if kind.kind == release_kind().kind => released(&object),
        Ok(Event::Delete(object)) => Some(Sight::Gone(id(kind, &object))),
        Err(error) => Some(Sight::Silent(error.to_string())),
    }
}

fn id(kind: &ServedKind, object: &DynamicObject) -> ObjectId {
    let metadata = &object.metadata;
    let name = metadata.name.as_deref().unwrap_or_default();
    kind.id(metadata.namespace.as_deref(), name)
}

fn seen(kind: &ServedKind, key: &DigestKey, mut object: DynamicObject) -> Option<Sight> {
    if kind.kind == release_kind().kind {
        return released(&object);
    }
    // Items of lists do not say what they are.
    object.types = Some(TypeMeta {
        api_version: kind.api_version(),
        kind: kind.kind.kind.clone(),
    });
    let id = id(kind, &object);
    let value = serde_json::to_value(object).ok()?;
    let live = if kind.kind.is("", "Secret") {
        masked(value, key)?
    } else {
        live(&value)?
    };
    Some(Sight::Seen(id, live))
}

fn live(object: &Value) -> Option<Live> {
    let json = RawValue::from_string(object.to_string()).ok()?;
    Some(Live { json })
}

fn released(object: &DynamicObject) -> Option<Sight> {
    // Of a record in a form that is not known yet no more than this can be said.
    let spec = &object.data["spec"];
    let text = |name: &str| spec[name].as_str().map(str::to_owned);
    Some(Sight::Released(ReleaseKey {
        namespace: object.metadata.namespace.clone()?,
        application: text("application")?,
        environment: text("environment")?,
    }))
}

fn resource(kind: &ServedKind) -> ApiResource {
    ApiResource {
        group: kind.kind.group.clone(),
        version: kind.version.clone(),
        api_version: kind.api_version(),
        kind: kind.kind.kind.clone(),
        plural: kind.plural.clone(),
    }
}
