//! Puts objects into a lab.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kube::api::{Api, ApiResource, DynamicObject, Patch, PatchParams};
use kube::core::GroupVersionKind;
use kube::discovery::{Scope, pinned_kind};
use kube::{Client, ResourceExt};
use serde_json::Value;

/// The field manager of everything that the lab itself writes.
pub(crate) const FIELD_MANAGER: &str = "steading-lab";

/// Why objects could not be put into the lab.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// No connection could be made.
    #[error("cannot connect to the lab")]
    Connect(#[source] crate::client::ConnectError),
    /// The value is not a Kubernetes object.
    #[error("object {index} has no `apiVersion`, `kind` or `metadata.name`")]
    NotAnObject {
        /// Its place in the list, from 0.
        index: usize,
    },
    /// The API server does not know the kind.
    #[error("the lab does not know the kind `{kind}` of `{api_version}`")]
    UnknownKind {
        /// The kind.
        kind: String,
        /// Its group and version.
        api_version: String,
        /// What the API server said.
        source: Box<kube::Error>,
    },
    /// The API server refused the object.
    #[error("cannot apply `{object}` to the lab")]
    Refused {
        /// Kind, namespace and name.
        object: String,
        /// What the API server said.
        source: Box<kube::Error>,
    },
    /// Certificates cannot be issued.
    #[error("certificates cannot be issued in the lab")]
    Issuer(#[source] Box<crate::seed::SeedError>),
    /// Routes cannot be answered.
    #[error("routes cannot be answered in the lab")]
    Routes(#[source] Box<crate::seed::SeedError>),
    /// A definition of a kind was taken but is not served.
    #[error("the definition `{name}` was not established within {seconds} s")]
    NotEstablished {
        /// Name of the definition.
        name: String,
        /// How long it was waited for.
        seconds: u64,
    },
}

/// Applies objects one after the other; those without namespace go to `default`.
pub(crate) async fn apply(client: &Client, objects: &[Value]) -> Result<(), ApplyError> {
    let mut kinds = BTreeMap::new();
    for (index, value) in objects.iter().enumerate() {
        let object: DynamicObject = serde_json::from_value(value.clone())
            .ok()
            .filter(|object: &DynamicObject| object.metadata.name.is_some())
            .ok_or(ApplyError::NotAnObject { index })?;
        apply_one(client, &object, index, &mut kinds).await?;
    }
    Ok(())
}

type Kinds = BTreeMap<(String, String), (ApiResource, Scope)>;

async fn apply_one(
    client: &Client,
    object: &DynamicObject,
    index: usize,
    kinds: &mut Kinds,
) -> Result<(), ApplyError> {
    let types = object
        .types
        .as_ref()
        .ok_or(ApplyError::NotAnObject { index })?;
    let key = (types.api_version.clone(), types.kind.clone());
    if !kinds.contains_key(&key) {
        let kind = discover(client, &key.0, &key.1).await?;
        kinds.insert(key.clone(), kind);
    }
    let (resource, scope) = &kinds[&key];
    let api: Api<DynamicObject> = match scope {
        Scope::Cluster => Api::all_with(client.clone(), resource),
        Scope::Namespaced => {
            let namespace = object.namespace().unwrap_or_else(|| "default".to_owned());
            Api::namespaced_with(client.clone(), &namespace, resource)
        }
    };
    let apply = PatchParams::apply(FIELD_MANAGER).force();
    let name = object.name_any();
    let patched = api.patch(&name, &apply, &Patch::Apply(object)).await;
    patched.map(drop).map_err(|source| ApplyError::Refused {
        object: format!("{} {name}", key.1),
        source: Box::new(source),
    })
}

async fn discover(
    client: &Client,
    api_version: &str,
    kind: &str,
) -> Result<(ApiResource, Scope), ApplyError> {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let pinned = GroupVersionKind::gvk(group, version, kind);
    let found = pinned_kind(client, &pinned).await;
    let (resource, capabilities) = found.map_err(|source| ApplyError::UnknownKind {
        kind: kind.to_owned(),
        api_version: api_version.to_owned(),
        source: Box::new(source),
    })?;
    Ok((resource, capabilities.scope))
}

/// Installs definitions of kinds and waits until objects of them can be made.
pub(crate) async fn install_definitions(
    client: &Client,
    definitions: &[Value],
    limit: Duration,
) -> Result<(), ApplyError> {
    apply(client, definitions).await?;
    let deadline = Instant::now() + limit;
    for definition in definitions {
        while !is_served(client, definition).await {
            if Instant::now() > deadline {
                return Err(ApplyError::NotEstablished {
                    name: text(definition, "/metadata/name"),
                    seconds: limit.as_secs(),
                });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

/// Being served is more than the condition `Established`, after which discovery still lags behind.
async fn is_served(client: &Client, definition: &Value) -> bool {
    let group = text(definition, "/spec/group");
    let kind = text(definition, "/spec/names/kind");
    let versions = definition
        .pointer("/spec/versions")
        .and_then(Value::as_array);
    let served = |version: &&Value| version["served"].as_bool().unwrap_or(true);
    for version in versions.into_iter().flatten().filter(served) {
        let api_version = format!("{group}/{}", text(version, "/name"));
        if discover(client, &api_version, &kind).await.is_err()
            || !is_described(client, &api_version).await
        {
            return false;
        }
    }
    true
}

/// The description of a kind's fields comes last; kwok ends where it asks before.
async fn is_described(client: &Client, api_version: &str) -> bool {
    let Ok(request) = http::Request::get("/openapi/v3").body(Vec::new()) else {
        return false;
    };
    let index = client.request::<Value>(request).await.unwrap_or_default();
    index["paths"].get(format!("apis/{api_version}")).is_some()
}

fn text(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_default().to_owned()
}
