//! Things that run to their end: jobs and init steps.

use super::{Component, ContainerFields, Network};
use crate::name::{ComponentName, RelativePath, Schedule, TimeZone};
use crate::node::Node;
use crate::read::{Read, Reader};
use crate::shape::{RecordRef, RecordShape, Shape};
use crate::{choice, record};

/// Defines what has the fields of a container, but for some, and fields of its own.
macro_rules! container {
    (
        $(#[doc = $docs:expr])*
        pub struct $name:ident : $own:ident without [$($key:literal),* $(,)?]
    ) => {
        $(#[doc = $docs])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            /// What only it has.
            pub own: $own,
            /// What every container has, with its name and place.
            pub container: Component,
        }

        impl $name {
            /// The keys of containers that mean nothing here.
            const WITHOUT: &'static [&'static str] = &[$($key),*];

            /// Returns the keys that can be written.
            pub fn keys() -> Vec<&'static str> {
                let shared = ContainerFields::KEYS.iter().filter(|key| !Self::WITHOUT.contains(key));
                $own::KEYS.iter().chain(shared).copied().collect()
            }

            fn record_shape() -> RecordShape {
                let mut fields = $own::record_shape().fields;
                let shared = ContainerFields::record_shape().fields.into_iter();
                fields.extend(shared.filter(|field| !Self::WITHOUT.contains(&field.key)));
                RecordShape {
                    name: stringify!($name),
                    docs: concat!($($docs, "\n",)* ""),
                    fields,
                }
            }
        }

        impl Read for $name {
            fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
                if let Some(mapping) = node.as_mapping() {
                    reader.unknown_keys(mapping, &Self::keys());
                }
                let own = $own::read_fields(node, reader);
                let fields = ContainerFields::read_fields(node, reader);
                let path = reader.path().clone();
                let name = ComponentName::parse(path.last_key()?).ok()?;
                Some(Self { own: own?, container: Component { name, path, fields: fields? } })
            }

            fn shape() -> Shape {
                Shape::Record(RecordRef { name: stringify!($name), shape: Self::record_shape })
            }
        }
    };
}

record! {
    /// Something that runs on a schedule, or once per release where there is no schedule.
    pub struct JobFields {
        /// When, in five fields. Without it the job runs once per release, after the new version is ready. Default: once per release.
        /// Example: `"30 2 * * *"`. Derives: `schedule` of a `CronJob`; without it a Job that is called by what is in the release.
        "schedule" schedule: Option<Schedule>,
        /// The time zone of the schedule. Default: the estate's, or `Etc/UTC`. Example: `Europe/Berlin`. Derives: `timeZone` of the
        /// `CronJob`.
        "timeZone" time_zone: Option<TimeZone>,
        /// A script from a file beside the declaration: mounted executable and run. Default: none. Example: `{ fromFile: clean-up.sh }`.
        /// Derives: a `ConfigMap` called by its content, mounted executable, and `command`.
        "script" script: Option<JobScript>,
        /// What it may reach. Nothing may reach it. Default: what the component may reach. Example: `{ to: [internet] }`. Derives: a
        /// `NetworkPolicy` of the job's own.
        "network" network: Option<Network>,
        /// What happens if the last run is still going. Default: `forbid`. Example: `replace`. Derives: `concurrencyPolicy`.
        "overlap" overlap: Option<Overlap>,
        /// After how many seconds a run is stopped. Default: 600. Unit: seconds. Example: `900`. Derives: `activeDeadlineSeconds`.
        "deadlineSeconds" deadline_seconds: Option<u32>,
        /// How late a run may start, in seconds. Default: 600. Unit: seconds. Example: `3600`. Derives: `startingDeadlineSeconds`.
        "startWithinSeconds" start_within_seconds: Option<u32>,
        /// How often a failed run is tried again. Default: 0. Unit: runs. Example: `2`. Derives: `backoffLimit`.
        "retries" retries: Option<u32>,
        /// How many finished runs are kept. Default: 1 that went well and 3 that failed. Example: `{ succeeded: 3, failed: 5 }`. Derives:
        /// `successfulJobsHistoryLimit` and `failedJobsHistoryLimit`.
        "history" history: Option<JobHistory>,
        /// Keeps the schedule but does not run. Default: `false`. Derives: `suspend`.
        "suspend" suspend: Option<bool>,
    }
}

record! {
    /// How many finished runs are kept.
    pub struct JobHistory {
        /// Runs that went well. Default: 1. Unit: runs. Example: `3`.
        "succeeded" succeeded: Option<u32>,
        /// Runs that failed. Default: 3. Unit: runs. Example: `5`.
        "failed" failed: Option<u32>,
    }
}

container! {
    /// Something that runs on a schedule, or once per release where there is no schedule.
    ///
    /// It starts from the container that `like` names, volumes included; without `like` from the top level of `spec`, but without its
    /// volumes. Its own keys override. Its pods are never part of the Service.
    pub struct Job: JobFields without ["port", "ports", "servicePort", "replicas", "kind", "health", "scaling", "annotations", "labels"]
}

/// A script beside the declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobScript {
    /// The file.
    pub from_file: RelativePath,
    /// What was loaded, filled in by the resolver.
    pub loaded: Vec<u8>,
}

record! {
    /// A script by its file.
    pub struct JobScriptFields {
        /// The file beside the declaration. Example: `clean-up.sh`.
        "fromFile" from_file: RelativePath,
    }
}

impl Read for JobScript {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        JobScriptFields::read(node, reader).map(|fields| Self {
            from_file: fields.from_file,
            loaded: Vec::new(),
        })
    }

    fn shape() -> Shape {
        JobScriptFields::shape()
    }
}

choice! {
    /// What happens if the last run of a job is still going.
    pub enum Overlap {
        /// The new run is left out.
        Forbid = "forbid",
        /// The old run is stopped.
        Replace = "replace",
        /// Both run.
        Allow = "allow",
    }
}

record! {
    /// A step before the containers start.
    pub struct InitFields {
        /// A script from a file beside the declaration: mounted executable and run. Default: none. Example: `{ fromFile: seed.sh }`.
        /// Derives: a `ConfigMap` called by its content, mounted executable, and `command`.
        "script" script: Option<JobScript>,
        /// After how many seconds it counts as failed. Default: 600. Unit: seconds. Example: `1800`. Derives: `activeDeadlineSeconds` of
        /// the Job that `migrate` becomes.
        "deadlineSeconds" deadline_seconds: Option<u32>,
    }
}

container! {
    /// A step before the containers start. It starts from the container that it belongs to, or from the one that `like` names. A step
    /// named `migrate` runs once per release, before any new pod; its failure stops the release.
    pub struct InitStep: InitFields without ["port", "ports", "servicePort", "replicas", "kind", "health", "scaling", "hooks", "init",
        "sidecars", "placement", "gracePeriodSeconds", "annotations", "labels"]
}

record! {
    /// Nothing beyond what every container has.
    pub struct NoFields {}
}

record! {
    /// A container beside the main one.
    pub struct SidecarFields {
        /// When it starts: before the init steps where those need it, as they do a tunnel; a sidecar that reads what a step prepares
        /// must start after. Default: `afterInit`. Example: `beforeInit`. Derives: its place among `initContainers`.
        "start" start: Option<SidecarStart>,
    }
}

choice! {
    /// When a sidecar starts.
    pub enum SidecarStart {
        /// Before the init steps, after files were given to their owners.
        BeforeInit = "beforeInit",
        /// After the init steps, before the main container.
        AfterInit = "afterInit",
    }
}

container! {
    /// One of several components.
    pub struct NamedComponent: NoFields without []
}

container! {
    /// A container beside the main one, in the same pod: started before it, stopped after it. It sees the volumes of the pod, and starts
    /// from nothing else unless it names a container with `like`. Its ports belong to the component's Service.
    pub struct Sidecar: SidecarFields without ["servicePort", "replicas", "kind", "scaling", "init", "sidecars", "placement",
        "gracePeriodSeconds", "annotations", "labels"]
}
