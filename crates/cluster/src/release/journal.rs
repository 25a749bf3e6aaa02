//! Writing the record of a release.

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};
use steading_model::desired::{LABEL_APPLICATION, LABEL_ENVIRONMENT, LABEL_ESTATE};
use steading_plan::release::{Part, Payload, Phase, ReleaseSpec, ReleaseStatus};
use steading_plan::{ReleaseKey, Wave};

use super::error::ApplyError;
use super::hold::Hold;
use crate::connect::Cluster;
use crate::fault::Fault;
use crate::kind::{built_in, release_kind};
use crate::list::Filter;
use crate::observe::secrets::Unkept;
use crate::payload;
use crate::record::{self, ANNOTATION_RUN, LABEL_STATE, Record, State};
use crate::request::{Call, RequestError, garbled};

/// The waves in which something is waited for.
const LONG: [Wave; 5] = [
    Wave::Definitions,
    Wave::Databases,
    Wave::Migrate,
    Wave::Workloads,
    Wave::After,
];

const MERGE: &str = "application/merge-patch+json";

/// An open record, and its status as it was written last.
pub(crate) struct Journal {
    pub(crate) record: Record,
    pub(crate) status: ReleaseStatus,
}

impl Journal {
    /// Continues the journal of a record that was begun; one that was not has none.
    pub(crate) fn of(record: Record) -> Option<Self> {
        let status = record.status.clone()?;
        Some(Self { record, status })
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
    release_kind().path_of(Some(&record.metadata.namespace), &record.metadata.name)
}

fn title(record: &Record) -> String {
    format!(
        "`Release {}/{}`",
        record.metadata.namespace, record.metadata.name
    )
}

/// Reads an application's records: those that matter still, or all.
pub(crate) async fn records(
    cluster: &Cluster,
    key: &ReleaseKey,
    which: Which,
) -> Result<Vec<Record>, ApplyError> {
    let labels = match which {
        Which::Labelled => format!("{},{LABEL_STATE}", selector(key)),
        Which::All => selector(key),
    };
    let filter = Filter::within(Some(&key.namespace)).labelled(labels);
    let records = record::list(cluster, &filter).await;
    records.map_err(|error| match error.fault {
        Fault::NotFound => ApplyError::NotInstalled,
        _ => ApplyError::Request(error),
    })
}

impl Hold<'_> {
    /// Reads the application's records: those that matter still, or all.
    pub(crate) async fn records(&self, which: Which) -> Result<Vec<Record>, ApplyError> {
        records(&self.cluster, &self.key, which).await
    }

    /// Writes a record and its payload, and says that it runs.
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
        let status = ReleaseStatus {
            phase: Phase::Running,
            wave: payload.journal.iter().map(|entry| entry.wave).min(),
            message: None,
            inventory: Vec::new(),
            quarantined: None,
            part: record.spec.group.as_ref().map(|_| Part::Waiting),
            updated_at: self.run.settings.clock.text(),
        };
        let mut journal = Journal { record, status };
        self.note(&mut journal, |_| {}).await?;
        Ok(journal)
    }

    async fn create_record(&self, spec: ReleaseSpec) -> Result<Record, ApplyError> {
        let name = record::name(&self.key, spec.number);
        let object = json!({
            "apiVersion": release_kind().api_version(), "kind": "Release",
            "metadata": {
                "name": name, "namespace": self.key.namespace,
                "labels": {
                    LABEL_ESTATE: spec.estate, LABEL_APPLICATION: spec.application, LABEL_ENVIRONMENT: spec.environment,
                    LABEL_STATE: State::Open.word(), "app.kubernetes.io/managed-by": "steading",
                },
                "annotations": { ANNOTATION_RUN: self.id },
            },
            "spec": record::write_spec(&spec),
        });
        let what = format!("`Release {}/{name}`", self.key.namespace);
        let path = release_kind().path(Some(&self.key.namespace));
        let record = match self.create(&path, &object, &what).await? {
            Some(made) => serde_json::from_slice(&made)
                .map_err(|error| ApplyError::Request(garbled(format!("record {what}"), &error)))?,
            None => self.read_record(&name, &what).await?,
        };
        if record.run() == self.id {
            return Ok(record);
        }
        Err(ApplyError::Moved {
            what: format!(
                "release {} was made by `{}`",
                record.spec.number, record.spec.actor
            ),
        })
    }

    async fn read_record(&self, name: &str, what: &str) -> Result<Record, ApplyError> {
        let path = release_kind().path_of(Some(&self.key.namespace), name);
        let call = Call::get(path, format!("read {what}"));
        self.cluster.fetch(call).await.map_err(ApplyError::Request)
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
        match self.write(call.json("application/json", object)).await {
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
        self.patch_status(&journal.record, &journal.status).await
    }

    /// Notes that a wave begins that may take long; the others are over before anybody could read of them.
    pub(crate) async fn note_wave(
        &self,
        journal: &mut Journal,
        wave: Wave,
    ) -> Result<(), ApplyError> {
        if journal.status.wave == Some(wave) || !LONG.contains(&wave) {
            return Ok(());
        }
        self.note(journal, |status| status.wave = Some(wave)).await
    }

    pub(crate) async fn patch_status(
        &self,
        record: &Record,
        status: &ReleaseStatus,
    ) -> Result<(), ApplyError> {
        let call = Call::new(
            Method::PATCH,
            format!("{}/status", path(record)),
            format!("note the progress in {}", title(record)),
        );
        self.write(
            call.query("fieldManager", "steading")
                .json(MERGE, &json!({ "status": status })),
        )
        .await
        .map(drop)
    }

    /// Sets or removes the label that says that a record still matters.
    pub(crate) async fn label(
        &self,
        record: &Record,
        state: Option<State>,
    ) -> Result<(), ApplyError> {
        let word = state.map(State::word);
        if record.metadata.labels.get(LABEL_STATE).map(String::as_str) == word {
            return Ok(());
        }
        let call = Call::new(
            Method::PATCH,
            path(record),
            format!("label {}", title(record)),
        );
        let labels = json!({ "metadata": { "labels": { LABEL_STATE: word } } });
        self.write(call.query("fieldManager", "steading").json(MERGE, &labels))
            .await
            .map(drop)
    }

    /// Removes a record with its payload. The garbage collector would take the payload too, but later.
    pub(crate) async fn forget(&self, record: &Record) -> Result<(), ApplyError> {
        let options = json!({ "preconditions": { "uid": record.metadata.uid }, "propagationPolicy": "Background" });
        self.remove(&path(record), &options, &title(record)).await?;
        let secret = built_in("", "Secret");
        for at in 0..record.spec.chunks {
            let part = secret.path_of(
                Some(&record.metadata.namespace),
                &payload::part_name(record, at),
            );
            self.remove(&part, &json!({}), &title(record)).await?;
        }
        Ok(())
    }

    /// Deletes something of a record; what is gone already is as good.
    async fn remove(&self, path: &str, options: &Value, what: &str) -> Result<(), ApplyError> {
        let call = Call::new(Method::DELETE, path, format!("remove {what}"));
        match self.write(call.json("application/json", options)).await {
            Ok(_)
            | Err(ApplyError::Request(RequestError {
                fault: Fault::NotFound | Fault::Conflict,
                ..
            })) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Which records are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// Those that matter still.
    Labelled,
    /// All of them.
    All,
}
