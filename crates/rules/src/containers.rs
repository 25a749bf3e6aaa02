//! Everything of an application that runs, one after the other: what many rules look at.

use std::collections::BTreeMap;

use serde_json::Value;
use steading_model::FieldPath;
use steading_model::application::{Application, FileSpec, Security};
use steading_model::name::{EnvName, ImageRef, Literal, MountPath};

/// A container as it is declared: of a component, a step before it, a job, or a check.
pub(crate) struct Container<'a> {
    /// What it is, in words: "component `web`".
    pub(crate) title: String,
    /// Where it is declared.
    pub(crate) path: FieldPath,
    /// Its own image, where it has one.
    pub(crate) image: Option<&'a ImageRef>,
    /// Its own variables.
    pub(crate) env: Option<&'a BTreeMap<EnvName, Literal>>,
    /// Its own files.
    pub(crate) files: Option<&'a BTreeMap<MountPath, FileSpec>>,
    /// Its command and arguments.
    pub(crate) command: Vec<&'a str>,
    /// What it may do.
    pub(crate) security: Option<&'a Security>,
}

/// Returns all of an application.
pub(crate) fn all(application: &Application) -> Vec<Container<'_>> {
    let mut all = Vec::new();
    for component in &application.components {
        let fields = &component.fields;
        all.push(Container {
            title: format!("component `{}`", component.name),
            path: component.path.clone(),
            image: fields.image.as_ref(),
            env: Some(&fields.env),
            files: Some(&fields.files),
            command: words(&fields.command, &fields.args),
            security: fields.security.as_ref(),
        });
        all.extend(fields.init.iter().map(|(name, step)| Container {
            title: format!("step `{name}`"),
            path: component.field("init").key(name.as_str()),
            image: step.image.as_ref(),
            env: Some(&step.env),
            files: None,
            command: words(&step.command, &step.args),
            security: step.security.as_ref(),
        }));
    }
    all.extend(jobs(application));
    all.extend(verifications(application));
    all
}

fn jobs(application: &Application) -> impl Iterator<Item = Container<'_>> {
    let path = application.field("jobs");
    application
        .fields
        .jobs
        .iter()
        .map(move |(name, job)| Container {
            title: format!("job `{name}`"),
            path: path.key(name.as_str()),
            image: job.image.as_ref(),
            env: Some(&job.env),
            files: Some(&job.files),
            command: words(&job.command, &job.args),
            security: job.security.as_ref(),
        })
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
        env: None,
        files: None,
        command: check.command.iter().map(Literal::as_str).collect(),
        security: None,
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
