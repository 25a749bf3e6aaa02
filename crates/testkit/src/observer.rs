//! Looking at a cluster from outside: what a test compares before and after.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use kube::Client;
use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind, ListParams};
use serde_json::Value;
use steading_cluster::{Event, Progress};
use steading_plan::ReleaseKey;

/// The kinds that are looked at: version, kind, plural.
const KINDS: [(&str, &str, &str, &str); 13] = [
    ("", "v1", "ConfigMap", "configmaps"),
    ("", "v1", "Secret", "secrets"),
    ("", "v1", "Service", "services"),
    ("", "v1", "ServiceAccount", "serviceaccounts"),
    ("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    ("apps", "v1", "Deployment", "deployments"),
    ("apps", "v1", "StatefulSet", "statefulsets"),
    ("batch", "v1", "Job", "jobs"),
    ("batch", "v1", "CronJob", "cronjobs"),
    (
        "networking.k8s.io",
        "v1",
        "NetworkPolicy",
        "networkpolicies",
    ),
    (
        "policy",
        "v1",
        "PodDisruptionBudget",
        "poddisruptionbudgets",
    ),
    ("traefik.io", "v1alpha1", "IngressRoute", "ingressroutes"),
    ("steading.dev", "v1", "Release", "releases"),
];

fn api(client: &Client, namespace: &str, row: &(&str, &str, &str, &str)) -> Api<DynamicObject> {
    let resource =
        ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(row.0, row.1, row.2), row.3);
    Api::namespaced_with(client.clone(), namespace, &resource)
}

/// Returns every object of a namespace that a person put there, by kind and name, without what the server adds and counts.
///
/// Records of releases and what belongs to them are left out: [`remains`] looks at those.
///
/// # Panics
/// If the server does not answer.
pub async fn objects_of(client: &Client, namespace: &str) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for row in KINDS.iter().filter(|row| row.0 != "steading.dev") {
        for object in api(client, namespace, row)
            .list(&ListParams::default())
            .await
            .expect("the server must answer")
        {
            let value = serde_json::to_value(&object).expect("an object can be written");
            if !is_of_the_server(&value) {
                let name = object.metadata.name.clone().unwrap_or_default();
                found.insert(format!("{}/{name}", row.2), bare(value));
            }
        }
    }
    found
}

fn is_of_the_server(object: &Value) -> bool {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let is_record =
        object["type"].as_str() == Some("steading.dev/release") || name == "steading-digest-key";
    is_record || name == "kube-root-ca.crt" || (name == "default" && object.get("spec").is_none())
}

/// Drops what says nothing about what is desired.
fn bare(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
        for name in ["apiVersion", "kind", "types"] {
            fields.remove(name);
        }
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.retain(|name, _| {
            matches!(
                name.as_str(),
                "name" | "namespace" | "labels" | "annotations" | "deletionTimestamp"
            )
        });
        if let Some(annotations) = metadata
            .get_mut("annotations")
            .and_then(Value::as_object_mut)
        {
            // Counted by controllers with each rollout.
            annotations.retain(|name, _| {
                !name.starts_with("deployment.kubernetes.io/")
                    && !name.starts_with("pv.kubernetes.io/")
                    && !name.starts_with("volume.")
            });
        }
    }
    // Given anew whenever a Service or a Job is made.
    for pointer in ["clusterIP", "clusterIPs", "volumeName"] {
        if let Some(spec) = object["spec"].as_object_mut() {
            spec.remove(pointer);
        }
    }
    object
}

/// What releases left in a namespace: the phases of the records by name, the holder of the Lease while it is valid, and how many payloads belong to no record.
///
/// # Panics
/// If the server does not answer.
pub async fn remains(
    client: &Client,
    namespace: &str,
) -> (BTreeMap<String, String>, String, usize) {
    let records = api(client, namespace, &KINDS[12])
        .list(&ListParams::default())
        .await
        .expect("the server must answer");
    let uids: Vec<String> = records
        .iter()
        .filter_map(|record| record.metadata.uid.clone())
        .collect();
    let phases = records.iter().map(|record| {
        let phase = record.data["status"]["phase"]
            .as_str()
            .unwrap_or("none")
            .to_owned();
        (record.metadata.name.clone().unwrap_or_default(), phase)
    });
    let secrets = api(client, namespace, &KINDS[1])
        .list(&ListParams::default().labels("steading.dev/record"))
        .await
        .expect("the server must answer");
    let is_orphan = |secret: &&DynamicObject| {
        let record = secret
            .metadata
            .labels
            .as_ref()
            .and_then(|labels| labels.get("steading.dev/record"));
        record.is_none_or(|record| !uids.contains(record))
            && secret.metadata.deletion_timestamp.is_none()
    };
    let orphans = secrets.iter().filter(is_orphan).count();
    let lease = api(
        client,
        namespace,
        &("coordination.k8s.io", "v1", "Lease", "leases"),
    )
    .get_opt("steading")
    .await
    .expect("the server must answer");
    let holder = lease
        .filter(|lease| is_valid(&lease.data["spec"]))
        .and_then(|lease| {
            lease.data["spec"]["holderIdentity"]
                .as_str()
                .map(str::to_owned)
        })
        .unwrap_or_default();
    (phases.collect(), holder, orphans)
}

/// Says whether a Lease keeps others out: one that was not renewed in time does not.
fn is_valid(spec: &Value) -> bool {
    let renewed: Option<jiff::Timestamp> = spec["renewTime"]
        .as_str()
        .and_then(|text| text.parse().ok());
    let seconds = spec["leaseDurationSeconds"].as_i64().unwrap_or_default();
    renewed.is_some_and(|renewed| {
        renewed + jiff::SignedDuration::from_secs(seconds) > jiff::Timestamp::now()
    })
}

/// Returns the record of a release, as it is in the cluster.
///
/// # Panics
/// If it is not there.
pub async fn release_of(client: &Client, namespace: &str, name: &str) -> Value {
    let record = api(client, namespace, &KINDS[12])
        .get(name)
        .await
        .expect("the record must be there");
    serde_json::to_value(record).expect("a record can be written")
}

/// Keeps what a release told.
#[derive(Debug, Default)]
pub struct Notes(Mutex<Vec<String>>);

impl Notes {
    /// Returns everything that was told, one line each.
    pub fn text(&self) -> String {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .join("\n")
    }
}

impl Progress for Notes {
    fn report(&self, key: &ReleaseKey, event: &Event) {
        let line = format!("{}: {event:?}", key.application);
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
    }
}
