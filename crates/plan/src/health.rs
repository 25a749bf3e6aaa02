//! Whether an object is ready: one of the six states of kstatus, one file per kind.
//!
//! Judged is the object as the server returned it, nothing else: what a *deadline* makes of it is the executor's business, and what is in
//! its way the business of [`blockers`](mod@crate::blockers).

mod certificate;
mod claim;
mod cloud_native_pg;
mod conditions;
mod cron_job;
mod daemon_set;
mod definition;
mod deployment;
mod external_secret;
mod gateway;
mod generic;
mod infisical_secret;
mod job;
mod namespace;
mod pod;
mod replica_set;
mod service;
mod stateful_set;
mod volume;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steading_model::GroupKind;

pub use service::endpoints;

/// The state of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum State {
    /// It is on its way.
    InProgress,
    /// It will not get ready without a change.
    Failed,
    /// It is as it was asked to be.
    Current,
    /// It is being deleted.
    Terminating,
    /// It is not there.
    NotFound,
    /// Nothing can be said.
    Unknown,
}

/// The state of an object, with what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The state.
    pub state: State,
    /// What it waits for, or why it failed; empty where there is nothing to say.
    pub message: String,
}

impl Health {
    /// Says whether it is ready.
    pub fn is_current(&self) -> bool {
        self.state == State::Current
    }

    fn current() -> Self {
        Self {
            state: State::Current,
            message: String::new(),
        }
    }

    fn in_progress(message: impl Into<String>) -> Self {
        Self {
            state: State::InProgress,
            message: message.into(),
        }
    }

    fn failed(message: impl Into<String>) -> Self {
        Self {
            state: State::Failed,
            message: message.into(),
        }
    }

    fn unknown(message: impl Into<String>) -> Self {
        Self {
            state: State::Unknown,
            message: message.into(),
        }
    }
}

/// Returns the health of an object; none if it is not there.
pub fn health(object: Option<&Value>) -> Health {
    let Some(object) = object else {
        return Health {
            state: State::NotFound,
            message: "it is not there".to_owned(),
        };
    };
    if let Some(since) = object["metadata"]["deletionTimestamp"].as_str() {
        return Health {
            state: State::Terminating,
            message: format!("it is being deleted since {since}"),
        };
    }
    let (Some(api_version), Some(kind)) = (object["apiVersion"].as_str(), object["kind"].as_str())
    else {
        return Health::unknown("it has no kind");
    };
    of_kind(&GroupKind::from_api_version(api_version, kind), object)
}

fn of_kind(kind: &GroupKind, object: &Value) -> Health {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("apps", "Deployment") => deployment::health(object),
        ("apps", "StatefulSet") => stateful_set::health(object),
        ("apps", "DaemonSet") => daemon_set::health(object),
        ("apps", "ReplicaSet") => replica_set::health(object),
        ("batch", "Job") => job::health(object),
        ("batch", "CronJob") => cron_job::health(object),
        ("", "Pod") => pod::health(object),
        ("", "Service") => service::health(object),
        ("", "PersistentVolumeClaim") => claim::health(object),
        ("", "PersistentVolume") => volume::health(object),
        ("", "Namespace") => namespace::health(object),
        ("cert-manager.io", "Certificate") => certificate::health(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition::health(object),
        ("gateway.networking.k8s.io", kind) => gateway::standard(kind, object),
        ("gateway.envoyproxy.io", "SecurityPolicy" | "BackendTrafficPolicy") => {
            gateway::policy(object)
        }
        ("postgresql.cnpg.io", "Cluster") => cloud_native_pg::cluster(object),
        ("postgresql.cnpg.io", "Pooler") => cloud_native_pg::pooler(object),
        ("secrets.infisical.com", "InfisicalSecret") => infisical_secret::health(object),
        ("external-secrets.io", "ExternalSecret") => external_secret::health(object),
        _ => generic::health(object),
    }
}

/// Says whether a release waits until an object of this kind is ready, or only until it is there.
///
/// A claim may bind only when its first pod is scheduled, and its volume only with it: whoever waited for the claim before making the pod
/// would wait forever. Where a pod needs it, the pod is what gets ready.
pub fn is_awaited(kind: &GroupKind) -> bool {
    !(kind.is("", "PersistentVolumeClaim") || kind.is("", "PersistentVolume"))
}

/// Returns a number of a status; 0 where it is not there, as the server leaves zeros out.
fn count(object: &Value, pointer: &str) -> u64 {
    object.pointer(pointer).and_then(Value::as_u64).unwrap_or(0)
}

/// Returns the wait for a controller that has not seen the object as it is now.
fn unseen(object: &Value) -> Option<Health> {
    let generation = object["metadata"]["generation"].as_u64()?;
    let observed = object["status"]["observedGeneration"].as_u64();
    (observed != Some(generation))
        .then(|| Health::in_progress("the controller has not seen the change yet"))
}
