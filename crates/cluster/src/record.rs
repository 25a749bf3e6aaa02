//! The records of releases as they are in the cluster: `Release` objects.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use steading_plan::release::{Phase, ReleaseSpec, ReleaseStatus};
use steading_plan::{ReleaseKey, ReleaseKind};

use crate::call::Call;
use crate::connect::Cluster;
use crate::failure::{RequestError, garbled};
use crate::fault::Fault;
use crate::kind::release_kind;
use crate::list::Filter;

/// Label of the records that matter still, so that they are found without looking at all; those without it are history. Programs before
/// format 4 wrote other words into it.
pub(crate) const LABEL_STATE: &str = "steading.dev/state";
/// What the label says.
pub(crate) const MATTERS: &str = "matters";
/// Label of a payload Secret: the UID of its record.
pub(crate) const LABEL_RECORD: &str = "steading.dev/record";
/// Annotation with what the run that made the record is called, so that a request whose answer was lost is recognised.
pub(crate) const ANNOTATION_RUN: &str = "steading.dev/run";
/// Annotation with what the run is called that took an open record over.
pub(crate) const ANNOTATION_CLAIM: &str = "steading.dev/taken-over-by";
/// Type of the Secrets that hold a payload.
pub(crate) const PAYLOAD_TYPE: &str = "steading.dev/release";

/// Words of `spec.kind`, and where the number of a rollback's goal is.
const RELEASE: &str = "release";
const RETIREMENT: &str = "retirement";
const ROLLBACK: &str = "rollback";
const ROLLBACK_TO: &str = "rollbackTo";
/// What says that a release takes over. No word of `kind`: the definition of an earlier version, which may be installed, knows two.
const TAKES_OVER: &str = "takesOver";

/// The form in which records and payloads are written now. It is raised when an older program could not act rightly on what a newer one
/// wrote; this one reads all forms up to it. Records without the field have the first.
///
/// The second came with takeovers, whose owners have to be given back, and groups, of which none is put back alone; the third with moves, whose
/// volumes have to be given back; the fourth with records that have touched something before they note anything.
pub(crate) const FORMAT: u64 = 4;

/// A `Release` object.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Record {
    pub(crate) metadata: RecordMeta,
    #[serde(deserialize_with = "read_spec")]
    pub(crate) spec: ReleaseSpec,
    pub(crate) status: Option<ReleaseStatus>,
}

/// The metadata of a `Release` that is looked at.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordMeta {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) uid: String,
    #[serde(default)]
    pub(crate) resource_version: Option<String>,
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) annotations: BTreeMap<String, String>,
}

/// One line of an application's history.
#[derive(Clone, Debug, Serialize)]
pub struct ReleaseSummary {
    /// What was recorded when it was made.
    pub spec: ReleaseSpec,
    /// How it went; none if it never began.
    pub status: Option<ReleaseStatus>,
}

/// Returns what the record of a release is called.
pub(crate) fn name(key: &ReleaseKey, number: u64) -> String {
    format!("{}-{}-{number}", key.application, key.environment)
}

/// Returns the path of the record of a release.
pub(crate) fn path(key: &ReleaseKey, number: u64) -> String {
    release_kind().path_of(Some(&key.namespace), &name(key, number))
}

/// Returns what messages call the record of a release.
pub(crate) fn title(key: &ReleaseKey, number: u64) -> String {
    format!("`Release {}/{}`", key.namespace, name(key, number))
}

/// Reads the record of a release.
pub(crate) async fn named(
    cluster: &Cluster,
    key: &ReleaseKey,
    number: u64,
) -> Result<Record, RequestError> {
    let doing = format!("read {}", title(key, number));
    let raw: Box<RawValue> = cluster.fetch(Call::get(path(key, number), doing)).await?;
    read(raw.get())
}

/// Writes a `spec` so that it reads well with `kubectl`: why it is made is one word, and the release that it goes back to a number.
pub(crate) fn write_spec(spec: &ReleaseSpec) -> Value {
    let mut value = json!(spec);
    value["format"] = json!(FORMAT);
    match spec.kind {
        ReleaseKind::Apply => value["kind"] = json!(RELEASE),
        // An older program takes it for a release that wants little, and acts rightly on it.
        ReleaseKind::Retire => value["kind"] = json!(RETIREMENT),
        ReleaseKind::Rollback(number) => {
            value["kind"] = json!(ROLLBACK);
            value[ROLLBACK_TO] = json!(number);
        }
        ReleaseKind::Takeover => {
            value["kind"] = json!(RELEASE);
            value[TAKES_OVER] = json!(true);
        }
    }
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    value
}

fn read_spec<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ReleaseSpec, D::Error> {
    let mut value = Value::deserialize(deserializer)?;
    value["kind"] = match value[ROLLBACK_TO]
        .as_u64()
        .filter(|_| value["kind"] == ROLLBACK)
    {
        Some(number) => json!(ReleaseKind::Rollback(number)),
        None if value[TAKES_OVER] == true => json!(ReleaseKind::Takeover),
        None if value["kind"] == RETIREMENT => json!(ReleaseKind::Retire),
        None => json!(ReleaseKind::Apply),
    };
    serde_json::from_value(value).map_err(D::Error::custom)
}

/// What is looked at of a record before anything else.
#[derive(Deserialize)]
struct Peeked {
    metadata: RecordMeta,
    spec: Marked,
}

#[derive(Deserialize)]
struct Marked {
    #[serde(default)]
    format: u64,
}

/// Lists records. One that cannot be understood is an error: it is never taken for none.
pub(crate) async fn list(cluster: &Cluster, filter: &Filter) -> Result<Vec<Record>, RequestError> {
    let kind = release_kind();
    let records = cluster.list(&kind, filter, |_, json| Some(json)).await?;
    records.iter().map(|json| read(json.get())).collect()
}

/// Reads a record.
pub(crate) fn read(json: &str) -> Result<Record, RequestError> {
    let doing = || "read a `Release`".to_owned();
    let peeked: Peeked = serde_json::from_str(json).map_err(|error| garbled(doing(), &error))?;
    let Peeked { metadata, spec } = peeked;
    if spec.format > FORMAT {
        return Err(RequestError {
            doing: format!("read `Release {}/{}`", metadata.namespace, metadata.name),
            fault: Fault::Garbled,
            answer: format!(
                "a newer steading wrote it: its format is {}, and this one knows formats up to {FORMAT}; use that version, or a later one",
                spec.format
            ),
            causes: Vec::new(),
            tried: 1,
        });
    }
    serde_json::from_str(json).map_err(|error| garbled(doing(), &error))
}

impl Record {
    pub(crate) fn key(&self) -> ReleaseKey {
        ReleaseKey {
            namespace: self.metadata.namespace.clone(),
            application: self.spec.application.clone(),
            environment: self.spec.environment.clone(),
        }
    }

    /// Returns how far it came. A record without a status is being prepared, or has just begun: that it has its payload says so.
    pub(crate) fn phase(&self) -> Phase {
        self.status
            .as_ref()
            .map_or(Phase::Preparing, |status| status.phase)
    }

    /// Says whether it has not ended.
    pub(crate) fn is_open(&self) -> bool {
        matches!(
            self.phase(),
            Phase::Preparing | Phase::Running | Phase::Reverting
        )
    }

    /// Says whether it matters still.
    pub(crate) fn matters(&self) -> bool {
        self.metadata.labels.contains_key(LABEL_STATE)
    }

    pub(crate) fn run(&self) -> &str {
        self.metadata
            .annotations
            .get(ANNOTATION_RUN)
            .map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record as an earlier version wrote it: the object, and the parts of its payload.
    #[derive(Deserialize)]
    struct Golden {
        release: Value,
        payload: Vec<k8s_openapi::ByteString>,
    }

    #[test]
    fn what_earlier_versions_wrote_is_read() {
        let kept = [
            ("no mark", 1, include_str!("../tests/records/unmarked.json")),
            (
                "format 1",
                1,
                include_str!("../tests/records/format-1.json"),
            ),
            (
                "takeover",
                1,
                include_str!("../tests/records/takeover.json"),
            ),
            (
                "format 4",
                1,
                include_str!("../tests/records/format-4.json"),
            ),
            ("group", 3, include_str!("../tests/records/group.json")),
            ("moved", 1, include_str!("../tests/records/moved.json")),
        ];
        for (form, number, text) in kept {
            let Golden { release, payload } = serde_json::from_str(text).unwrap();
            let record = read(&release.to_string()).unwrap();
            assert_eq!(record.spec.number, number, "{form}");
            let is_moved = record.spec.former.is_some();
            assert_eq!(record.spec.group.is_some(), form == "group" || is_moved);
            assert_eq!(is_moved, form == "moved");
            assert_eq!(
                record.phase(),
                steading_plan::release::Phase::Complete,
                "{form}"
            );
            assert!(
                !record.status.as_ref().unwrap().inventory.is_empty(),
                "{form}"
            );
            let parts: Vec<Vec<u8>> = payload.into_iter().map(|part| part.0).collect();
            let payload = crate::payload::unpack(&parts).unwrap();
            let is_takeover = record.spec.kind == ReleaseKind::Takeover;
            assert_eq!(is_takeover, form == "takeover", "{form}");
            let taken = payload.journal.iter().filter(|entry| entry.taken.is_some());
            assert_eq!(taken.count() > 5, is_takeover, "{form}");
            let moving = payload
                .journal
                .iter()
                .filter(|entry| entry.moving.is_some());
            assert_eq!(moving.count() == 2, is_moved, "{form}");
            assert!(
                payload.desired.len() > 5 && payload.journal.len() > 3,
                "{form}"
            );
            assert!(
                payload
                    .desired
                    .iter()
                    .all(|object| object["kind"].is_string()),
                "{form}"
            );
        }
    }

    #[test]
    fn what_a_newer_version_wrote_is_refused_and_says_so() {
        let json = json!({
            "metadata": { "name": "shop-prod-7", "namespace": "shop-prod", "uid": "u" },
            "spec": { "format": FORMAT + 1, "number": { "of": "another shape" } },
        });
        let error = read(&json.to_string()).unwrap_err().to_string();
        assert!(
            error.contains("cannot read `Release shop-prod/shop-prod-7`"),
            "{error}"
        );
        assert!(
            error.contains("a newer steading wrote it: its format is 5"),
            "{error}"
        );
    }

    #[test]
    fn a_spec_comes_back_as_it_was_written() {
        for kind in [
            ReleaseKind::Apply,
            ReleaseKind::Rollback(3),
            ReleaseKind::Takeover,
            ReleaseKind::Retire,
        ] {
            let spec = ReleaseSpec {
                estate: "home".to_owned(),
                application: "shop".to_owned(),
                environment: "prod".to_owned(),
                number: 4,
                parent: Some(3),
                kind,
                actor: "ann".to_owned(),
                revision: None,
                image: None,
                digest: "d".to_owned(),
                chunks: 1,
                created_at: "2026-01-01T00:00:00Z".to_owned(),
                group: None,
                former: None,
                successor: None,
            };
            let metadata = json!({"name": "shop-prod-4", "namespace": "shop-prod", "uid": "u"});
            let record: Record =
                serde_json::from_value(json!({"metadata": metadata, "spec": write_spec(&spec)}))
                    .unwrap();
            assert_eq!(json!(record.spec), json!(spec));
        }
    }
}
