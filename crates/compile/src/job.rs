//! Jobs: on a schedule, or once per release.
//!
//! A job that runs once per release is called by what is in the release, so that applying twice runs it once and a change runs it
//! again. Its pods carry a component label that no component can have: they are never part of a Service.

use serde_json::Value;
use steading_model::FieldPath;
use steading_model::application::{Job, JobFields, Network, Overlap};
use steading_model::desired::{ANNOTATION_PHASE, PHASE_AFTER};

use crate::annotation::ANNOTATION_PRIVILEGES;
use crate::basis::Container;
use crate::json::Fields;
use crate::pod::{self, Pod, Role};
use crate::scope::{Metadata, Output, Scope};
use crate::{claim, labels, names, one_node, policy, privilege, uses};

/// How late a run may start, in seconds.
const START_WITHIN: u32 = 600;
/// How long a run may take, in seconds.
const DEADLINE: u32 = 600;

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
    for job in scope.application.fields.jobs.values() {
        claim::objects(scope, &job.container, output);
        let task = task(scope, job, output);
        match &job.own.schedule {
            Some(_) => scheduled(scope, &task, &job.own, output),
            None => once(scope, &task, (PHASE_AFTER, &release(output)), output),
        }
    }
}

fn task<'a>(scope: &Scope<'a>, job: &'a Job, output: &mut Output) -> Task<'a> {
    let main = Container::of_job(scope, job, output);
    let role = Role::Job(&job.container);
    Task {
        name: job.container.name.to_string(),
        path: job.container.path.clone(),
        pod: Pod::of(scope, role, (&job.container, main), output),
        network: job.own.network.as_ref(),
        deadline: job.own.deadline_seconds.unwrap_or(DEADLINE),
        retries: job.own.retries.unwrap_or(0),
    }
}

fn scheduled(scope: &Scope<'_>, task: &Task<'_>, job: &JobFields, output: &mut Output) {
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
    let history = job.history.as_ref();
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
        .with(
            "successfulJobsHistoryLimit",
            history.and_then(|history| history.succeeded).unwrap_or(1),
        )
        .with(
            "failedJobsHistoryLimit",
            history.and_then(|history| history.failed).unwrap_or(3),
        )
        .with("suspend", rests)
        .with("jobTemplate", template);
    let metadata = labelled(task, scope.named(format!("{}-{}", scope.name(), task.name)))
        .annotation_if(ANNOTATION_PRIVILEGES, privilege::lines(&task.pod));
    output.push(
        scope,
        metadata.object("batch/v1", "CronJob").with("spec", spec),
        &task.path,
    );
    let owner = uses::owner(scope, &task.pod.main.path);
    policy::job(scope, (&task.name, owner), task.network, &task.path, output);
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
    let metadata = labelled(task, scope.named(name))
        .annotation(ANNOTATION_PHASE, phase)
        .annotation_if(ANNOTATION_PRIVILEGES, privilege::lines(&task.pod));
    output.push(
        scope,
        metadata.object("batch/v1", "Job").with("spec", spec),
        &task.path,
    );
    let owner = uses::owner(scope, &task.pod.main.path);
    policy::job(scope, (&task.name, owner), task.network, &task.path, output);
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
    let metadata = policy::client_labels(
        scope,
        uses::owner(scope, &task.pod.main.path),
        labelled(task, scope.named("")),
    );
    let metadata = one_node::labelled(metadata, task.pod.one_node.as_ref());
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
