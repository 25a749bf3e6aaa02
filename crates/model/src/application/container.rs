//! The fields that every container may have: component, init step, job.

use std::collections::BTreeMap;

use super::{Capabilities, FileSpec, Health, InitStep, Scaling, Sidecar, Update, Volume, Volumes};
use crate::name::{
    Capability, ComponentName, EnvName, ImageRef, LabelName, Literal, MountPath, PortNumber,
    Reason, SecretKey, SecretPath,
};
use crate::node::Node;
use crate::quantity::Quantity;
use crate::read::{Read, Reader};
use crate::shape::Shape;
use crate::{choice, record};

record! {
    /// The fields of a component; at the top level of `spec` they describe the component named after the application.
    pub struct ContainerFields {
        /// The container that it starts from: its image, environment, secrets, files, volumes, scratch space, resources, security and
        /// placement; own keys override. A cycle is an error. Default: none. Example: `web`. Derives: nothing by itself: the other
        /// container's fields, where this one has none of its own.
        "like" like: Option<ComponentName>,
        /// The image, with a tag or a digest. `--image` overrides it. Default: none; a component without an image is an error unless
        /// `--image` gives one. Example: `ghcr.io/linkwarden/linkwarden:v2.14.0`. Derives: `image` of the container, `imagePullPolicy`
        /// (`Always` only where the tag may move), the pull secret where it comes from the estate's registry, and the label
        /// `app.kubernetes.io/version`.
        "image" image: Option<ImageRef>,
        /// Replaces the image's entry point. Default: the image's. Example: `[/usr/bin/miniflux, -migrate]`. Derives: `command` of the
        /// container.
        "command" command: Vec<Literal>,
        /// Replaces the image's arguments. Default: the image's. Example: `[--config, /etc/app.yaml]`. Derives: `args` of the container.
        "args" args: Vec<Literal>,
        /// The folder in which the command starts. Default: the image's. Example: `/app`. Derives: `workingDir` of the container.
        "workingDir" working_dir: Option<MountPath>,
        /// The port that the container listens on, named `http`; a sidecar's is named after the sidecar. The variable `PORT` is set to it unless `env` sets it. Default: none;
        /// without a port there is no Service. Example: `3000`. Derives: a port of the container, the Service with its port 80, the
        /// variable `PORT`, the port of probes and routes, and the ports that network policies open.
        "port" port: Option<PortSpec>,
        /// Several ports by name. Default: none. Example: `{ http: 3000, metrics: 9090 }`. Derives: as `port`, for each; further ports are
        /// on the Service under their own numbers.
        "ports" ports: BTreeMap<ComponentName, PortSpec>,
        /// The port of the Service for the component's main port: `http`, the one with this number, or the first by name. A database that is
        /// dialled by name needs its own. Default: 80. Example: `5432`. Derives: `port` of the
        /// Service's first port; `${service.port}`.
        "servicePort" service_port: Option<PortNumber>,
        /// How many pods. 0 is 0. Default: 1; not written, it may belong to an autoscaler. Unit: pods. Example: `2`. Derives: `replicas` of
        /// the workload, only where it is written; from two on a `PodDisruptionBudget` and a spread over nodes.
        "replicas" replicas: Option<u32>,
        /// What kind of workload. Default: `deployment`. Example: `stateful`. Derives: a Deployment, or a `StatefulSet` with a headless
        /// Service and a claim for each replica, or a `DaemonSet`.
        "kind" kind: Option<Kind>,
        /// What it needs. Default: the tier's. Example: `{ cpu: 50m, memory: 256Mi }`. Derives: `resources` of the container, and whether a
        /// surge fits the quota when it is updated.
        "resources" resources: Option<Resources>,
        /// How to tell that it works: one definition gives the startup, liveness and readiness probes. Required for a component with a
        /// port, `{ none: why }` opts out. Default: none. Example: `{ path: /healthz }`. Derives: the startup, liveness and readiness
        /// probes of the container, and the path that routes are asked for from outside.
        "health" health: Option<Health>,
        /// Environment variables. Numbers and booleans are taken literally as written. `${…}` refers to derived facts such as
        /// `${route.url}`. Default: none. Example: `{ LOG_LEVEL: info, BASE_URL: "${route.url}" }`. Derives: `env` of the container.
        "env" env: BTreeMap<EnvName, Literal>,
        /// Secret values from the estate's secret backend, or made once. Default: none. Example: `{ env: [DATABASE_URL], generate:
        /// [SESSION_KEY] }`. Derives: the Secret or the backend's object that fetches it, references in `env`, mounts, and a digest on the
        /// pods that restarts them when a value changes.
        "secrets" secrets: Option<Secrets>,
        /// Files by path: content, a file beside the declaration, or a secret key; mounted read-only; a change rolls the component.
        /// Default: none. Example: `{ /etc/app/config.yaml: { fromFile: config.yaml } }`. Derives: a `ConfigMap` called by its content, its
        /// read-only mount, and so a roll of the pods when the content changes.
        "files" files: BTreeMap<MountPath, FileSpec>,
        /// One volume, named `data`. Default: none. Example: `{ mountPath: /data, size: 5Gi, data: sensitive, backup: { schedule: "30 3 * *
        /// *" } }`. Derives: as an entry of `volumes` that is called `data`.
        "storage" storage: Option<Volume>,
        /// Several volumes by name; or a list of volumes of other components and jobs, seen at the same place as there. Default: none.
        /// Example: `{ data: { mountPath: /data, size: 2Gi }, photos: { volume: server/photos, mountPath: /photos } }`. Derives: a claim,
        /// its volume where the class has none, the mount, the step that gives files to their owner, and `strategy: Recreate` where only
        /// one pod may write.
        "volumes" volumes: Volumes,
        /// Scratch space by path, lost with the pod. Default: none. Example: `{ /tmp: 64Mi }`. Derives: an `emptyDir` with `sizeLimit` and
        /// its mount.
        "scratch" scratch: BTreeMap<MountPath, Scratch>,
        /// Steps that run before the containers, in order of their names; `migrate` runs once per release, before any new pod. Default:
        /// none. Example: `{ migrate: { command: [/app, migrate] } }`. Derives: `initContainers` of the pods; a step called `migrate`
        /// becomes a Job of the release that ends before any new pod starts.
        "init" init: BTreeMap<ComponentName, InitStep>,
        /// Containers beside the main one, in order of their names: started before it, stopped after it. They see its volumes. Default:
        /// none. Example: `{ exporter: { image: "quay.io/oliver006/redis_exporter:v1.74.0", port: 9121 } }`. Derives: `initContainers` with
        /// `restartPolicy: Always`: started before the component and stopped after it.
        "sidecars" sidecars: BTreeMap<ComponentName, Sidecar>,
        /// How many pods, by load or by requests; then `replicas` belongs to the scaler. Default: none. Example: `{ min: 2, max: 6, cpu: 70
        /// }`. Derives: a `HorizontalPodAutoscaler`, or the annotations of the estate's scaler to zero; `replicas` is then left to it.
        "scaling" scaling: Option<Scaling>,
        /// Who changes the image, and how far. Default: the estate's, else nobody. Example: `{ policy: minor }`. Derives: the annotations
        /// that the estate's updater reads.
        "update" update: Option<Update>,
        /// Where its pods run. Default: anywhere. Example: `{ nodes: { disk: ssd } }`. Derives: `nodeSelector`, `affinity`, `tolerations`,
        /// `topologySpreadConstraints` and GPU limits of the pods.
        "placement" placement: Option<Placement>,
        /// What its processes may do. Default: user 1000, no privilege escalation, no capabilities, the runtime's seccomp profile. Example:
        /// `{ user: 568, readOnlyRoot: true }`. Derives: `securityContext` of pods and containers, and the Pod Security level of the
        /// namespace: the least that the pods need.
        "security" security: Option<Security>,
        /// How long it may take to stop, in seconds. Default: 30. Unit: seconds. Example: `120`. Derives: `terminationGracePeriodSeconds`
        /// of the pods.
        "gracePeriodSeconds" grace_period_seconds: Option<u32>,
        /// Commands after the start and before the stop. Default: a component with a route waits before it stops. Example: `{ stop: { exec:
        /// [sh, -c, "nginx -s quit"] } }`. Derives: `lifecycle` of the container.
        "hooks" hooks: Option<Hooks>,
        /// Annotations for other programs that look at the objects. What Steading derives itself stays. Default: none. Example: `{ pods: {
        /// k8s.v1.cni.cncf.io/networks: iot } }`. Derives: `annotations` of those objects.
        "annotations" annotations: Option<Marks>,
        /// Labels for other programs that look for the objects. What Steading derives itself stays. Default: none. Example: `{ namespace: {
        /// goldilocks.fairwinds.com/enabled: true } }`. Derives: `labels` of those objects; selectors never have them.
        "labels" labels: Option<Marks>,
    }
}

record! {
    /// Annotations or labels, by the object that they are for.
    pub struct Marks {
        /// The pods. Default: none. Example: `{ sidecar.istio.io/inject: true }`.
        "pods" pods: BTreeMap<String, Literal>,
        /// The Deployment, `StatefulSet`, `DaemonSet` or `CronJob`. Default: none. Example: `{ example.org/watched: true }`.
        "workload" workload: BTreeMap<String, Literal>,
        /// The Service. Default: none. Example: `{ service.kubernetes.io/topology-mode: Auto }`.
        "service" service: BTreeMap<String, Literal>,
        /// The application's `ServiceAccount`; of all components together. Default: none. Example: `{ eks.amazonaws.com/role-arn:
        /// "arn:aws:iam::111122223333:role/backup" }`.
        "account" account: BTreeMap<String, Literal>,
        /// The application's namespace; of all components together. Default: none. Example: `{ example.org/team: home }`.
        "namespace" namespace: BTreeMap<String, Literal>,
    }
}

choice! {
    /// What kind of workload a component is.
    pub enum Kind {
        /// Interchangeable pods.
        Deployment = "deployment",
        /// Pods with names, and a volume each.
        Stateful = "stateful",
        /// A pod on each node.
        Daemon = "daemon",
    }
}

choice! {
    /// What is spoken on a port.
    pub enum Protocol {
        /// HTTP/1.1.
        Http = "http",
        /// HTTP/2 without TLS.
        H2c = "h2c",
        /// gRPC.
        Grpc = "grpc",
        /// HTTP over TLS.
        Https = "https",
        /// Any protocol over TCP.
        Tcp = "tcp",
        /// Any protocol over UDP.
        Udp = "udp",
    }
}

/// A port, written as a number or as `{ port, protocol }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortSpec {
    /// The port that the container listens on.
    pub port: PortNumber,
    /// What is spoken there.
    pub protocol: Protocol,
}

record! {
    /// A port with its protocol.
    pub struct PortFields {
        /// The port that the container listens on. Example: `3000`.
        "port" port: PortNumber,
        /// What is spoken there. Default: `http`. Example: `udp`. Derives: `protocol` of container and Service (`UDP`, else `TCP`), and the
        /// scheme in which routes and probes speak to it.
        "protocol" protocol: Option<Protocol>,
    }
}

impl Read for PortSpec {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if node.as_mapping().is_some() {
            let fields = PortFields::read(node, reader)?;
            return Some(Self {
                port: fields.port,
                protocol: fields.protocol.unwrap_or(Protocol::Http),
            });
        }
        Some(Self {
            port: PortNumber::read(node, reader)?,
            protocol: Protocol::Http,
        })
    }

    fn shape() -> Shape {
        Shape::Either(vec![PortNumber::shape(), PortFields::shape()])
    }
}

record! {
    /// What a container needs.
    pub struct Resources {
        /// CPU that it is sure to get. There is never a CPU limit. Default: the tier's. Example: `50m`. Derives: `requests.cpu`.
        "cpu" cpu: Option<Quantity>,
        /// Memory that it is sure to get. Default: the tier's. Example: `256Mi`. Derives: `requests.memory`.
        "memory" memory: Option<Quantity>,
        /// Memory beyond which it is killed. Default: twice `memory`. Example: `1Gi`. Derives: `limits.memory`.
        "memoryLimit" memory_limit: Option<Quantity>,
        /// Disk for logs and scratch space that it is sure to get. Default: none. Example: `2Gi`. Derives: `requests.ephemeral-storage`.
        "disk" disk: Option<Quantity>,
        /// Devices that a device plugin of the nodes hands out, by resource; a GPU is `placement.gpu`. Default: none. Example: `{
        /// squat.ai/tun: 1 }`. Derives: the resource among `requests` and `limits`.
        "devices" devices: BTreeMap<String, u32>,
    }
}

record! {
    /// Secret values: from the estate's secret backend, or made once.
    pub struct Secrets {
        /// The place in the backend: a folder, or the name of an existing Secret. Default: the application's name. Example: `miniflux`.
        "path" path: Option<SecretPath>,
        /// The environment of the backend to read from. Default: the estate's for this environment. Example: `prod`.
        "environment" environment: Option<LabelName>,
        /// Keys that become environment variables: a list of keys, or a mapping of variable to key. Default: none. Example: `{
        /// DATABASE_URL: url }`. Derives: `env` with `secretKeyRef`.
        "env" env: SecretEnv,
        /// Keys that become files, by path. Default: none. Example: `{ /etc/app/key.pem: tls-key }`. Derives: a volume of the Secret and a
        /// mount for each path.
        "files" files: BTreeMap<MountPath, SecretKey>,
        /// Makes every key of the secret an environment variable. Default: `false`. Derives: `envFrom` with the whole Secret.
        "all" all: Option<bool>,
        /// Keys that Steading makes once, at random, and keeps; they become environment variables. Default: none. Example: `[SESSION_KEY]`.
        /// Derives: a Secret that is made at the first release and kept, and `env` with `secretKeyRef`.
        "generate" generate: Vec<EnvName>,
        /// Values from other places of the backend than `path`, such as those that several applications share. Default: none. Example: `{
        /// /shared/mail: { env: { SMTP_PASSWORD: password } } }`. Derives: as `env` and `files`, from the Secret of that place.
        "from" from: BTreeMap<SecretPath, OtherSecrets>,
    }
}

record! {
    /// Secret values from another place of the backend.
    pub struct OtherSecrets {
        /// Keys that become environment variables: a list of keys, or a mapping of variable to key. Default: none. Example: `{
        /// SMTP_PASSWORD: password }`. Derives: `env` with `secretKeyRef`.
        "env" env: SecretEnv,
        /// Keys that become files, by path. Default: none. Example: `{ /etc/app/key.pem: tls-key }`. Derives: a volume of the Secret and a
        /// mount for each path.
        "files" files: BTreeMap<MountPath, SecretKey>,
        /// Makes every key of the secret an environment variable. Default: `false`. Derives: `envFrom` with the whole Secret.
        "all" all: Option<bool>,
    }
}

impl Secrets {
    /// Returns all places with what is read there: its own first, then those of `from`.
    pub fn places(&self) -> Vec<Self> {
        let own = Self {
            from: BTreeMap::new(),
            ..self.clone()
        };
        let others = self.from.iter().map(|(path, other)| Self {
            path: Some(path.clone()),
            env: other.env.clone(),
            files: other.files.clone(),
            all: other.all,
            generate: Vec::new(),
            from: BTreeMap::new(),
            environment: self.environment.clone(),
        });
        std::iter::once(own).chain(others).collect()
    }
}

/// Variables by name with the key of each, written as a list of keys or as a mapping of variable to key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretEnv(pub BTreeMap<EnvName, SecretKey>);

impl Read for SecretEnv {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if node.as_mapping().is_some() {
            return BTreeMap::read(node, reader).map(Self);
        }
        let names = Vec::<EnvName>::read(node, reader)?;
        names
            .into_iter()
            .map(|name| Some((name.clone(), SecretKey::parse(name.as_str()).ok()?)))
            .collect::<Option<_>>()
            .map(Self)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn shape() -> Shape {
        Shape::Either(vec![
            Vec::<EnvName>::shape(),
            BTreeMap::<EnvName, SecretKey>::shape(),
        ])
    }
}

/// Scratch space, written as a size or as `{ size, medium }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scratch {
    /// The most that it may hold.
    pub size: Quantity,
    /// Where it is.
    pub medium: ScratchMedium,
}

choice! {
    /// Where scratch space is.
    pub enum ScratchMedium {
        /// On the node's disk.
        Disk = "disk",
        /// In memory; counts against the memory limit.
        Memory = "memory",
    }
}

record! {
    /// Scratch space with its medium.
    pub struct ScratchFields {
        /// The most that it may hold. Example: `64Mi`.
        "size" size: Quantity,
        /// Where it is. Default: `disk`. Derives: `medium` of the `emptyDir`.
        "medium" medium: Option<ScratchMedium>,
    }
}

impl Read for Scratch {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if node.as_mapping().is_some() {
            let fields = ScratchFields::read(node, reader)?;
            return Some(Self {
                size: fields.size,
                medium: fields.medium.unwrap_or(ScratchMedium::Disk),
            });
        }
        Some(Self {
            size: Quantity::read(node, reader)?,
            medium: ScratchMedium::Disk,
        })
    }

    fn shape() -> Shape {
        Shape::Either(vec![Quantity::shape(), ScratchFields::shape()])
    }
}

/// Labels that a node must have.
pub type NodeSelector = BTreeMap<String, Literal>;

record! {
    /// Where pods run.
    pub struct Placement {
        /// Labels that the node must have. Default: any. Example: `{ disk: ssd }`. Derives: `nodeSelector`.
        "nodes" nodes: NodeSelector,
        /// The processor architecture of the node: `amd64` or `arm64`. Default: any. Example: `amd64`. Derives: `nodeSelector` with
        /// `kubernetes.io/arch`.
        "architecture" architecture: Option<LabelName>,
        /// Taints of nodes that do not keep it away. Default: none. Example: `[{ key: gpu }]`. Derives: `tolerations`.
        "tolerate" tolerate: Vec<Toleration>,
        /// How its pods spread. Default: over nodes where there are two or more replicas, as far as possible. Example: `{ over:
        /// topology.kubernetes.io/zone, mode: required }`. Derives: `topologySpreadConstraints`; with `required` a roll-out takes an old
        /// pod away first.
        "spread" spread: Option<Spread>,
        /// Labels of nodes that are used only where no other will do. Default: none. Example: `{ storage: slow }`. Derives: preferred
        /// `nodeAffinity` with `NotIn`.
        "avoid" avoid: NodeSelector,
        /// An application whose pods should be on the same node. Default: none. Example: `database`. Derives: preferred `podAffinity` to
        /// its pods, on the same node.
        "near" near: Option<crate::name::AppName>,
        /// A GPU, or part of one. Default: none. Example: `{ count: 1 }`. Derives: what the estate's accelerators say: an extended resource
        /// among the limits, or a resource claim.
        "gpu" gpu: Option<Gpu>,
    }
}

record! {
    /// A taint that does not keep pods away.
    pub struct Toleration {
        /// The key of the taint. Example: `gpu`.
        "key" key: String,
        /// Its value. Default: any. Example: `nvidia`. Derives: `operator: Equal`; `Exists` without it.
        "value" value: Option<Literal>,
        /// Its effect: `NoSchedule`, `PreferNoSchedule` or `NoExecute`. Default: all. Example: `NoSchedule`.
        "effect" effect: Option<String>,
    }
}

record! {
    /// How pods spread.
    pub struct Spread {
        /// Over what: a node label. Default: `kubernetes.io/hostname`. Example: `topology.kubernetes.io/zone`. Derives: `topologyKey`.
        "over" over: Option<String>,
        /// Whether a pod waits rather than break the spread. Default: `preferred`. Derives: `whenUnsatisfiable`: `ScheduleAnyway` or
        /// `DoNotSchedule`.
        "mode" mode: Option<SpreadMode>,
    }
}

choice! {
    /// Whether a spread must hold.
    pub enum SpreadMode {
        /// As far as possible.
        Preferred = "preferred",
        /// A pod waits rather than break it.
        Required = "required",
    }
}

record! {
    /// A GPU, or part of one.
    pub struct Gpu {
        /// How many. Default: 1. Unit: GPUs. Example: `1`.
        "count" count: Option<u32>,
        /// Its memory, where the estate's accelerators are shared by memory. Default: none. Example: `8Gi`.
        "memory" memory: Option<Quantity>,
        /// Which of the estate's accelerators. Default: `default`. Example: `amd`.
        "accelerator" accelerator: Option<LabelName>,
    }
}

record! {
    /// What processes may do.
    pub struct Security {
        /// The user. Write 0 together with `root`. Default: 1000. Unit: user id. Example: `568`. Derives: `runAsUser`.
        "user" user: Option<i64>,
        /// The group, also of the files on volumes. Default: the user. Unit: group id. Example: `568`. Derives: `runAsGroup`, `fsGroup`
        /// with `fsGroupChangePolicy: OnRootMismatch`.
        "group" group: Option<i64>,
        /// Further groups. Default: none. Example: `[44, 109]`. Derives: `supplementalGroups`.
        "groups" groups: Vec<i64>,
        /// Runs as root, or as whatever user the image names; with the reason. Default: no root. Example: `"the image changes to its user
        /// by itself"`. Derives: no `runAsNonRoot`, and a namespace of level `baseline`.
        "root" root: Option<Reason>,
        /// Starts as root and changes to a user of its own (s6, gosu, supervisord); with the reason. It gets what that takes and no more.
        /// Default: it does not. Example: `"s6 changes to PUID"`. Derives: as `root`, and the capabilities `CHOWN`, `DAC_OVERRIDE`, `FOWNER`,
        /// `KILL`, `SETGID` and `SETUID`.
        "startsAsRoot" starts_as_root: Option<Reason>,
        /// Capabilities added to none, each with the reason. Default: none. Example: `{ NET_ADMIN: "makes the tunnel's interface" }`.
        /// Derives: `capabilities.add`, after `drop: [ALL]`; all but the harmless ones raise the namespace's level.
        "capabilities" capabilities: Capabilities,
        /// Mounts the image's file system read-only. Default: `false`. Derives: `readOnlyRootFilesystem`.
        "readOnlyRoot" read_only_root: Option<bool>,
        /// Maps users to a range of the pod's own. Default: `false`. Derives: `hostUsers: false`.
        "userNamespace" user_namespace: Option<bool>,
        /// Runs with all privileges of the node; with the reason. Default: not privileged. Example: `"loads a kernel module for the
        /// tunnel"`. Derives: `privileged: true`, and a namespace of level `privileged`.
        "privileged" privileged: Option<Reason>,
        /// Shares the node's network; with the reason. Default: a network of its own. Example: `"finds devices by broadcast"`. Derives:
        /// `hostNetwork`, `dnsPolicy: ClusterFirstWithHostNet`, and a namespace of level `privileged`.
        "hostNetwork" host_network: Option<Reason>,
        /// Sees the node's processes; with the reason. Default: processes of its own. Example: `"measures what runs on the node"`. Derives:
        /// `hostPID`, and a namespace of level `privileged`.
        "hostPID" host_pid: Option<Reason>,
        /// Settings of the kernel for the pod. All but the harmless ones raise the namespace's level, and the nodes must allow them
        /// (`allowedUnsafeSysctls` of the kubelet). Default: the node's. Example: `{ net.ipv4.ip_forward: 1 }`. Derives: `sysctls`.
        "sysctls" sysctls: BTreeMap<String, Literal>,
    }
}

impl Security {
    /// The capabilities of a program that starts as root and changes to a user of its own.
    pub const OF_STARTING: [&str; 6] = [
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "KILL",
        "SETGID",
        "SETUID",
    ];

    /// Returns why it runs as root, if it does.
    pub fn why_root(&self) -> Option<&Reason> {
        self.root.as_ref().or(self.starts_as_root.as_ref())
    }

    /// Returns the capabilities that it has beyond none.
    pub fn added(&self) -> Vec<&str> {
        let starting = self.starts_as_root.iter().flat_map(|_| Self::OF_STARTING);
        let named = self.capabilities.0.keys().map(Capability::as_str);
        let mut added: Vec<&str> = named.chain(starting).collect();
        added.sort_unstable();
        added.dedup();
        added
    }
}

choice! {
    /// The level of the Pod Security standard that a workload needs.
    pub enum Privilege {
        /// No privileges at all.
        Restricted = "restricted",
        /// Known privilege escalations prevented.
        Baseline = "baseline",
        /// Anything.
        Privileged = "privileged",
    }
}

record! {
    /// Commands around a container's life.
    pub struct Hooks {
        /// Right after the start. Default: none. Example: `{ exec: [/app/warm-up] }`. Derives: `postStart`.
        "start" start: Option<Hook>,
        /// Before the stop. Default for a component with a route: wait 5 seconds until the route has drained. Default: for a component with
        /// a route, a wait of 5 seconds. Example: `{ exec: [/app/drain] }`. Derives: `preStop`.
        "stop" stop: Option<Hook>,
    }
}

record! {
    /// A command in the container.
    pub struct Hook {
        /// The command. Default: none. Example: `["sh", "-c", "nginx -s quit"]`.
        "exec" exec: Vec<Literal>,
    }
}
