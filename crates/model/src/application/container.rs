//! The fields that every container may have: component, init step, job.

use std::collections::BTreeMap;

use super::{
    FileSpec, Health, InitStep, Placement, PortSpec, Scaling, Scratch, Secrets, Security, Sidecar,
    Update, Volume, Volumes,
};
use crate::name::{ComponentName, EnvName, ImageRef, Literal, MountPath, PortNumber};
use crate::quantity::Quantity;
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
    /// Commands around a container's life.
    pub struct Hooks {
        /// Right after the start. Default: none. Example: `{ exec: [/app/warm-up] }`. Derives: `postStart`.
        "start" start: Option<Hook>,
        /// Before the stop. Default: for a component with a route, a wait of 5 seconds until the route has drained. Example: `{ exec:
        /// [/app/drain] }`. Derives: `preStop`.
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
