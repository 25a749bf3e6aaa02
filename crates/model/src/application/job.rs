//! Things that run to their end: jobs and init steps.

use std::collections::BTreeMap;

use super::{FileSpec, Network, Placement, Resources, Secrets, Security};
use crate::name::{
    ComponentName, EnvName, ImageRef, Literal, MountPath, RelativePath, Schedule, TimeZone,
};
use crate::node::Node;
use crate::read::{Read, Reader};
use crate::shape::Shape;
use crate::{choice, record};

record! {
    /// Something that runs on a schedule, or once per release where there is no schedule.
    ///
    /// It starts from the component's image, environment, secrets and files (or those of `like`); its own keys override. Its pods are
    /// never part of the Service.
    pub struct Job {
        /// When, in five fields. Without it the job runs once per release, after the new version is ready.
        "schedule" schedule: Option<Schedule>,
        /// The time zone of the schedule. Default: the estate's, or `Etc/UTC`.
        "timeZone" time_zone: Option<TimeZone>,
        /// The container whose image, environment, secrets, files and security it starts from. Default: the application's component.
        "like" like: Option<ComponentName>,
        /// Another image.
        "image" image: Option<ImageRef>,
        /// The command.
        "command" command: Vec<Literal>,
        /// The arguments.
        "args" args: Vec<Literal>,
        /// A script from a file beside the declaration: mounted executable and run.
        "script" script: Option<JobScript>,
        /// Environment variables beyond those that it starts from.
        "env" env: BTreeMap<EnvName, Literal>,
        /// Secret values beyond those that it starts from.
        "secrets" secrets: Option<Secrets>,
        /// Files beyond those that it starts from.
        "files" files: BTreeMap<MountPath, FileSpec>,
        /// Volumes of the component that it sees, by name. Default: none.
        "volumes" volumes: Vec<ComponentName>,
        /// What it needs. Default: the component's.
        "resources" resources: Option<Resources>,
        /// What its processes may do. Default: the component's.
        "security" security: Option<Security>,
        /// Where it runs. Default: as the component.
        "placement" placement: Option<Placement>,
        /// What it may reach. Default: what the component may reach. Nothing may reach it.
        "network" network: Option<Network>,
        /// What happens if the last run is still going. Default: `forbid`.
        "overlap" overlap: Option<Overlap>,
        /// After how many seconds a run is stopped. Default: 3600.
        "deadlineSeconds" deadline_seconds: Option<u32>,
        /// How late a run may start, in seconds. Default: 600.
        "startWithinSeconds" start_within_seconds: Option<u32>,
        /// How often a failed run is tried again. Default: 0.
        "retries" retries: Option<u32>,
        /// Keeps the schedule but does not run. Default: `false`.
        "suspend" suspend: Option<bool>,
    }
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
        /// The file beside the declaration.
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
    /// A step before the containers start. A step named `migrate` runs once per release, before any new pod; its failure stops the release.
    pub struct InitStep {
        /// The container whose image, environment, secrets and files it starts from. Default: the component that it belongs to.
        "like" like: Option<ComponentName>,
        /// Another image.
        "image" image: Option<ImageRef>,
        /// The command.
        "command" command: Vec<Literal>,
        /// The arguments.
        "args" args: Vec<Literal>,
        /// Environment variables beyond those that it starts from.
        "env" env: BTreeMap<EnvName, Literal>,
        /// What it needs. Default: the component's.
        "resources" resources: Option<Resources>,
        /// What its processes may do. Default: the component's.
        "security" security: Option<Security>,
        /// After how many seconds it counts as failed. Default: 600.
        "deadlineSeconds" deadline_seconds: Option<u32>,
    }
}
