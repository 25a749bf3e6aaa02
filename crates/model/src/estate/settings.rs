//! The other sections of an estate.

use std::collections::BTreeMap;

use crate::application::{Backup, DataMeaning};
use crate::name::{
    AnnotationPrefix, DurationText, EnvironmentName, HostName, LabelName, Literal, MountPath,
    NamespaceName, Reason, SecretPath, SubdomainName, TimeZone, Url,
};
use crate::quantity::Quantity;
use crate::{choice, record};

record! {
    /// The zones in which hosts are made.
    pub struct Domains {
        /// The zone of public hosts. Example: `example.org`.
        "public" public: HostName,
        /// The zone of private hosts. Default: the public one. Example: `home.example.org`.
        "private" private: Option<HostName>,
        /// Further zones in which fully qualified hosts may be. Default: none. Example: `[example.net]`.
        "additional" additional: Vec<HostName>,
        /// The zone of names inside the cluster. Default: `cluster.local`. Example: `cluster.local`.
        "cluster" cluster: HostName,
    }
}

record! {
    /// An environment of the estate.
    pub struct EnvironmentFields {
        /// The kubeconfig context of its cluster. `steading` refuses to touch any other. Default: none; `--context` has to name it then.
        /// Example: `house`.
        "context" context: Option<String>,
        /// The suffix of hosts. Default: none for `prod`, else `-` and the environment's name. Example: `"-staging"`.
        "suffix" suffix: Option<String>,
        /// The environment of the secret backend. Default: the environment's name. Example: `production`.
        "secretEnvironment" secret_environment: Option<LabelName>,
        /// Whether a mistake here hurts: then a plan says so, and rules are stricter. Default: `true` for `prod`. Example: `true`.
        "critical" critical: Option<bool>,
        /// The environment that a version must have been in before. Default: none. Example: `staging`.
        "after" after: Option<EnvironmentName>,
    }
}

record! {
    /// What holds for all applications unless they say otherwise.
    pub struct Defaults {
        /// The tier. Default: `aux`. Example: `edge`.
        "tier" tier: LabelName,
        /// The time zone of schedules. Default: `Etc/UTC`. Example: `Europe/Berlin`.
        "timeZone" time_zone: TimeZone,
        /// Whether a description must be there. Default: `required`. Example: `optional`.
        "description" description: Requirement,
        /// Fields of `spec` for every application, under the tier's and the application's own. Default: none. Example: `{
        /// gracePeriodSeconds: 60 }`.
        "spec" spec: SpecDefaults,
    }
}

/// Fields of `spec`, not read yet: they are merged first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpecDefaults(pub Option<crate::node::Node>);

impl crate::read::Read for SpecDefaults {
    fn read(node: &crate::node::Node, reader: &mut crate::read::Reader<'_>) -> Option<Self> {
        if node.as_mapping().is_none() {
            reader.wrong_type(node, "a mapping");
            return None;
        }
        Some(Self(Some(node.clone())))
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn shape() -> crate::shape::Shape {
        crate::shape::Shape::Anything
    }
}

choice! {
    /// Whether something must be there.
    pub enum Requirement {
        /// It must.
        Required = "required",
        /// It may be left out.
        Optional = "optional",
    }
}

record! {
    /// Where secret values come from. One of `existing`, `externalSecrets` and `infisical`.
    pub struct SecretBackend {
        /// Secrets that someone else makes in the application's namespace. Default: none. Example: `{ name: "{application}-secrets" }`.
        "existing" existing: Option<Existing>,
        /// The External Secrets Operator, with a store of whatever provider (Vault, `OpenBao`, 1Password, …). Default: none. Example: `{ store:
        /// vault, path: "apps/{application}" }`. Derives: an `ExternalSecret` for each place that applications name, with the keys that
        /// they read.
        "externalSecrets" external: Option<ExternalSecrets>,
        /// Infisical, through its operator. Default: none. Example: `{ project: homestead, credentials: { name: infisical, namespace:
        /// infisical } }`. Derives: an `InfisicalSecret` for each place that applications name.
        "infisical" infisical: Option<Infisical>,
    }
}

record! {
    /// Secrets that someone else makes in the application's namespace.
    pub struct Existing {
        /// The name of the Secret of an application; `{application}` is filled in. An application's `secrets.path` names another. Default:
        /// `{application}-secrets`. Example: `"{application}-env"`.
        "name" name: Option<super::Template>,
    }
}

record! {
    /// The External Secrets Operator.
    pub struct ExternalSecrets {
        /// The store. Example: `vault`. Derives: `secretStoreRef.name`.
        "store" store: SubdomainName,
        /// Whether the store is the cluster's or of the application's namespace. Default: `ClusterSecretStore`. Derives:
        /// `secretStoreRef.kind`.
        "kind" kind: Option<StoreKind>,
        /// The place in the store of an application that names none. Default: `"{application}"`. Example: `"apps/{application}"`.
        /// Derives: `remoteRef.key`.
        "path" path: Option<super::Template>,
        /// How often values are fetched. Default: `1h`. Example: `15m`. Derives: `refreshInterval`.
        "refresh" refresh: Option<DurationText>,
    }
}

choice! {
    /// The kind of a store of the External Secrets Operator.
    pub enum StoreKind {
        /// One for the cluster.
        Cluster = "ClusterSecretStore",
        /// One in each namespace.
        Namespace = "SecretStore",
    }
}

record! {
    /// Infisical, through its operator.
    pub struct Infisical {
        /// The server. Default: `https://app.infisical.com`. Example: `https://secrets.example.org`. Derives: `hostAPI`.
        "host" host: Option<Url>,
        /// The project. Example: `homestead`. Derives: `projectSlug`.
        "project" project: LabelName,
        /// The Secret with the operator's credentials. Example: `{ name: infisical, namespace: infisical }`. Derives: `credentialsRef`.
        "credentials" credentials: SecretRef,
        /// The folder of an application that names none. Default: `/{application}`. Example: `"/apps/{application}"`. Derives:
        /// `secretsPath`.
        "path" path: Option<super::Template>,
        /// How often values are fetched, in seconds. Default: 60. Unit: seconds. Example: `300`. Derives: `resyncInterval`.
        "resyncSeconds" resync_seconds: Option<u32>,
    }
}

record! {
    /// A Secret in a namespace.
    pub struct SecretRef {
        /// Its name. Example: `infisical`.
        "name" name: SubdomainName,
        /// Its namespace. Example: `infisical`.
        "namespace" namespace: NamespaceName,
    }
}

record! {
    /// What data means for storage.
    pub struct Storage {
        /// The storage class by meaning: `sensitive`, `plain`, `cache`, `shared`, `host`. Default: none. Example: `{ sensitive: { class:
        /// encrypted, grows: true } }`.
        "classes" classes: BTreeMap<DataWord, StorageClassFields>,
        /// What makes volumes with `maxSize` grow. Default: the annotations of `TopoLVM`'s `pvc-autoresizer`. Example: `{ threshold: 20%,
        /// increase: 10Gi }`. Derives: annotations of claims on classes that grow.
        "growth" growth: Option<Growth>,
    }
}

record! {
    /// The program that makes volumes grow, as it reads its settings from annotations of claims.
    pub struct Growth {
        /// What its annotations begin with. Default: `resize.topolvm.io/`. Example: `resize.example.org/`.
        "annotations" annotations: Option<AnnotationPrefix>,
        /// How little is free when a volume grows: a percentage, or an amount. Default: `10%`. Example: `2Gi`. Derives: `threshold`.
        "threshold" threshold: Option<Literal>,
        /// By how much it grows: a percentage, or an amount. Default: `100%`. Example: `10Gi`. Derives: `increase`.
        "increase" increase: Option<Literal>,
    }
}

/// A meaning of data as a key.
pub type DataWord = DataMeaning;

impl crate::read::Key for DataMeaning {
    fn parse_key(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = Self::WORDS.iter().map(|(word, _)| *word).collect();
        Self::from_word(text).ok_or_else(|| format!("must be one of {}", words.join(", ")))
    }

    fn key_shape() -> crate::shape::Shape {
        crate::shape::Shape::Choice(Self::WORDS)
    }
}

record! {
    /// A storage class for one meaning of data.
    pub struct StorageClassFields {
        /// The name of the `StorageClass`; empty where volumes are made by hand (host paths). Example: `local-path`. Derives:
        /// `storageClassName`.
        "class" class: SubdomainName,
        /// Volumes are places on the node, made by Steading under `naming.hostData`. Default: `false`. Derives: a `PersistentVolume` at
        /// `naming.hostData` for each claim, kept when the claim goes.
        "hostPath" host_path: Option<bool>,
        /// The node that has the data, where `hostPath` is used on more than one node. Default: any. Example: `barn`. Derives:
        /// `nodeAffinity` of those volumes.
        "node" node: Option<SubdomainName>,
        /// Volumes of this class can grow. Default: `false`. Example: `true`.
        "grows" grows: Option<bool>,
        /// What lies on it is encrypted at rest. Default: `false`, which is found where `sensitive` has the class of `plain`. Example:
        /// `true`.
        "encrypted" encrypted: Option<bool>,
        /// The file server, for `shared`. Default: none. Example: `nas.home.example.org`. Derives: `server` of an NFS volume.
        "server" server: Option<HostName>,
        /// The folder on the file server, for `shared`. Default: none. Example: `/export/apps`. Derives: the folder above each volume's on
        /// the server.
        "path" path: Option<MountPath>,
        /// How volumes of this class are backed up that say nothing themselves: a schedule, or why none of them is (the class is copied as
        /// a whole, say). Default: each volume says it. Example: `{ schedule: "30 3 * * *", keep: 14 }`. Derives: the annotation
        /// `steading.dev/backup` of the claims.
        "backup" backup: Option<Backup>,
    }
}

record! {
    /// Where images come from.
    pub struct Images {
        /// The own registry. Images from it need the pull secret. Default: none. Example: `registry.example.org`.
        "registry" registry: Option<String>,
        /// The pull secret, in each application's namespace. Default: none. Example: `registry`. Derives: `imagePullSecrets` of pods with
        /// images from the own registry.
        "pullSecret" pull_secret: Option<SubdomainName>,
        /// The place of the registry's credentials in the secret backend; with it Steading makes the pull secret. Default: none; the pull
        /// secret is there already. Example: `/registry`. Derives: the pull secret, fetched from the backend.
        "pullSecretPath" pull_secret_path: Option<SecretPath>,
        /// Registries (and paths in them) that images may come from. Default: any. Example: `[docker.io, ghcr.io]`.
        "trusted" trusted: Vec<String>,
        /// The image that gives files to their owner. Default: a pinned busybox. Example: `busybox:1.37.0`. Derives: `image` of the step
        /// that gives files to their owner.
        "ownership" ownership: Option<crate::name::ImageRef>,
        /// The image that waits for what an application uses: it has `sh` and `nc`. Default: that of `ownership`. Example:
        /// `busybox:1.37.0`. Derives: `image` of the containers of `waitFor`.
        "waitFor" wait_for: Option<crate::name::ImageRef>,
    }
}

choice! {
    /// What happens with changes that others made.
    pub enum DriftMode {
        /// They are reported.
        Report = "report",
        /// They are undone.
        Heal = "heal",
        /// They stop a release until someone decides.
        Block = "block",
    }
}

record! {
    /// How bad a rule's findings are here, with the reason.
    pub struct ReasonedSeverity {
        /// How bad. Example: `warning`.
        "severity" severity: SeverityLevel,
        /// Why. Example: `"images are mirrored by tag"`.
        "why" why: Reason,
    }
}

choice! {
    /// How bad findings are.
    pub enum SeverityLevel {
        /// Nothing is planned or applied while they stand.
        Error = "error",
        /// Worth a change.
        Warning = "warning",
        /// Not reported.
        Off = "off",
    }
}

record! {
    /// The simulated nodes of `steading lab up`.
    pub struct Lab {
        /// The nodes. Default: three nodes. Example: `[{ name: barn, cpu: 4, memory: 16Gi }]`.
        "nodes" nodes: Vec<LabNode>,
    }
}

record! {
    /// A simulated node.
    pub struct LabNode {
        /// Its name. Example: `barn`.
        "name" name: SubdomainName,
        /// Its CPU. Example: `4`.
        "cpu" cpu: Quantity,
        /// Its memory. Example: `16Gi`.
        "memory" memory: Quantity,
        /// How many pods it takes. Default: 110. Unit: pods. Example: `60`.
        "pods" pods: Option<u32>,
        /// Its zone. Default: none. Example: `garden`.
        "zone" zone: Option<LabelName>,
        /// Further labels. Default: none. Example: `{ disk: ssd }`.
        "labels" labels: BTreeMap<String, Literal>,
    }
}
