//! Applying and deleting one object.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};
use steading_model::ObjectId;

use super::error::ApplyError;
use super::hold::Hold;
use crate::fault::Fault;
use crate::kind::{ServedKind, served};
use crate::request::{Call, RequestError};

/// The content type of a server-side apply; JSON is YAML.
const APPLY: &str = "application/apply-patch+yaml";

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

/// Returns the request that applies an object.
pub(crate) fn apply_call(
    kind: &ServedKind,
    id: &ObjectId,
    object: &Value,
    manager: &str,
    force: Force,
) -> Call {
    let path = kind.path_of(id.namespace.as_deref(), &id.name);
    Call::new(Method::PATCH, path, format!("apply `{id}`"))
        .query("fieldManager", manager)
        .query("force", if force == Force::Yes { "true" } else { "false" })
        .query("fieldValidation", "Strict")
        .json(APPLY, object)
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
        match self.write(call.json("application/json", &options)).await {
            Ok(_) => {}
            // It is gone, or another one has its name: that one is not ours to delete.
            Err(ApplyError::Request(RequestError {
                fault: Fault::NotFound | Fault::Conflict,
                ..
            })) => return Ok(Gone::Yes),
            Err(error) => return Err(error),
        }
        self.gone(kind, id, uid, until).await
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
