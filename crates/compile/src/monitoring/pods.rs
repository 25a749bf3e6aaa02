//! Containers that crash or run out of memory.

use steading_model::Object;
use steading_model::application::AlertSeverity::{Critical, Warning};
use steading_model::application::BuiltInAlert::{CrashLooping, OutOfMemoryKilled};

use super::alert::{Alert, Watch};
use super::matcher::{pods_of_cron_job, selector};
use super::workloads::Workload;
use crate::labels::LABEL_COMPONENT;

/// The labels of a container.
const CONTAINER: &str = "namespace, pod, container";
/// How many restarts in an hour are a loop, where the pauses between them hide the state of waiting.
const RESTARTS: u32 = 5;

/// Adds the alerts about the containers of workloads.
pub(super) fn workloads(watch: &mut Watch<'_>, workloads: &[Workload<'_>]) {
    for workload in workloads {
        let pods = pods(watch, &workload.pods(), None);
        let waiting = pods_reason(watch, &workload.pods(), "CrashLoopBackOff");
        let killed = pods_reason(watch, &workload.pods(), "OOMKilled");
        let component = workload.component.map(str::to_owned);
        watch.add(Alert {
            name: CrashLooping,
            severity: Critical,
            lasting: 600,
            component: component.clone(),
            expression: format!(
                "max by ({CONTAINER}) (max_over_time(kube_pod_container_status_waiting_reason{waiting}[5m])) >= 1\n\
                 or max by ({CONTAINER}) (max_over_time(kube_pod_init_container_status_waiting_reason{waiting}[5m])) >= 1\n\
                 or max by ({CONTAINER}) (increase(kube_pod_container_status_restarts_total{pods}[1h])) >= {RESTARTS}"
            ),
            summary: "`{{ $labels.container }}` of `{{ $labels.namespace }}/{{ $labels.pod }}` crashes again and again".to_owned(),
            description: format!(
                "The container ends soon after each start; Kubernetes waits longer and longer before the next. `kubectl -n {} logs {{{{ $labels.pod }}}} -c {{{{ $labels.container }}}} --previous` shows its last words.",
                watch.scope.namespace()
            ),
        });
        watch.add(Alert {
            name: OutOfMemoryKilled,
            severity: Warning,
            lasting: 0,
            component,
            expression: format!(
                "max by ({CONTAINER}) (kube_pod_container_status_last_terminated_reason{killed}) == 1\n\
                 and max by ({CONTAINER}) (increase(kube_pod_container_status_restarts_total{pods}[15m])) > 0"
            ),
            summary: "`{{ $labels.container }}` of `{{ $labels.namespace }}/{{ $labels.pod }}` was stopped: out of memory".to_owned(),
            description: "The container used more memory than its limit and was started again. Raise `resources.memory` (or `memoryLimit`), or find out what it keeps in memory.".to_owned(),
        });
    }
}

/// Adds the alerts about the containers of jobs: their pods are not started again, so what counts is that a pod ended so.
pub(super) fn jobs(watch: &mut Watch<'_>, jobs: &[&Object]) {
    for job in jobs {
        let killed = pods_reason(watch, &pods_of_cron_job(&job.id.name), "OOMKilled");
        let ended =
            format!("max by ({CONTAINER}) (kube_pod_container_status_terminated_reason{killed}");
        watch.add(Alert {
            name: OutOfMemoryKilled,
            severity: Warning,
            lasting: 0,
            component: job.label(LABEL_COMPONENT).map(str::to_owned),
            expression: format!("{ended}) == 1\nunless {ended} offset 1h) == 1"),
            summary: format!("a run of `{}` was stopped: out of memory", job.id.name),
            description: "The container used more memory than its limit. Raise `resources.memory` (or `memoryLimit`) of the job, or give it less to do at once.".to_owned(),
        });
    }
}

fn pods(watch: &Watch<'_>, pods: &str, reason: Option<&str>) -> String {
    let mut matchers = vec![
        ("namespace", "=", watch.scope.namespace().to_owned()),
        ("pod", "=~", pods.to_owned()),
    ];
    matchers.extend(reason.map(|reason| ("reason", "=", reason.to_owned())));
    selector(&matchers)
}

fn pods_reason(watch: &Watch<'_>, regex: &str, reason: &str) -> String {
    pods(watch, regex, Some(reason))
}
