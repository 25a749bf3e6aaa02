//! What a cluster needs before the first release.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::Value;
use steading_model::desired::FIELD_MANAGER;
use steading_model::{Object, ObjectId};
use steading_plan::health;

use crate::call::Call;
use crate::connect::Cluster;
use crate::failure::RequestError;
use crate::fault::Fault;
use crate::kind::built_in;
use crate::observe::secrets::{SYSTEM_NAMESPACE, new_key};
use crate::random::RandomError;
use crate::release::{Force, apply_call};

/// How long the server may take to serve a new kind.
const SERVED_WITHIN: Duration = Duration::from_secs(30);

/// Why a cluster could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The server refused, or did not answer.
    #[error(transparent)]
    Request(RequestError),
    /// That is no definition.
    #[error("the definition of releases, or the namespace, has no name")]
    NoDefinition,
    /// The server does not serve the kind.
    #[error("`{object}` is not served after {} s: {why}", SERVED_WITHIN.as_secs())]
    NotServed {
        /// The definition.
        object: ObjectId,
        /// What is missing.
        why: String,
    },
    /// No key could be made.
    #[error("cannot make the key of digests")]
    Random(#[source] RandomError),
}

/// Prepares a cluster: the definition of `Release` and the namespace `steading-system` (both given as objects, the namespace as the
/// estate's first release will want it), and in that the key of digests.
///
/// Doing it again changes nothing but an older definition.
pub async fn install(
    cluster: &Cluster,
    definition: &Value,
    namespace: &Value,
) -> Result<(), InstallError> {
    let definition =
        Object::from_json(definition.clone(), None).ok_or(InstallError::NoDefinition)?;
    apply(cluster, &definition).await?;
    let namespace = Object::from_json(namespace.clone(), None).ok_or(InstallError::NoDefinition)?;
    apply(cluster, &namespace).await?;
    make_key(cluster, SYSTEM_NAMESPACE).await?;
    established(cluster, &definition).await
}

/// Brings the definition of `Release` up to date, where a newer program writes what an older one did not know.
///
/// # Errors
/// If the server refuses, or does not serve it in time.
pub async fn renew(cluster: &Cluster, definition: &Value) -> Result<(), InstallError> {
    let definition =
        Object::from_json(definition.clone(), None).ok_or(InstallError::NoDefinition)?;
    apply(cluster, &definition).await?;
    established(cluster, &definition).await
}

async fn apply(cluster: &Cluster, object: &Object) -> Result<(), InstallError> {
    let kind = built_in(&object.id.kind.group, &object.id.kind.kind);
    let call = apply_call(&kind, &object.id, &object.json, FIELD_MANAGER, Force::Yes);
    cluster
        .send(call)
        .await
        .map(drop)
        .map_err(InstallError::Request)
}

/// Makes the key of digests of a namespace, unless there is one.
async fn make_key(cluster: &Cluster, namespace: &str) -> Result<(), InstallError> {
    let key = new_key(namespace).map_err(InstallError::Random)?;
    let call = Call::new(
        Method::POST,
        built_in("", "Secret").path(Some(namespace)),
        "make the key of digests",
    );
    match cluster
        .send(
            call.query("fieldManager", FIELD_MANAGER)
                .json("application/json", &key)
                .of_any_version(),
        )
        .await
    {
        Ok(_) => Ok(()),
        Err(error) if error.fault == Fault::Exists => Ok(()),
        Err(error) => Err(InstallError::Request(error)),
    }
}

/// Waits until the kind is served, by its definition's word and by a list of it.
async fn established(cluster: &Cluster, definition: &Object) -> Result<(), InstallError> {
    let until = Instant::now() + SERVED_WITHIN;
    let kind = built_in("apiextensions.k8s.io", "CustomResourceDefinition");
    let mut pause = Duration::from_millis(50);
    loop {
        let call = Call::get(
            kind.path_of(None, &definition.id.name),
            format!("read `{}`", definition.id),
        );
        let live: Value = cluster.fetch(call).await.map_err(InstallError::Request)?;
        let health = health(Some(&live));
        let why = match health.is_current() {
            true if is_listed(cluster, &definition.json).await? => return Ok(()),
            true => "it cannot be listed yet".to_owned(),
            false => health.message,
        };
        if Instant::now() >= until {
            return Err(InstallError::NotServed {
                object: definition.id.clone(),
                why,
            });
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

async fn is_listed(cluster: &Cluster, definition: &Value) -> Result<bool, InstallError> {
    let spec = &definition["spec"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let versions = spec["versions"].as_array().into_iter().flatten();
    for version in versions {
        let path = format!(
            "/apis/{}/{}/{}",
            text(&spec["group"]),
            text(&version["name"]),
            text(&spec["names"]["plural"])
        );
        match cluster
            .send(Call::get(path, "list a new kind").query("limit", "1"))
            .await
        {
            Ok(_) => {}
            Err(error) if error.fault == Fault::NotFound => return Ok(false),
            Err(error) => return Err(InstallError::Request(error)),
        }
    }
    Ok(true)
}
