//! The records that Helm keeps of its releases: which objects belong to one, and whether Helm is at work on it.
//!
//! Helm keeps each revision in a Secret or, where `HELM_DRIVER` says so, a `ConfigMap`, as JSON, compressed, and coded as base64; a Secret
//! codes it once more. It is only read here: nothing of Helm's is ever deleted.
//!
//! # Caveats
//! Records that Helm was told to keep in an SQL database are not found.

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::GzDecoder;
use k8s_openapi::ByteString;
use serde::Deserialize;
use serde_json::{Value, json};
use steading_model::{Object, ObjectId, Sources, yaml};

use crate::connect::Cluster;
use crate::failure::RequestError;
use crate::kind::built_in;
use crate::list::Filter;

/// The most that a record may be when unpacked. A Secret holds 1 MiB of it, compressed.
const GREATEST: u64 = 64 * 1024 * 1024;

/// Why a record of Helm's cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum HelmError {
    /// The server did not answer as expected.
    #[error("cannot read the record of Helm's release `{namespace}/{name}`")]
    Request {
        /// The release's namespace.
        namespace: String,
        /// The release.
        name: String,
        /// Why.
        source: RequestError,
    },
    /// It is not as Helm writes it; its text is not shown, because it may hold Secrets.
    #[error("the record of Helm's release `{namespace}/{name}` cannot be understood")]
    Broken {
        /// The release's namespace.
        namespace: String,
        /// The release.
        name: String,
    },
}

/// The kinds of objects that Helm keeps records in.
const KEPT_IN: [&str; 2] = ["Secret", "ConfigMap"];

/// A release of Helm's, by its newest revision.
#[derive(Clone, Debug)]
pub struct HelmRelease {
    /// What its record is kept in: `Secret` or `ConfigMap`.
    pub kept_in: &'static str,
    /// The namespace of its record.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The revision.
    pub revision: u64,
    /// What Helm says of it: `deployed`, `failed`, `pending-upgrade` …
    pub status: String,
    /// The chart with its version.
    pub chart: String,
    /// The objects that belong to it: what `helm uninstall` deletes.
    pub objects: Vec<ObjectId>,
}

impl HelmRelease {
    /// Says whether Helm is at work on it, or was and died.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.status.starts_with("pending") || self.status == "uninstalling"
    }
}

/// What is read of a record.
#[derive(Deserialize)]
struct Written {
    version: u64,
    info: Info,
    #[serde(default)]
    chart: Chart,
    #[serde(default)]
    manifest: String,
}

#[derive(Deserialize)]
struct Info {
    status: String,
}

#[derive(Default, Deserialize)]
struct Chart {
    #[serde(default)]
    metadata: BTreeMap<String, Value>,
}

/// Reads the newest revision of a release of Helm's; nothing if there is no record of it.
///
/// # Errors
/// If the record cannot be read.
pub async fn helm_release(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
) -> Result<Option<HelmRelease>, HelmError> {
    let failed = |source| HelmError::Request {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        source,
    };
    let newest = newest(cluster, namespace, name).await.map_err(failed)?;
    let Some((kept_in, newest)) = newest else {
        return Ok(None);
    };
    let written = read(&newest).ok_or_else(|| HelmError::Broken {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    })?;
    let objects = objects(cluster, namespace, &written.manifest).await;
    let text = |name: &str| written.chart.metadata.get(name).and_then(Value::as_str);
    Ok(Some(HelmRelease {
        kept_in,
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        revision: written.version,
        chart: [text("name"), text("version")]
            .map(Option::unwrap_or_default)
            .join(" "),
        status: written.info.status,
        objects: objects.map_err(failed)?,
    }))
}

/// Returns the record of the newest revision, and what it is kept in.
async fn newest(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
) -> Result<Option<(&'static str, Value)>, RequestError> {
    let filter = Filter::within(Some(namespace)).labelled(format!("owner=helm,name={name}"));
    for kept_in in KEPT_IN {
        let records = cluster.list_values(&built_in("", kept_in), &filter).await?;
        if let Some(newest) = records.into_iter().max_by_key(revision) {
            return Ok(Some((kept_in, newest)));
        }
    }
    Ok(None)
}

fn revision(record: &Value) -> Option<u64> {
    record["metadata"]["labels"]["version"]
        .as_str()?
        .parse()
        .ok()
}

fn read(record: &Value) -> Option<Written> {
    let once = decoded(&record["data"]["release"])?;
    // What a Secret holds is coded once more.
    let packed = match String::from_utf8(once) {
        Ok(inner) => decoded(&json!(inner))?,
        Err(packed) => packed.into_bytes(),
    };
    let mut text = Vec::new();
    GzDecoder::new(packed.as_slice())
        .take(GREATEST)
        .read_to_end(&mut text)
        .ok()?;
    serde_json::from_slice(&text).ok()
}

fn decoded(text: &Value) -> Option<Vec<u8>> {
    let bytes: ByteString = serde_json::from_value(text.clone()).ok()?;
    Some(bytes.0)
}

/// Returns the objects of a manifest. Those that name no namespace are in the release's, unless their kind is in none.
async fn objects(
    cluster: &Cluster,
    namespace: &str,
    manifest: &str,
) -> Result<Vec<ObjectId>, RequestError> {
    let mut found = Vec::new();
    for object in documents(manifest) {
        let version = object.api_version().rsplit('/').next().map(str::to_owned);
        let kind = cluster.kind(&object.id.kind, version.as_deref()).await?;
        let own = object.id.namespace.as_deref().unwrap_or(namespace);
        found.push(match kind {
            Some(kind) => kind.id(Some(own), &object.id.name),
            None => object.id,
        });
    }
    found.sort();
    Ok(found)
}

fn documents(manifest: &str) -> Vec<Object> {
    let mut sources = Sources::default();
    let file = sources.add("manifest", manifest.to_owned());
    let (documents, _) = yaml::parse(&sources, file);
    let objects = documents.iter().map(steading_model::Node::to_json);
    objects
        .filter_map(|json| Object::from_json(json, None))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    /// A record as a `ConfigMap` has it.
    fn record(release: &Value) -> Value {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(release.to_string().as_bytes()).unwrap();
        json!({ "data": { "release": ByteString(encoder.finish().unwrap()) } })
    }

    /// The same in a Secret.
    fn secret(record: &Value) -> Value {
        let text = record["data"]["release"].as_str().unwrap();
        json!({ "data": { "release": ByteString(text.as_bytes().to_vec()) } })
    }

    #[test]
    fn a_record_is_unpacked() {
        let record = record(&json!({
            "name": "shop", "version": 3, "info": { "status": "pending-upgrade" },
            "chart": { "metadata": { "name": "shop", "version": "1.2.3" } },
            "manifest": "---\n# Source: shop/a.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: shop\n---\napiVersion: v1\nkind: List\n",
        }));
        for kept in [secret(&record), record] {
            let written = read(&kept).unwrap();
            assert_eq!(
                (written.version, written.info.status.as_str()),
                (3, "pending-upgrade")
            );
            let objects = documents(&written.manifest);
            let ids: Vec<String> = objects.iter().map(|object| object.id.to_string()).collect();
            assert_eq!(ids, ["Service shop"]);
        }
    }

    #[test]
    fn what_is_no_record_is_none() {
        assert!(read(&json!({ "data": { "release": "aGVsbG8=" } })).is_none());
        assert!(read(&json!({ "data": {} })).is_none());
    }
}
