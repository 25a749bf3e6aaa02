//! Kubernetes objects and what we call them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::source::Span;

/// The kind of an object with its API group; the version is not part of what an object *is*.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GroupKind {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
}

impl GroupKind {
    /// Makes one.
    pub fn new(group: impl Into<String>, kind: impl Into<String>) -> Self {
        Self {
            group: group.into(),
            kind: kind.into(),
        }
    }

    /// Makes one from an `apiVersion` such as `apps/v1` or `v1`.
    pub fn from_api_version(api_version: &str, kind: impl Into<String>) -> Self {
        Self::new(
            api_version.split_once('/').map_or("", |(group, _)| group),
            kind,
        )
    }

    /// Says whether it is this kind of this group.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }
}

impl fmt::Display for GroupKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.group.is_empty() {
            write!(formatter, "{}", self.kind)
        } else {
            write!(formatter, "{}.{}", self.kind, self.group)
        }
    }
}

/// What an object is called: kind, namespace and name. Printed as `Deployment shop-prod/web`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectId {
    /// The kind with its group.
    #[serde(flatten)]
    pub kind: GroupKind,
    /// The namespace; none for a cluster-scoped object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(formatter, "{} {namespace}/{}", self.kind.kind, self.name),
            None => write!(formatter, "{} {}", self.kind.kind, self.name),
        }
    }
}

/// A desired Kubernetes object, and the place in the declaration that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What it is called.
    pub id: ObjectId,
    /// The object itself: a JSON object with `apiVersion`, `kind`, `metadata` and the rest.
    pub json: serde_json::Value,
    /// Where in the declaration it comes from.
    pub span: Option<Span>,
}

impl Object {
    /// Makes an object from its JSON; `None` if it has no `apiVersion`, `kind` or `metadata.name`.
    pub fn from_json(json: serde_json::Value, span: Option<Span>) -> Option<Self> {
        let api_version = json.get("apiVersion")?.as_str()?;
        let metadata = json.get("metadata")?;
        let id = ObjectId {
            kind: GroupKind::from_api_version(api_version, json.get("kind")?.as_str()?),
            namespace: metadata
                .get("namespace")
                .and_then(|value| value.as_str())
                .map(str::to_owned),
            name: metadata.get("name")?.as_str()?.to_owned(),
        };
        Some(Self { id, json, span })
    }

    /// Returns the `apiVersion`.
    pub fn api_version(&self) -> &str {
        self.json["apiVersion"].as_str().unwrap_or_default()
    }

    /// Returns an annotation.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.json
            .get("metadata")?
            .get("annotations")?
            .get(name)?
            .as_str()
    }

    /// Returns a label.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.json
            .get("metadata")?
            .get("labels")?
            .get(name)?
            .as_str()
    }
}
