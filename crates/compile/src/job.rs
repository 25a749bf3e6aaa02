//! Jobs: on a schedule, or once per release.
//!
//! A job that runs once per release is called by what is in the release, so that applying twice runs it once and a change runs it
//! again. Its pods carry a component label that no component can have: they are never part of a Service.

use serde_json::Value;
use steading_model::FieldPath;
use steading_model::application::{Component, Job, Network, Overlap};
use steading_model::desired::{ANNOTATION_PHASE, PHASE_AFTER};
use steading_model::name::ComponentName;

use crate::basis::Container;
use crate::codes::NO_VOLUME;
use crate::json::Fields;
use crate::pod::{self, Pod, Role};
use crate::scope::{Metadata, Output, Scope};
use crate::storage::{self, Mounted};
use crate::{labels, names, policy};

/// How late a run may start, in seconds.
const START_WITHIN: u32 = 600;
/// How long a run may take, in seconds.
const DEADLINE: u32 = 3600;

/// Something that runs to its end.
pub(crate) struct Task<'a> {
    /// Its name, unique among the tasks of the application.
    pub(crate) name: String,
    /// Where it is declared.
    pub(crate) path: FieldPath,
    /// What it runs.
    pub(crate) pod: Pod<'a>,
    /// What it may reach.
    pub(crate) network: Option<&'a Network>,
    /// How long it may take, in seconds.
    pub(crate) deadline: u32,
    /// How often it is tried again.
    pub(crate) retries: u32,
}

/// Adds the jobs of an application; after its workloads, whose pods they stand for.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    for (name, job) in &scope.application.fields.jobs {
        let task = task(scope, name, job, output);
        match &job.schedule {
            Some(_) => scheduled(scope, &task, job, output),
            None => once(scope, &task, (PHASE_AFTER, &release(output)), output),
        }
    }
}

fn task<'a>(
    scope: &Scope<'a>,
    name: &'a ComponentName,
    job: &'a Job,
    output: &mut Output,
) -> Task<'a> {
    let path = scope.application.field("jobs").key(name.as_str());
    let main = Container::of_job(scope, name.as_str(), job, output);
    let component = main.component;
    let usual = component.and_then(|component| component.fields.placement.as_ref());
    let mounted = component.map(|component| volumes(scope, component, job, &path, output));
    let pod = Pod {
        role: Role::Run(component),
        main,
        steps: Vec::new(),
        mounted: mounted.unwrap_or_default(),
        scratch: component.map(|component| &component.fields.scratch),
        placement: job.placement.as_ref().or(usual),
        gpu: job
            .placement
            .as_ref()
            .and_then(|placement| placement.gpu.as_ref()),
    };
    Task {
        name: name.to_string(),
        path,
        pod,
        network: job.network.as_ref(),
        deadline: job.deadline_seconds.unwrap_or(DEADLINE),
        retries: job.retries.unwrap_or(0),
    }
}

/// Returns the volumes of the component that the job names. Their files have their owner already.
fn volumes(
    scope: &Scope<'_>,
    component: &Component,
    job: &Job,
    path: &FieldPath,
    output: &mut Output,
) -> Vec<Mounted> {
    let all = storage::mounted(scope, component, output);
    let mut volumes = Vec::new();
    for (index, name) in job.volumes.iter().enumerate() {
        let found = all
            .iter()
            .find(|volume| volume.name == name.as_str() && volume.source.is_some());
        if found.is_none() {
            let path = path.key("volumes").index(index);
            let message = format!(
                "`{}` has no volume that its jobs can share: `{name}`",
                component.name
            );
            output.error(
                scope,
                NO_VOLUME,
                &path,
                message,
                "name one of its `volumes`, or `data` for its `storage`",
            );
        }
        volumes.extend(found.cloned().map(|volume| Mounted {
            owner: None,
            ..volume
        }));
    }
    volumes
}

fn scheduled(scope: &Scope<'_>, task: &Task<'_>, job: &Job, output: &mut Output) {
    let overlap = match job.overlap.unwrap_or(Overlap::Forbid) {
        Overlap::Forbid => "Forbid",
        Overlap::Replace => "Replace",
        Overlap::Allow => "Allow",
    };
    let zone = job
        .time_zone
        .as_ref()
        .unwrap_or(&scope.estate.fields.defaults.time_zone);
    let rests = job.suspend == Some(true) || scope.application.fields.parked.is_some();
    let template = Fields::new()
        .with("metadata", labelled(task, scope.named("")).template())
        .with("spec", spec(scope, task, output));
    let spec = Fields::new()
        .with(
            "schedule",
            job.schedule
                .as_ref()
                .map(steading_model::name::Schedule::as_str),
        )
        .with("timeZone", zone.as_str())
        .with("concurrencyPolicy", overlap)
        .with(
            "startingDeadlineSeconds",
            job.start_within_seconds.unwrap_or(START_WITHIN),
        )
        .with("successfulJobsHistoryLimit", 1)
        .with("failedJobsHistoryLimit", 3)
        .with("suspend", rests)
        .with("jobTemplate", template);
    let metadata = labelled(task, scope.named(format!("{}-{}", scope.name(), task.name)));
    output.push(
        scope,
        metadata.object("batch/v1", "CronJob").with("spec", spec),
        &task.path,
    );
    policy::job(scope, &task.name, task.network, &task.path, output);
}

/// Adds a Job of the release; `basis` is what it stands for beside its own content.
pub(crate) fn once(
    scope: &Scope<'_>,
    task: &Task<'_>,
    (phase, basis): (&str, &str),
    output: &mut Output,
) {
    if scope.application.fields.parked.is_some() {
        return;
    }
    let spec = Value::from(spec(scope, task, output));
    let hash = names::hash(format!("{basis}\0{spec}"), 8);
    let name = format!("{}-{}-{hash}", scope.name(), task.name);
    let metadata = labelled(task, scope.named(name)).annotation(ANNOTATION_PHASE, phase);
    output.push(
        scope,
        metadata.object("batch/v1", "Job").with("spec", spec),
        &task.path,
    );
    policy::job(scope, &task.name, task.network, &task.path, output);
}

/// Returns what the pods of a release are: it changes whenever any of them does.
pub(crate) fn release(output: &Output) -> String {
    let workloads = ["Deployment", "StatefulSet", "DaemonSet"];
    let templates = output
        .objects
        .iter()
        .filter(|object| workloads.contains(&object.id.kind.kind.as_str()));
    let texts: Vec<String> = templates
        .map(|object| format!("{}{}", object.id, object.json["spec"]["template"]))
        .collect();
    names::hash(texts.join("\0"), 16)
}

fn spec(scope: &Scope<'_>, task: &Task<'_>, output: &mut Output) -> Fields {
    let metadata = policy::client_labels(scope, labelled(task, scope.named("")));
    let pod = pod::spec(scope, &task.pod, output).with("restartPolicy", "Never");
    let template = Fields::new()
        .with("metadata", metadata.template())
        .with("spec", pod);
    Fields::new()
        .with("backoffLimit", task.retries)
        .with("activeDeadlineSeconds", task.deadline)
        .with("template", template)
}

fn labelled(task: &Task<'_>, metadata: Metadata) -> Metadata {
    metadata
        .component(&labels::job_component(&task.name))
        .version(task.pod.main.image)
}
