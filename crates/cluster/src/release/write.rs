//! Applying and deleting one object.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};
use steading_model::ObjectId;

use super::error::ApplyError;
use super::hold::Hold;
use crate::call::Call;
use crate::failure::served;
use crate::fault::Fault;
use crate::kind::ServedKind;
use crate::random;

/// The content type of a server-side apply; JSON is YAML.
const APPLY: &str = "application/apply-patch+yaml";

/// The content type of a patch of some fields.
pub(crate) const MERGE: &str = "application/merge-patch+json";

/// Whether fields of others are taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Force {
    /// They are a conflict.
    No,
    /// They are taken.
    Yes,
}

/// What a live object is before it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    /// It is not there any more.
    Yes,
    /// It is going, but not gone in time.
    NotYet,
}

impl Gone {
    /// Refuses to go on while an object is still there.
    pub(crate) fn or_stays(self, object: &ObjectId) -> Result<(), ApplyError> {
        match self {
            Self::Yes => Ok(()),
            Self::NotYet => Err(ApplyError::Stays {
                object: Box::new(object.clone()),
            }),
        }
    }
}

/// Returns the request that applies an object.
pub(crate) fn apply_call(
    kind: &ServedKind,
    id: &ObjectId,
    object: &Value,
    manager: &str,
    force: Force,
) -> Call {
    let path = kind.path_of(id.namespace.as_deref(), &id.name);
    let call = Call::new(Method::PATCH, path, format!("apply `{id}`"))
        .query("fieldManager", manager)
        .query("force", if force == Force::Yes { "true" } else { "false" })
        .query("fieldValidation", "Strict")
        .json(APPLY, object);
    match object["metadata"].get("resourceVersion") {
        Some(_) => call,
        None => call.of_any_version(),
    }
}

/// What a request to delete came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    /// It is on its way.
    Begun,
    /// It was not there any more.
    Done,
}

impl Hold<'_> {
    /// Finds the kind of an object that is about to be touched.
    pub(crate) async fn kind_of(
        &self,
        id: &ObjectId,
        object: Option<&Value>,
    ) -> Result<ServedKind, ApplyError> {
        let version = object.and_then(|object| object["apiVersion"].as_str()?.rsplit('/').next());
        let found = self
            .cluster
            .kind(&id.kind, version)
            .await
            .map_err(ApplyError::Request)?;
        found.ok_or_else(|| ApplyError::Unserved {
            object: Box::new(id.clone()),
        })
    }

    /// Reads a live object; nothing if it is not there.
    pub(crate) async fn get(
        &self,
        kind: &ServedKind,
        id: &ObjectId,
    ) -> Result<Option<Value>, ApplyError> {
        let call = Call::get(
            kind.path_of(id.namespace.as_deref(), &id.name),
            format!("read `{id}`"),
        );
        served(self.cluster.fetch(call).await).map_err(ApplyError::Request)
    }

    /// Applies an object and returns it as it is now.
    pub(crate) async fn apply(
        &self,
        kind: &ServedKind,
        id: &ObjectId,
        object: &Value,
        manager: &str,
        force: Force,
    ) -> Result<Value, ApplyError> {
        self.write_and_read(apply_call(kind, id, object, manager, force))
            .await
    }

    /// Deletes an object if it is still the one with this UID, and waits until it is gone, for a while.
    pub(crate) async fn delete(
        &self,
        kind: &ServedKind,
        id: &ObjectId,
        uid: &str,
        until: Instant,
    ) -> Result<Gone, ApplyError> {
        let options = json!({
            "apiVersion": "v1", "kind": "DeleteOptions",
            "preconditions": { "uid": uid },
            "propagationPolicy": if has_pods(id) { "Foreground" } else { "Background" },
        });
        let call = Call::new(
            Method::DELETE,
            kind.path_of(id.namespace.as_deref(), &id.name),
            format!("delete `{id}`"),
        );
        let path = kind.path_of(id.namespace.as_deref(), &id.name);
        match self
            .remove(&path, uid, call.json("application/json", &options))
            .await?
        {
            Removal::Begun => self.gone(kind, id, uid, until).await,
            Removal::Done => Ok(Gone::Yes),
        }
    }

    /// Sends a request that deletes what has this UID.
    ///
    /// A conflict may mean that another object has its name by now, which is not ours to delete, or that the server was in its own way:
    /// which of both it is, the object itself says.
    pub(crate) async fn remove(
        &self,
        path: &str,
        uid: &str,
        call: Call,
    ) -> Result<Removal, ApplyError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let refused = match self.write(call.clone()).await {
                Err(ApplyError::Request(error)) => error,
                answer => return answer.map(|_| Removal::Begun),
            };
            match refused.fault {
                Fault::NotFound => return Ok(Removal::Done),
                Fault::Conflict if !self.is_there(path, uid, &refused.doing).await? => {
                    return Ok(Removal::Done);
                }
                Fault::Conflict => {}
                _ => return Err(ApplyError::Request(refused)),
            }
            match self.cluster.retry().pause(tried, None, random::byte()) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(ApplyError::Request(refused.after(tried))),
            }
        }
    }

    /// Says whether what has this path has this UID.
    async fn is_there(&self, path: &str, uid: &str, doing: &str) -> Result<bool, ApplyError> {
        let found = self.cluster.fetch::<Value>(Call::get(path, doing)).await;
        let found = served(found).map_err(ApplyError::Request)?;
        Ok(found.is_some_and(|found| found["metadata"]["uid"] == uid))
    }

    /// Waits until an object with this UID is gone.
    pub(crate) async fn gone(
        &self,
        kind: &ServedKind,
        id: &ObjectId,
        uid: &str,
        until: Instant,
    ) -> Result<Gone, ApplyError> {
        let mut pause = Duration::from_millis(20);
        loop {
            let live = self.get(kind, id).await?;
            if live.is_none_or(|live| live["metadata"]["uid"] != uid) {
                return Ok(Gone::Yes);
            }
            if Instant::now() >= until || self.is_cancelled() {
                return Ok(Gone::NotYet);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }
}

/// Says whether deleting an object should wait for its pods.
fn has_pods(id: &ObjectId) -> bool {
    matches!(
        (id.kind.group.as_str(), id.kind.kind.as_str()),
        ("apps", _) | ("batch", "Job")
    )
}
