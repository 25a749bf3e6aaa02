//! Jobs on a schedule that fail or do not run. What runs once per release is watched by the release.

use steading_model::Object;
use steading_model::application::AlertSeverity::Warning;
use steading_model::application::BuiltInAlert::{JobFailed, JobLate, JobNeverSucceeded};
use steading_model::name::{Schedule, TimeZone};

use super::alert::{Alert, Watch, duration};
use super::matcher::{equal, single};
use crate::labels::LABEL_COMPONENT;

/// Up to which time between two runs a single failure is not worth a word, in seconds: the next run shows soon enough.
const SOON: u64 = 3600;

/// Returns the jobs on a schedule that run.
pub(super) fn scheduled<'a>(objects: &[&'a Object]) -> Vec<&'a Object> {
    let scheduled = objects.iter().copied().filter(|object| {
        object.id.kind.is("batch", "CronJob") && object.json["spec"]["suspend"] != true
    });
    scheduled.collect()
}

/// Adds the alerts.
pub(super) fn alerts(watch: &mut Watch<'_>, jobs: &[&Object]) {
    for job in jobs {
        if let Some(times) = Times::of(job) {
            failed(watch, job, &times);
            late(watch, job, &times);
            never(watch, job, &times);
        }
    }
}

/// What is known about when a job runs, in seconds.
struct Times {
    /// The longest time between two runs.
    gap: u64,
    /// How long a run may take, with how late it may start.
    run: u64,
}

impl Times {
    /// Returns nothing for a schedule that never comes.
    fn of(job: &Object) -> Option<Self> {
        let spec = &job.json["spec"];
        let schedule = Schedule::parse(spec["schedule"].as_str()?).ok()?;
        let zone = TimeZone::parse(spec["timeZone"].as_str().unwrap_or("Etc/UTC")).ok()?;
        let start = spec["startingDeadlineSeconds"].as_u64().unwrap_or_default();
        let run = spec["jobTemplate"]["spec"]["activeDeadlineSeconds"].as_u64();
        Some(Self {
            gap: schedule.longest_gap(&zone)?,
            run: start + run.unwrap_or(3600),
        })
    }

    fn allowed(&self) -> u64 {
        self.gap + self.run
    }
}

fn this(watch: &Watch<'_>, job: &Object) -> String {
    equal(&[
        ("namespace", watch.scope.namespace()),
        ("cronjob", &job.id.name),
    ])
}

fn alert(job: &Object, name: steading_model::application::BuiltInAlert) -> Alert {
    Alert {
        name,
        severity: Warning,
        lasting: 0,
        component: job.label(LABEL_COMPONENT).map(str::to_owned),
        expression: String::new(),
        summary: String::new(),
        description: String::new(),
    }
}

/// The newest failed run began after the last success ended.
fn failed(watch: &mut Watch<'_>, job: &Object, times: &Times) {
    let namespace = watch.scope.namespace();
    let this = this(watch, job);
    let here = equal(&[("namespace", namespace)]);
    let failed = equal(&[("namespace", namespace), ("condition", "true")]);
    let owned = equal(&[
        ("namespace", namespace),
        ("owner_kind", "CronJob"),
        ("owner_name", &job.id.name),
    ]);
    watch.add(Alert {
        lasting: if times.gap <= SOON { 2 * times.gap } else { 0 },
        expression: format!(
            "max by (namespace) (\n  kube_job_status_start_time{here}\n  and on (namespace, job_name) kube_job_failed{failed} == 1\n  and on (namespace, job_name) kube_job_owner{owned}\n)\n\
             > (\n  max by (namespace) (kube_cronjob_status_last_successful_time{this})\n  or max by (namespace) (kube_cronjob_created{this}) * 0\n)"
        ),
        summary: format!("the last run of `{namespace}/{}` failed", job.id.name),
        description: format!(
            "It has not succeeded since. `kubectl -n {namespace} get jobs` shows its runs, `kubectl logs` of the pod what it said."
        ),
        ..alert(job, JobFailed)
    });
}

fn late(watch: &mut Watch<'_>, job: &Object, times: &Times) {
    let this = this(watch, job);
    let by = "namespace, cronjob";
    let last = single(by, "kube_cronjob_status_last_successful_time", &this);
    watch.add(Alert {
        expression: format!(
            "time() - {last} > {}\nunless {} == 1",
            times.allowed(),
            suspended(&this)
        ),
        summary: format!(
            "`{}/{}` has not succeeded for {{{{ $value | humanizeDuration }}}}",
            watch.scope.namespace(),
            job.id.name
        ),
        description: format!(
            "Its schedule `{}` leaves {} between two runs at most, and a run may take {} with the delay of its start.",
            job.json["spec"]["schedule"].as_str().unwrap_or_default(),
            duration(times.gap),
            duration(times.run)
        ),
        ..alert(job, JobLate)
    });
}

fn never(watch: &mut Watch<'_>, job: &Object, times: &Times) {
    let this = this(watch, job);
    let by = "namespace, cronjob";
    let created = single(by, "kube_cronjob_created", &this);
    let last = single(by, "kube_cronjob_status_last_successful_time", &this);
    watch.add(Alert {
        expression: format!(
            "time() - {created} > {}\nunless {last}\nunless {} == 1",
            times.allowed(),
            suspended(&this)
        ),
        summary: format!(
            "`{}/{}` has not succeeded once since it was made {{{{ $value | humanizeDuration }}}} ago",
            watch.scope.namespace(),
            job.id.name
        ),
        description: "Either it never ran, or every run failed: a job that never worked is a job that nobody has.".to_owned(),
        ..alert(job, JobNeverSucceeded)
    });
}

fn suspended(this: &str) -> String {
    single("namespace, cronjob", "kube_cronjob_spec_suspend", this)
}
