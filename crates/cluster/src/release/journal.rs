//! Writing the record of a release.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use steading_model::desired::{LABEL_APPLICATION, LABEL_ENVIRONMENT, LABEL_ESTATE};
use steading_plan::release::{Part, Payload, Phase, ReleaseSpec, ReleaseStatus};
use steading_plan::{ReleaseKey, Wave};

use super::error::ApplyError;
use super::hold::Hold;
use super::write::MERGE;
use crate::call::Call;
use crate::connect::Cluster;
use crate::failure::{RequestError, served};
use crate::fault::Fault;
use crate::kind::{built_in, release_kind};
use crate::list::{Age, Filter};
use crate::observe::secrets::Unkept;
use crate::payload;
use crate::record::{
    self, ANNOTATION_CLAIM, ANNOTATION_RUN, LABEL_STATE, MATTERS, Record, RecordMeta,
};

/// How often an open record is read anew before it is left to whoever changes it.
const CLAIMS: usize = 5;

/// From how long on a wave is noted.
const LASTING: Duration = Duration::from_secs(5);

/// An open record, and its status as it was written last.
pub(crate) struct Journal {
    pub(crate) record: Record,
    pub(crate) status: ReleaseStatus,
}

/// A record as the server answers with it.
#[derive(Deserialize)]
struct Written {
    metadata: RecordMeta,
}

impl Journal {
    /// Continues the journal of a record that was begun; one that was not has none.
    pub(crate) fn of(record: Record) -> Option<Self> {
        let status = record.status.clone()?;
        Some(Self { record, status })
    }
}

/// Returns the status of a release that has just begun. It is not written: that record and payload are there says that it runs.
pub(crate) fn begun(record: &Record) -> ReleaseStatus {
    ReleaseStatus {
        phase: Phase::Running,
        wave: None,
        message: None,
        inventory: Vec::new(),
        quarantined: None,
        part: record.spec.group.as_ref().map(|_| Part::Waiting),
        updated_at: record.spec.created_at.clone(),
    }
}

/// Returns the label selector of an application's records.
pub(crate) fn selector(key: &ReleaseKey) -> String {
    format!(
        "{LABEL_APPLICATION}={},{LABEL_ENVIRONMENT}={}",
        key.application, key.environment
    )
}

fn path(record: &Record) -> String {
    record::path(&record.key(), record.spec.number)
}

fn title(record: &Record) -> String {
    record::title(&record.key(), record.spec.number)
}

/// Reads an application's records: those that matter still, or all.
pub(crate) async fn records(
    cluster: &Cluster,
    key: &ReleaseKey,
    which: Which,
    age: Age,
) -> Result<Vec<Record>, ApplyError> {
    let labels = match which {
        Which::Mattering => format!("{},{LABEL_STATE}", selector(key)),
        Which::All => selector(key),
    };
    let filter = Filter::within(Some(&key.namespace))
        .labelled(labels)
        .aged(age);
    let records = record::list(cluster, &filter).await;
    records.map_err(|error| match error.fault {
        Fault::NotFound => ApplyError::NotInstalled,
        _ => ApplyError::Request(error),
    })
}

/// Reads the record of an application's release by its number.
pub(crate) async fn numbered(
    cluster: &Cluster,
    key: &ReleaseKey,
    number: u64,
) -> Result<Option<Record>, ApplyError> {
    let record = record::named(cluster, key, number).await;
    served(record).map_err(ApplyError::Request)
}

impl Hold<'_> {
    /// Reads the record of one of the application's releases.
    pub(crate) async fn numbered(&self, number: u64) -> Result<Option<Record>, ApplyError> {
        numbered(&self.cluster, &self.key, number).await
    }

    /// Reads the application's records: those that matter still, or all.
    pub(crate) async fn records(&self, which: Which, age: Age) -> Result<Vec<Record>, ApplyError> {
        records(&self.cluster, &self.key, which, age).await
    }

    /// Writes a record, then its payload: from then on it runs.
    pub(crate) async fn record(
        &self,
        spec: ReleaseSpec,
        payload: &Payload,
    ) -> Result<Journal, ApplyError> {
        let parts = payload::pack(payload);
        let spec = ReleaseSpec {
            chunks: parts.len(),
            ..spec
        };
        let record = self.create_record(spec).await?;
        for (at, bytes) in parts.into_iter().enumerate() {
            self.create(
                &built_in("", "Secret").path(Some(&self.key.namespace)),
                &payload::part(&record, at, bytes),
                &title(&record),
            )
            .await?;
        }
        let status = begun(&record);
        Ok(Journal { record, status })
    }

    async fn create_record(&self, spec: ReleaseSpec) -> Result<Record, ApplyError> {
        let number = spec.number;
        let name = record::name(&self.key, number);
        let object = json!({
            "apiVersion": release_kind().api_version(), "kind": "Release",
            "metadata": {
                "name": name, "namespace": self.key.namespace,
                "labels": {
                    LABEL_ESTATE: spec.estate, LABEL_APPLICATION: spec.application, LABEL_ENVIRONMENT: spec.environment,
                    LABEL_STATE: MATTERS, "app.kubernetes.io/managed-by": "steading",
                },
                "annotations": { ANNOTATION_RUN: self.id },
            },
            "spec": record::write_spec(&spec),
        });
        let what = record::title(&self.key, number);
        let path = release_kind().path(Some(&self.key.namespace));
        // What it is called is known; of an answer that ends too soon it is read again.
        let made = self.create(&path, &object, &what).await?;
        let made = made.and_then(|made| serde_json::from_slice(&made).ok());
        let record: Record = match made {
            Some(record) => record,
            None => self.read_again(number).await?,
        };
        if record.run() == self.id {
            return Ok(record);
        }
        Err(ApplyError::released(&record))
    }

    async fn read_again(&self, number: u64) -> Result<Record, ApplyError> {
        let record = record::named(&self.cluster, &self.key, number).await;
        record.map_err(ApplyError::Request)
    }

    /// Takes over an open record that somebody left, and returns it as it is now: by then it may have ended.
    ///
    /// It is written over the version that was read, because a list may be from before the end of the release.
    pub(crate) async fn claim(&self, mut record: Record) -> Result<Record, ApplyError> {
        let what = title(&record);
        for _ in 0..CLAIMS {
            if !record.is_open() {
                return Ok(record);
            }
            let version = &record.metadata.resource_version;
            let claim = json!({ "metadata": { "resourceVersion": version, "annotations": { ANNOTATION_CLAIM: self.id } } });
            let call = Call::new(Method::PATCH, path(&record), format!("take over {what}"));
            let call = call.query("fieldManager", "steading").json(MERGE, &claim);
            match self.write_and_read(call).await {
                Err(ApplyError::Request(error)) if error.fault == Fault::Conflict => {
                    record = self.read_again(record.spec.number).await?;
                }
                claimed => return claimed,
            }
        }
        Err(ApplyError::Moved {
            what: format!("{what} is changed by somebody again and again"),
        })
    }

    /// Keeps the key of digests that was made up for this run.
    pub(crate) async fn keep_key(&self, unkept: &Unkept) -> Result<(), ApplyError> {
        let path = built_in("", "Secret").path(Some(&unkept.namespace));
        self.create(&path, &unkept.object(), "the key of digests")
            .await
            .map(drop)
    }

    /// Creates an object and returns it; nothing if it was there already, because the answer to an earlier try may have been lost.
    async fn create(
        &self,
        path: &str,
        object: &Value,
        what: &str,
    ) -> Result<Option<Bytes>, ApplyError> {
        let call = Call::new(Method::POST, path, format!("record {what}"))
            .query("fieldManager", "steading");
        let call = call.json("application/json", object).of_any_version();
        match self.write(call).await {
            Ok(made) => Ok(Some(made)),
            Err(ApplyError::Request(RequestError {
                fault: Fault::Exists,
                ..
            })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Changes the status of a record and writes it.
    pub(crate) async fn note(
        &self,
        journal: &mut Journal,
        change: impl FnOnce(&mut ReleaseStatus),
    ) -> Result<(), ApplyError> {
        change(&mut journal.status);
        journal.status.updated_at = self.run.settings.clock.text();
        let version = self.patch_status(&journal.record, &journal.status).await?;
        journal.record.metadata.resource_version = version;
        Ok(())
    }

    /// Does the work of a wave, and notes the wave if that lasts: the others are over before anybody could read of them.
    pub(crate) async fn noted(
        &self,
        journal: &mut Journal,
        wave: Wave,
        work: impl Future<Output = Result<(), ApplyError>>,
    ) -> Result<(), ApplyError> {
        journal.status.wave = Some(wave);
        let mut work = pin!(work);
        if let Ok(done) = tokio::time::timeout(LASTING, &mut work).await {
            return done;
        }
        let (noted, done) = tokio::join!(self.note(journal, |_| {}), work);
        done.and(noted)
    }

    /// Writes a status, and returns the record's new version.
    pub(crate) async fn patch_status(
        &self,
        record: &Record,
        status: &ReleaseStatus,
    ) -> Result<Option<String>, ApplyError> {
        let call = Call::new(
            Method::PATCH,
            format!("{}/status", path(record)),
            format!("note the progress in {}", title(record)),
        );
        let call = call
            .query("fieldManager", "steading")
            .json(MERGE, &json!({ "status": status }));
        let written: Written = self.write_and_read(call.of_any_version()).await?;
        Ok(written.metadata.resource_version)
    }

    /// Makes a record history.
    pub(crate) async fn unlabel(&self, record: &Record) -> Result<(), ApplyError> {
        let call = Call::new(
            Method::PATCH,
            path(record),
            format!("take the label off {}", title(record)),
        );
        let labels = json!({ "metadata": { "labels": { LABEL_STATE: null } } });
        let call = call.query("fieldManager", "steading").json(MERGE, &labels);
        self.write(call.of_any_version()).await.map(drop)
    }

    /// Removes a record with its payload. The garbage collector would take the payload too, but later.
    pub(crate) async fn forget(&self, record: &Record) -> Result<(), ApplyError> {
        let uid = &record.metadata.uid;
        // Exactly as it was read: what seemed never to have begun may have gone on since.
        let exactly = json!({ "uid": uid, "resourceVersion": record.metadata.resource_version });
        let options = json!({ "preconditions": exactly, "propagationPolicy": "Background" });
        let call = Call::new(
            Method::DELETE,
            path(record),
            format!("remove {}", title(record)),
        );
        let call = call.json("application/json", &options);
        self.remove(&path(record), uid, call).await?;
        for at in 0..record.spec.chunks {
            self.forget_part(record, at).await?;
        }
        Ok(())
    }

    /// Deletes a part of a payload; one that is gone already is as good.
    async fn forget_part(&self, record: &Record, at: usize) -> Result<(), ApplyError> {
        let part = payload::part_path(record, at);
        let call = Call::new(Method::DELETE, part, format!("remove {}", title(record)));
        match self.write(call.of_any_version()).await {
            Err(ApplyError::Request(RequestError {
                fault: Fault::NotFound,
                ..
            })) => Ok(()),
            removed => removed.map(drop),
        }
    }
}

/// Which records are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// Those that matter still.
    Mattering,
    /// All of them.
    All,
}
