//! The payload of a release: compressed, cut, and kept in Secrets, because an object of the release may be a Secret.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use k8s_openapi::ByteString;
use serde_json::{Value, json};
use steading_plan::ReleaseKey;
use steading_plan::release::Payload;

use crate::call::Call;
use crate::connect::Cluster;
use crate::failure::{RequestError, served};
use crate::kind::{built_in, release_kind};
use crate::list::Filter;
use crate::record::{self, LABEL_RECORD, PAYLOAD_TYPE, Record};

/// How much of a payload one Secret holds. A Secret holds 1 MiB; written as base64 this stays under it too.
const CHUNK: usize = 700 * 1024;

/// The most that a payload may be when unpacked; 2,000 large objects are a tenth of it.
const GREATEST: u64 = 256 * 1024 * 1024;

/// Why a payload could not be read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PayloadError {
    /// The server did not answer as expected.
    #[error(transparent)]
    Request(RequestError),
    /// A Secret of it is missing.
    #[error(
        "the record of release {number} of `{application}` is not complete: {found} of {expected} parts are there"
    )]
    Incomplete {
        /// The application.
        application: String,
        /// The release.
        number: u64,
        /// How many parts there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// What is in it cannot be understood; its text is not shown, because it may hold Secrets.
    #[error("the record of release {number} of `{application}` cannot be understood")]
    Broken {
        /// The application.
        application: String,
        /// The release.
        number: u64,
    },
}

/// Packs a payload into parts.
pub(crate) fn pack(payload: &Payload) -> Vec<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail, and every payload can be written as JSON.
    let text = serde_json::to_vec(payload).unwrap_or_default();
    let packed = encoder
        .write_all(&text)
        .and_then(|()| encoder.finish())
        .unwrap_or_default();
    packed.chunks(CHUNK).map(<[u8]>::to_vec).collect()
}

pub(crate) fn unpack(parts: &[Vec<u8>]) -> Option<Payload> {
    let packed = parts.concat();
    let mut text = Vec::new();
    ZlibDecoder::new(packed.as_slice())
        .take(GREATEST)
        .read_to_end(&mut text)
        .ok()?;
    serde_json::from_slice(&text).ok()
}

/// Returns what the Secret with one part of a record's payload is called.
fn part_name(record: &Record, at: usize) -> String {
    format!(
        "{}-{}-{at}",
        record.metadata.name,
        record.run().to_ascii_lowercase()
    )
}

/// Returns where the Secret with one part of a record's payload is.
pub(crate) fn part_path(record: &Record, at: usize) -> String {
    let namespace = Some(record.metadata.namespace.as_str());
    built_in("", "Secret").path_of(namespace, &part_name(record, at))
}

/// Returns the Secret that holds one part of a record's payload.
pub(crate) fn part(record: &Record, at: usize, bytes: Vec<u8>) -> Value {
    let (name, uid) = (&record.metadata.name, &record.metadata.uid);
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": PAYLOAD_TYPE, "immutable": true,
        "metadata": {
            "name": part_name(record, at),
            "namespace": record.metadata.namespace,
            "labels": { LABEL_RECORD: uid, "app.kubernetes.io/managed-by": "steading" },
            "ownerReferences": [{ "apiVersion": release_kind().api_version(), "kind": "Release", "name": name, "uid": uid }],
        },
        "data": { "payload": ByteString(bytes) },
    })
}

/// Reads what a release desired, and what was there before it.
pub async fn payload(
    cluster: &Cluster,
    key: &ReleaseKey,
    number: u64,
) -> Result<Payload, PayloadError> {
    let record = record::named(cluster, key, number).await;
    read(cluster, &record.map_err(PayloadError::Request)?).await
}

/// Says whether all of a record's payload was written. Its parts are read by their names, which no server answers from memory.
pub(crate) async fn is_there(cluster: &Cluster, record: &Record) -> Result<bool, RequestError> {
    for at in 0..record.spec.chunks {
        let title = record::title(&record.key(), record.spec.number);
        let call = Call::get(
            part_path(record, at),
            format!("read the payload of {title}"),
        );
        if served(cluster.send(call).await)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Reads the payload of a record.
pub(crate) async fn read(cluster: &Cluster, record: &Record) -> Result<Payload, PayloadError> {
    let filter = Filter::within(Some(&record.metadata.namespace))
        .labelled(format!("{LABEL_RECORD}={}", record.metadata.uid));
    let secrets = cluster
        .list_values(&built_in("", "Secret"), &filter)
        .await
        .map_err(PayloadError::Request)?;
    let mut parts: Vec<(usize, Vec<u8>)> = secrets.iter().filter_map(place_and_bytes).collect();
    parts.sort();
    let (application, number) = (record.spec.application.clone(), record.spec.number);
    if parts.len() != record.spec.chunks {
        return Err(PayloadError::Incomplete {
            application,
            number,
            found: parts.len(),
            expected: record.spec.chunks,
        });
    }
    let parts: Vec<_> = parts.into_iter().map(|(_, bytes)| bytes).collect();
    unpack(&parts).ok_or(PayloadError::Broken {
        application,
        number,
    })
}

fn place_and_bytes(secret: &Value) -> Option<(usize, Vec<u8>)> {
    let place = secret["metadata"]["name"]
        .as_str()?
        .rsplit('-')
        .next()?
        .parse()
        .ok()?;
    let bytes: ByteString = serde_json::from_value(secret["data"]["payload"].clone()).ok()?;
    Some((place, bytes.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_comes_out_as_it_went_in() {
        let payload = Payload {
            desired: vec![json!({"kind": "ConfigMap", "data": {"a": "b"}})],
            journal: Vec::new(),
        };
        let parts = pack(&payload);
        assert_eq!(parts.len(), 1);
        assert_eq!(unpack(&parts).unwrap().desired, payload.desired);
    }

    #[test]
    fn a_great_payload_is_cut() {
        // What cannot be compressed stays great.
        let noise = crate::random::text(2_000_000).unwrap();
        let payload = Payload {
            desired: vec![json!(noise)],
            journal: Vec::new(),
        };
        let parts = pack(&payload);
        assert!(
            parts.len() > 1 && parts.iter().all(|part| part.len() <= CHUNK),
            "{}",
            parts.len()
        );
        assert_eq!(unpack(&parts).unwrap().desired, payload.desired);
    }

    #[test]
    fn a_broken_payload_is_none() {
        assert!(unpack(&[b"no zlib".to_vec()]).is_none());
    }
}
