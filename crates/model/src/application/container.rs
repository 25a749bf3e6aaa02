//! The fields that every container may have: component, init step, job.

use std::collections::BTreeMap;

use super::{FileSpec, Health, InitStep, Scaling, Sidecar, Update, Volume, Volumes};
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
        /// placement; own keys override. A cycle is an error.
        "like" like: Option<ComponentName>,
        /// The image, with a tag or a digest. `--image` overrides it.
        "image" image: Option<ImageRef>,
        /// Replaces the image's entry point.
        "command" command: Vec<Literal>,
        /// Replaces the image's arguments.
        "args" args: Vec<Literal>,
        /// The port that the container listens on, named `http`. The variable `PORT` is set to it unless `env` sets it.
        /// Example: `3000`.
        "port" port: Option<PortSpec>,
        /// Several ports by name. Example: `{ http: 3000, metrics: 9090 }`.
        "ports" ports: BTreeMap<ComponentName, PortSpec>,
        /// The port of the Service. Default: 80. A database that is dialled by name needs its own.
        "servicePort" service_port: Option<PortNumber>,
        /// How many pods. Default: 1; not written, it may belong to an autoscaler. 0 is 0.
        "replicas" replicas: Option<u32>,
        /// What kind of workload. Default: `deployment`.
        "kind" kind: Option<Kind>,
        /// What it needs. Default: the tier's.
        "resources" resources: Option<Resources>,
        /// How to tell that it works: one definition gives the startup, liveness and readiness probes. Required for a component with a
        /// port, `{ none: why }` opts out.
        "health" health: Option<Health>,
        /// Environment variables. Numbers and booleans are taken literally as written. `${…}` refers to derived facts such as `${route.url}`.
        "env" env: BTreeMap<EnvName, Literal>,
        /// Secret values from the estate's secret backend, or made once.
        "secrets" secrets: Option<Secrets>,
        /// Files by path: content, a file beside the declaration, or a secret key; mounted read-only; a change rolls the component.
        "files" files: BTreeMap<MountPath, FileSpec>,
        /// One volume, named `data`.
        "storage" storage: Option<Volume>,
        /// Several volumes by name; or a list of volumes of other components and jobs, seen at the same place as there.
        /// Example: `{ data: { mountPath: /data, size: 2Gi }, photos: { volume: server/photos, mountPath: /photos } }`.
        "volumes" volumes: Volumes,
        /// Scratch space by path, lost with the pod. Example: `{ /tmp: 64Mi }`.
        "scratch" scratch: BTreeMap<MountPath, Scratch>,
        /// Steps that run before the containers, in order of their names; `migrate` runs once per release, before any new pod.
        "init" init: BTreeMap<ComponentName, InitStep>,
        /// Containers beside the main one, in order of their names: started before it, stopped after it. They see its volumes.
        "sidecars" sidecars: BTreeMap<ComponentName, Sidecar>,
        /// How many pods, by load or by requests; then `replicas` belongs to the scaler.
        "scaling" scaling: Option<Scaling>,
        /// Who changes the image, and how far. Default: the estate's, else nobody.
        "update" update: Option<Update>,
        /// Where its pods run.
        "placement" placement: Option<Placement>,
        /// What its processes may do. Default: user 1000, no privilege escalation, no capabilities, the runtime's seccomp profile.
        "security" security: Option<Security>,
        /// How long it may take to stop, in seconds. Default: 30.
        "gracePeriodSeconds" grace_period_seconds: Option<u32>,
        /// Commands after the start and before the stop.
        "hooks" hooks: Option<Hooks>,
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
        /// The port that the container listens on.
        "port" port: PortNumber,
        /// What is spoken there. Default: `http`.
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
        /// CPU that it is sure to get. There is never a CPU limit. Example: `50m`.
        "cpu" cpu: Option<Quantity>,
        /// Memory that it is sure to get. Example: `256Mi`.
        "memory" memory: Option<Quantity>,
        /// Memory beyond which it is killed. Default: twice `memory`.
        "memoryLimit" memory_limit: Option<Quantity>,
        /// Disk for logs and scratch space that it is sure to get.
        "disk" disk: Option<Quantity>,
    }
}

record! {
    /// Secret values: from the estate's secret backend, or made once.
    pub struct Secrets {
        /// The place in the backend: a folder, or the name of an existing Secret. Default: the application's name.
        "path" path: Option<SecretPath>,
        /// The environment of the backend to read from. Default: the estate's for this environment.
        "environment" environment: Option<LabelName>,
        /// Keys that become environment variables: a list of keys, or a mapping of variable to key.
        "env" env: SecretEnv,
        /// Keys that become files, by path.
        "files" files: BTreeMap<MountPath, SecretKey>,
        /// Makes every key of the secret an environment variable. Default: `false`.
        "all" all: Option<bool>,
        /// Keys that Steading makes once, at random, and keeps; they become environment variables.
        "generate" generate: Vec<EnvName>,
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
        /// The most that it may hold.
        "size" size: Quantity,
        /// Where it is. Default: `disk`.
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
        /// Labels that the node must have. Example: `{ disk: ssd }`.
        "nodes" nodes: NodeSelector,
        /// The processor architecture of the node: `amd64` or `arm64`.
        "architecture" architecture: Option<LabelName>,
        /// Taints of nodes that do not keep it away.
        "tolerate" tolerate: Vec<Toleration>,
        /// How its pods spread. Default: over nodes where there are two or more replicas, as far as possible.
        "spread" spread: Option<Spread>,
        /// Labels of nodes that are used only where no other will do.
        "avoid" avoid: NodeSelector,
        /// An application whose pods should be on the same node.
        "near" near: Option<crate::name::AppName>,
        /// A GPU, or part of one.
        "gpu" gpu: Option<Gpu>,
    }
}

record! {
    /// A taint that does not keep pods away.
    pub struct Toleration {
        /// The key of the taint.
        "key" key: String,
        /// Its value. Default: any.
        "value" value: Option<Literal>,
        /// Its effect: `NoSchedule`, `PreferNoSchedule` or `NoExecute`. Default: all.
        "effect" effect: Option<String>,
    }
}

record! {
    /// How pods spread.
    pub struct Spread {
        /// Over what: a node label. Default: `kubernetes.io/hostname`.
        "over" over: Option<String>,
        /// Whether a pod waits rather than break the spread. Default: `preferred`.
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
        /// How many. Default: 1.
        "count" count: Option<u32>,
        /// Its memory, where the estate's accelerators are shared by memory.
        "memory" memory: Option<Quantity>,
    }
}

record! {
    /// What processes may do.
    pub struct Security {
        /// The user. Default: 1000. Write 0 together with `root`.
        "user" user: Option<i64>,
        /// The group, also of the files on volumes. Default: the user.
        "group" group: Option<i64>,
        /// Further groups.
        "groups" groups: Vec<i64>,
        /// Runs as root, or as whatever user the image names; with the reason.
        "root" root: Option<Reason>,
        /// Capabilities added to none.
        "capabilities" capabilities: Vec<Capability>,
        /// Mounts the image's file system read-only. Default: `false`.
        "readOnlyRoot" read_only_root: Option<bool>,
        /// Maps users to a range of the pod's own. Default: `false`.
        "userNamespace" user_namespace: Option<bool>,
        /// Runs with all privileges of the node; with the reason.
        "privileged" privileged: Option<Reason>,
        /// Shares the node's network; with the reason.
        "hostNetwork" host_network: Option<Reason>,
        /// Sees the node's processes; with the reason.
        "hostPID" host_pid: Option<Reason>,
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
        /// Right after the start.
        "start" start: Option<Hook>,
        /// Before the stop. Default for a component with a route: wait 5 seconds until the route has drained.
        "stop" stop: Option<Hook>,
    }
}

record! {
    /// A command in the container.
    pub struct Hook {
        /// The command. Example: `["sh", "-c", "nginx -s quit"]`.
        "exec" exec: Vec<Literal>,
    }
}
