//! The built-in definitions of Kubernetes: made from a server's `OpenAPI` documents, packed small, unpacked once when first needed.

use std::io::{Read, Write};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::openapi;
use super::structure::{Record, Structure};

/// The version of Kubernetes that the built-in definitions are of.
pub const KUBERNETES_VERSION: &str = "1.36";

const PACKED: &[u8] = include_bytes!("../../data/kubernetes.bin");

/// A kind that an API server serves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServedKind {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The version.
    pub version: String,
    /// The name in URLs, such as `deployments`.
    pub plural: String,
    /// Where its objects live.
    pub scope: Scope,
}

/// Where the objects of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster.
    Cluster,
}

/// Types and the kinds whose roots they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Definitions {
    /// The types; [`Structure::Named`] is a place in here.
    pub(crate) types: Vec<Structure>,
    /// The kinds with the place of the type of each.
    pub(crate) kinds: Vec<(ServedKind, usize)>,
    /// The place of the type of `metadata`.
    pub(crate) metadata: usize,
}

impl ServedKind {
    /// Returns the `apiVersion`: `apps/v1`, or `v1` of the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Says whether its objects live in a namespace.
    pub fn is_namespaced(&self) -> bool {
        self.scope == Scope::Namespaced
    }
}

/// Packs the `OpenAPI` v3 documents of an API server, each with its group and version such as `apis/apps/v1`, into the form that this
/// crate carries. The same documents in any order give the same bytes.
///
/// # Errors
/// Says which part of the documents is not as expected.
pub fn compact(documents: &[(String, serde_json::Value)]) -> Result<Vec<u8>, String> {
    let definitions = openapi::definitions(documents)?;
    let text = serde_json::to_vec(&definitions).map_err(|error| error.to_string())?;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder
        .write_all(&text)
        .map_err(|error| error.to_string())?;
    encoder.finish().map_err(|error| error.to_string())
}

/// Unpacks what [`compact`] packed.
pub(crate) fn unpack(bytes: &[u8]) -> Result<Definitions, String> {
    let mut text = Vec::new();
    flate2::read::DeflateDecoder::new(bytes)
        .read_to_end(&mut text)
        .map_err(|error| error.to_string())?;
    serde_json::from_slice(&text).map_err(|error| error.to_string())
}

/// Returns the built-in definitions.
pub(crate) fn built_in() -> &'static Definitions {
    static DEFINITIONS: OnceLock<Definitions> = OnceLock::new();
    DEFINITIONS.get_or_init(|| unpack(PACKED).unwrap_or_default())
}

/// Returns the fields of `metadata` and the like that every object has, whatever its kind.
pub(crate) fn with_identity(mut record: Record) -> Record {
    use super::structure::{Field, Need};
    let named = Structure::Named(built_in().metadata);
    let identity = [
        ("apiVersion", Structure::Text),
        ("kind", Structure::Text),
        ("metadata", named),
    ];
    for (key, structure) in identity {
        let mut field = Field::optional(structure);
        field.need = Need::Required;
        record.fields.insert(key.to_owned(), field);
    }
    record
}
