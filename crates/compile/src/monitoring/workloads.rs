//! The workloads among the objects of an application.

use serde_json::Value;
use steading_model::Object;

use super::matcher;
use crate::labels::LABEL_COMPONENT;

/// A workload: its pods are there all the time.
pub(super) struct Workload<'a> {
    /// Which kind it is, in the words of kube-state-metrics.
    pub(super) words: &'static Words,
    /// Its name.
    pub(super) name: &'a str,
    /// Its component, where its labels say so.
    pub(super) component: Option<&'a str>,
    /// How long its slowest container may take to start, in seconds.
    pub(super) start: u64,
}

/// How a kind of workload is called in metrics.
pub(super) struct Words {
    kind: &'static str,
    /// The label with the name, and the kind in words.
    pub(super) label: &'static str,
    /// How many pods there should be.
    pub(super) wanted: &'static str,
    /// How many work.
    pub(super) available: &'static str,
    /// How many are of the newest version.
    pub(super) updated: &'static str,
    pods: fn(&str) -> String,
}

const KINDS: [Words; 3] = [
    Words {
        kind: "Deployment",
        label: "deployment",
        wanted: "kube_deployment_spec_replicas",
        available: "kube_deployment_status_replicas_available",
        updated: "kube_deployment_status_replicas_updated",
        pods: matcher::pods_of_deployment,
    },
    Words {
        kind: "StatefulSet",
        label: "statefulset",
        wanted: "kube_statefulset_replicas",
        available: "kube_statefulset_status_replicas_available",
        updated: "kube_statefulset_status_replicas_updated",
        pods: matcher::pods_of_stateful_set,
    },
    Words {
        kind: "DaemonSet",
        label: "daemonset",
        wanted: "kube_daemonset_status_desired_number_scheduled",
        available: "kube_daemonset_status_number_available",
        updated: "kube_daemonset_status_updated_number_scheduled",
        pods: matcher::pods_of_daemon_set,
    },
];

impl Workload<'_> {
    /// Returns the regular expression of its pods.
    pub(super) fn pods(&self) -> String {
        (self.words.pods)(self.name)
    }
}

/// Returns the workloads among objects.
pub(super) fn workloads<'a>(objects: &[&'a Object]) -> Vec<Workload<'a>> {
    let mut found = Vec::new();
    for object in objects
        .iter()
        .filter(|object| object.id.kind.group == "apps")
    {
        let words = KINDS.iter().find(|words| words.kind == object.id.kind.kind);
        found.extend(words.map(|words| Workload {
            words,
            name: &object.id.name,
            component: object.label(LABEL_COMPONENT),
            start: start(&object.json),
        }));
    }
    found
}

fn start(workload: &Value) -> u64 {
    let containers = workload["spec"]["template"]["spec"]["containers"].as_array();
    let probes = containers
        .into_iter()
        .flatten()
        .map(|container| &container["startupProbe"]);
    let number = |probe: &Value, key: &str, usual| probe[key].as_u64().unwrap_or(usual);
    let starts = probes.filter(|probe| probe.is_object()).map(|probe| {
        number(probe, "initialDelaySeconds", 0)
            + number(probe, "failureThreshold", 3) * number(probe, "periodSeconds", 10)
    });
    starts.max().unwrap_or_default()
}
