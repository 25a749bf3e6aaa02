//! Everything of an application that runs, one after the other: what many rules look at.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use steading_model::application::{Application, Component, FileSpec, Role, Security};
use steading_model::name::{EnvName, ImageRef, Literal, MountPath};
use steading_model::{FieldPath, FileId};

/// A container as it is declared: of a component, beside it, a step before it, a job, or a check.
///
/// What it took over from another container is not here: it is written once, and found there.
#[derive(Default)]
pub(crate) struct Container<'a> {
    /// What it is, in words: "component `web`".
    pub(crate) title: String,
    /// Where it is declared.
    pub(crate) path: FieldPath,
    /// Its own image, where it has one.
    pub(crate) image: Option<&'a ImageRef>,
    /// Its own variables.
    pub(crate) env: BTreeMap<&'a EnvName, &'a Literal>,
    /// Its own files.
    pub(crate) files: BTreeMap<&'a MountPath, &'a FileSpec>,
    /// Its command and arguments.
    pub(crate) command: Vec<&'a str>,
    /// What it may do.
    pub(crate) security: Option<&'a Security>,
}

/// Returns all of an application.
pub(crate) fn all(application: &Application) -> Vec<Container<'_>> {
    let mut seen = Seen {
        application,
        places: BTreeSet::new(),
    };
    let declared = application.containers();
    let mut all: Vec<Container<'_>> = declared
        .map(|(role, one)| seen.container(role, one))
        .collect();
    all.extend(verifications(application));
    all
}

/// The places that were seen: what is written there is not another container's own.
struct Seen<'a> {
    application: &'a Application,
    places: BTreeSet<(FileId, u32)>,
}

impl<'a> Seen<'a> {
    fn container(&mut self, role: Role, one: &'a Component) -> Container<'a> {
        let fields = &one.fields;
        let (env, files) = (one.field("env"), one.field("files"));
        let own_env = fields
            .env
            .iter()
            .filter(|(name, _)| self.is_new(&env.key(name.as_str())));
        let env = own_env.collect();
        let own_files = fields
            .files
            .iter()
            .filter(|(at, _)| self.is_new(&files.key(at.as_str())));
        let files = own_files.collect();
        Container {
            title: format!("{role} `{}`", one.name),
            path: one.path.clone(),
            image: fields
                .image
                .as_ref()
                .filter(|_| self.is_new(&one.field("image"))),
            env,
            files,
            command: words(&fields.command, &fields.args),
            security: fields
                .security
                .as_ref()
                .filter(|_| self.is_new(&one.field("security"))),
        }
    }

    fn is_new(&mut self, path: &FieldPath) -> bool {
        let span = self.application.span(path);
        self.places.insert((span.file, span.start))
    }
}

fn verifications(application: &Application) -> impl Iterator<Item = Container<'_>> {
    let path = application.field("rollout").key("verify");
    let verify = application
        .fields
        .rollout
        .iter()
        .flat_map(|rollout| &rollout.verify);
    verify.enumerate().map(move |(at, check)| Container {
        title: format!("check `{}`", check.name),
        path: path.index(at),
        image: check.image.as_ref(),
        command: check.command.iter().map(Literal::as_str).collect(),
        ..Container::default()
    })
}

fn words<'a>(command: &'a [Literal], args: &'a [Literal]) -> Vec<&'a str> {
    command.iter().chain(args).map(Literal::as_str).collect()
}

/// Returns the objects under `raw`, with the path of each.
pub(crate) fn raw(application: &Application) -> impl Iterator<Item = (FieldPath, &Value)> {
    let path = application.field("raw");
    application
        .fields
        .raw
        .iter()
        .enumerate()
        .map(move |(at, object)| (path.index(at), &object.json))
}

/// Returns the containers of the pods that an object makes, whatever its kind, with the path of each below `at`.
pub(crate) fn pod_containers<'a>(object: &'a Value, at: &FieldPath) -> Vec<(FieldPath, &'a Value)> {
    let Some((path, pod)) = pod_spec(object, at) else {
        return Vec::new();
    };
    let lists = ["initContainers", "containers", "ephemeralContainers"].into_iter();
    let lists = lists.filter_map(|key| Some((path.key(key), pod.get(key)?.as_array()?)));
    lists
        .flat_map(|(path, list)| {
            list.iter()
                .enumerate()
                .map(move |(at, container)| (path.index(at), container))
        })
        .collect()
}

/// Returns the pod template's `spec` of a workload, job or schedule, or the `spec` of a pod.
pub(crate) fn pod_spec<'a>(object: &'a Value, at: &FieldPath) -> Option<(FieldPath, &'a Value)> {
    let keys: &[&str] = match object.get("kind")?.as_str()? {
        "Pod" => &["spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "Job"
        | "ReplicationController" => &["spec", "template", "spec"],
        _ => return None,
    };
    let path = keys.iter().fold(at.clone(), |path, key| path.key(*key));
    let spec = keys.iter().try_fold(object, |value, key| value.get(key))?;
    Some((path, spec))
}
