//! Claims and the volumes behind them.
//!
//! A volume on a node or a file server is made together with its claim: each names the other, so that nobody else's claim takes
//! the volume and the claim never waits for a provisioner that does not exist. It is retained when the claim goes.

use serde_json::{Map, Value, json};
use steading_model::FieldPath;
use steading_model::application::{Backup, Component, DataMeaning, Kind, Volume};
use steading_model::desired::{ANNOTATION_BACKUP, ANNOTATION_DATA, ANNOTATION_MAX_SIZE};
use steading_model::estate::{Estate, StorageClassFields};
use steading_model::name::{AnnotationPrefix, Literal};
use steading_model::quantity::Quantity;

use crate::json::Fields;
use crate::rollout;
use crate::scope::{Metadata, Output, Scope};
use crate::storage::{self, Ownership, Place};

/// What annotations of the usual resizer begin with.
const RESIZER: &str = "resize.topolvm.io/";
/// What a folder on a file server is said to hold where no size is declared; the server does not enforce it.
const NOMINAL: &str = "10Gi";

/// Adds the claims of a component, and returns the templates for those that each replica has.
pub(crate) fn objects(scope: &Scope<'_>, component: &Component, output: &mut Output) -> Vec<Value> {
    let mut templates = Vec::new();
    for (name, path, volume) in component.volumes() {
        let Some(place) = storage::place(scope, component, (&name, &path), volume, output) else {
            continue;
        };
        let Some(class) = class(&place) else { continue };
        let Some(size) = size(volume, &place) else {
            continue;
        };
        let claim = Claim {
            scope,
            component,
            name: &name,
            path: &path,
            volume,
            class,
            size,
        };
        match storage::ownership(component, volume, &place) {
            Ownership::Component => claim.single(&place, output),
            Ownership::Replica => templates.push(claim.template(&place, output)),
        }
    }
    templates
}

/// Returns the backups of the volumes that each replica has, by volume, as JSON.
pub(crate) fn replica_backups(estate: &Estate, component: &Component) -> Option<String> {
    let volumes = component.volumes();
    let own = volumes.iter().filter(|(_, _, volume)| {
        volume.size.is_some() && storage::meaning(volume) != DataMeaning::Shared
    });
    let backups: Map<String, Value> = own
        .filter_map(|(name, _, volume)| Some((name.clone(), backup(estate.backup(volume)?).into())))
        .collect();
    let stateful = component.fields.kind == Some(Kind::Stateful);
    (stateful && !backups.is_empty()).then(|| Value::from(backups).to_string())
}

/// Returns the place of a volume on its node.
pub(crate) fn host_data(scope: &Scope<'_>, component: &Component, volume: &str) -> String {
    let template = &scope.estate.fields.naming.host_data;
    let values = [
        ("application", scope.name()),
        ("environment", scope.environment()),
        ("volume", volume),
    ];
    let place = template.fill(&values);
    let own = component.name.as_str() == scope.name();
    let component = (!own).then(|| component.name.as_str());
    let volume = (volume != "data" && !template.has("volume")).then_some(volume);
    [Some(place.as_str()), component, volume]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("-")
}

fn class<'a>(place: &Place<'a>) -> Option<&'a StorageClassFields> {
    match place {
        Place::Claim(_) | Place::Node(_) => None,
        Place::Served(class) | Place::OnNode(class, _) | Place::OnServer(class, _, _) => {
            Some(class)
        }
    }
}

/// Returns the size of a claim; what is on a file server needs none.
fn size(volume: &Volume, place: &Place<'_>) -> Option<Quantity> {
    let nominal = matches!(place, Place::OnServer(..)).then_some(NOMINAL);
    let nominal = nominal.and_then(|size| Quantity::parse(size).ok());
    volume.size.or(nominal)
}

struct Claim<'a, 'b> {
    scope: &'b Scope<'a>,
    component: &'b Component,
    name: &'b str,
    path: &'b FieldPath,
    volume: &'b Volume,
    class: &'b StorageClassFields,
    size: Quantity,
}

impl Claim<'_, '_> {
    /// Adds one claim for all pods, with its volume where it is hand-made.
    fn single(&self, place: &Place<'_>, output: &mut Output) {
        let scope = self.scope;
        let claim = scope.part_name(self.component, self.name);
        let volume = self.volume_name();
        let hand_made = source(place, None);
        self.object(&claim, hand_made.as_ref().map(|_| volume.as_str()), output);
        if let Some(source) = hand_made {
            self.volume(&volume, &claim, source, output);
        }
    }

    /// Adds a claim; `volume` is the one that is made for it.
    fn object(&self, name: &str, volume: Option<&str>, output: &mut Output) {
        let scope = self.scope;
        let metadata = scope.named(name).component(self.component.name.as_str());
        let object = self
            .annotated(metadata)
            .object("v1", "PersistentVolumeClaim")
            .with("spec", self.spec().with("volumeName", volume));
        output.push(scope, object, self.path);
    }

    /// Returns the template of one claim for each pod, and adds the claims of the declared replicas, each with its volume where that is
    /// hand-made.
    ///
    /// Templates can never change, so they say nothing that may; the claims are there before the pods ask, with what they say now.
    fn template(&self, place: &Place<'_>, output: &mut Output) -> Value {
        let workload = self.scope.component_name(self.component);
        for replica in 0..rollout::replicas(self.scope, self.component) {
            let claim = format!("{}-{workload}-{replica}", self.name);
            let volume = format!("{}-{replica}", self.volume_name());
            let hand_made = source(place, Some(replica));
            self.object(&claim, hand_made.as_ref().map(|_| volume.as_str()), output);
            if let Some(source) = hand_made {
                self.volume(&volume, &claim, source, output);
            }
        }
        let metadata = self
            .scope
            .named(self.name)
            .component(self.component.name.as_str());
        Fields::new()
            .with("apiVersion", "v1")
            .with("kind", "PersistentVolumeClaim")
            .with("metadata", self.guarded(metadata).template())
            .with("spec", self.spec().with("volumeMode", "Filesystem"))
            .into()
    }

    fn volume_name(&self) -> String {
        let part = self.scope.part_name(self.component, "");
        format!("{part}-{}-{}", self.scope.environment(), self.name)
    }

    fn spec(&self) -> Fields {
        let requests = Fields::new().with("storage", self.size.to_string());
        Fields::new()
            .with("accessModes", vec![self.mode()])
            .with("resources", Fields::new().with("requests", requests))
            .with("storageClassName", self.class.class.as_str())
    }

    fn mode(&self) -> &'static str {
        match storage::meaning(self.volume) {
            DataMeaning::Shared => "ReadWriteMany",
            _ => "ReadWriteOnce",
        }
    }

    fn volume(&self, name: &str, claim: &str, source: Fields, output: &mut Output) {
        let scope = self.scope;
        let reference = json!({ "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": scope.namespace(), "name": claim });
        let spec = source
            .with(
                "capacity",
                Fields::new().with("storage", self.size.to_string()),
            )
            .with("accessModes", vec![self.mode()])
            .with("persistentVolumeReclaimPolicy", "Retain")
            .with("storageClassName", self.class.class.as_str())
            .with("claimRef", reference);
        let metadata = self.guarded(
            scope
                .cluster_wide(name)
                .component(self.component.name.as_str()),
        );
        output.push(
            scope,
            metadata.object("v1", "PersistentVolume").with("spec", spec),
            self.path,
        );
    }

    /// Says what the data means: what can be made again needs no guard.
    fn guarded(&self, metadata: Metadata) -> Metadata {
        let meaning = storage::meaning(self.volume);
        let guard = (meaning != DataMeaning::Cache).then_some(meaning.as_str());
        metadata.annotation_if(ANNOTATION_DATA, guard)
    }

    fn annotated(&self, metadata: Metadata) -> Metadata {
        let metadata = self.guarded(metadata);
        let metadata = metadata.annotation_if(
            ANNOTATION_BACKUP,
            self.scope
                .estate
                .backup(self.volume)
                .map(|declared| Value::from(backup(declared)).to_string()),
        );
        match self
            .volume
            .max_size
            .filter(|_| self.class.grows == Some(true))
        {
            None => metadata,
            Some(limit) => self.growing(metadata, limit),
        }
    }

    /// Says up to where it grows, to the estate's resizer and to plans.
    fn growing(&self, metadata: Metadata, limit: Quantity) -> Metadata {
        let growth = self.scope.estate.fields.storage.growth.as_ref();
        let prefix = growth.and_then(|growth| growth.annotations.as_ref());
        let prefix = prefix.map_or(RESIZER, AnnotationPrefix::as_str);
        let threshold = growth.and_then(|growth| growth.threshold.as_ref());
        let increase = growth.and_then(|growth| growth.increase.as_ref());
        let settings = [
            ("storage_limit", limit.to_string()),
            (
                "threshold",
                threshold.map_or("10%", Literal::as_str).to_owned(),
            ),
            (
                "increase",
                increase.map_or("100%", Literal::as_str).to_owned(),
            ),
        ];
        let metadata = metadata.annotation(ANNOTATION_MAX_SIZE, limit.to_string());
        settings
            .into_iter()
            .fold(metadata, |metadata, (key, value)| {
                metadata.annotation(&format!("{prefix}{key}"), value)
            })
    }
}

/// Returns where a hand-made volume is; none where the class makes it.
fn source(place: &Place<'_>, replica: Option<u32>) -> Option<Fields> {
    match place {
        Place::OnNode(class, path) => {
            let path = replica.map_or_else(|| path.clone(), |replica| format!("{path}-{replica}"));
            let host = Fields::new()
                .with("path", path)
                .with("type", "DirectoryOrCreate");
            let node = class.node.as_ref().map(|node| on_node(node.as_str()));
            Some(
                Fields::new()
                    .with("hostPath", host)
                    .with("nodeAffinity", node),
            )
        }
        Place::OnServer(_, server, path) => {
            let nfs = Fields::new()
                .with("server", server.as_str())
                .with("path", path.as_str());
            Some(
                Fields::new()
                    .with("nfs", nfs)
                    .with("mountOptions", vec!["nfsvers=4"]),
            )
        }
        Place::Claim(_) | Place::Node(_) | Place::Served(_) => None,
    }
}

fn on_node(node: &str) -> Value {
    let expression = json!({ "key": "kubernetes.io/hostname", "operator": "In", "values": [node] });
    json!({ "required": { "nodeSelectorTerms": [{ "matchExpressions": [expression] }] } })
}

/// Returns a backup as it was declared.
pub(crate) fn backup(backup: &Backup) -> Fields {
    match backup {
        Backup::Never(why) => Fields::new().with("none", why.as_str()),
        Backup::Scheduled(fields) => Fields::new()
            .with(
                "schedule",
                fields
                    .schedule
                    .as_ref()
                    .map(steading_model::name::Schedule::as_str),
            )
            .with("keep", fields.keep),
    }
}
