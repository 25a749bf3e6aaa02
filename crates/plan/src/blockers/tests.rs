//! One row for each thing that can be in the way.

use serde_json::json;

use super::*;

fn deployment() -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop", "generation": 1},
        "spec": {"replicas": 1}, "status": {"observedGeneration": 1}})
}

fn pod(status: Value) -> Value {
    let mut status = status;
    if status["phase"].is_null() {
        status["phase"] = json!("Pending");
    }
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-5c-x", "namespace": "shop"},
        "spec": {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}, "status": status})
}

fn waiting(reason: &str, message: &str, last: &Value) -> Value {
    pod(
        json!({"containerStatuses": [{"name": "web", "state": {"waiting": {"reason": reason, "message": message}},
        "lastState": {"terminated": last}}]}),
    )
}

fn event(kind: &str, name: &str, reason: &str, message: &str) -> Value {
    json!({"involvedObject": {"apiVersion": "v1", "kind": kind, "name": name, "namespace": "shop"}, "reason": reason,
        "message": message, "lastTimestamp": "2026-11-21T08:00:00Z"})
}

/// Asserts that this is all that is in the way of a pod.
fn assert_blocker(pod: Value, events: &[Value], reason: &str, message: &str) {
    let found = blockers(&deployment(), &[pod], events);
    let found: Vec<_> = found
        .iter()
        .map(|blocker| (blocker.reason.as_str(), blocker.message.as_str()))
        .collect();
    assert_eq!(found, [(reason, message)]);
}

#[test]
fn a_container_that_does_not_start_says_why() {
    let none = json!(null);
    let killed = json!({"exitCode": 137, "reason": "OOMKilled"});
    let memory = "it was killed because it used more memory than its limit";
    for (reason, message, last, shown, said) in [
        (
            "ImagePullBackOff",
            "Back-off pulling image \"x:1\"",
            &none,
            "ImagePullBackOff",
            "Back-off pulling image \"x:1\"",
        ),
        (
            "CrashLoopBackOff",
            "back-off 5m0s",
            &json!({"exitCode": 3}),
            "CrashLoopBackOff",
            "it ended with exit code 3",
        ),
        (
            "CrashLoopBackOff",
            "back-off 5m0s",
            &json!({"exitCode": 1, "message": "no such table\n"}),
            "CrashLoopBackOff",
            "it ended with exit code 1: no such table",
        ),
        ("CrashLoopBackOff", "back-off", &killed, "OOMKilled", memory),
        (
            "CrashLoopBackOff",
            "back-off 10s",
            &none,
            "CrashLoopBackOff",
            "back-off 10s",
        ),
        (
            "CreateContainerConfigError",
            "secret \"x\" not found",
            &none,
            "CreateContainerConfigError",
            "secret \"x\" not found",
        ),
    ] {
        assert_blocker(
            waiting(reason, message, last),
            &[],
            shown,
            &format!("container `web`: {said}"),
        );
    }
    let ended = pod(
        json!({"initContainerStatuses": [{"name": "init", "state": {"terminated": {"exitCode": 2, "reason": "Error"}}}]}),
    );
    assert_blocker(
        ended,
        &[],
        "Error",
        "container `init`: it ended with exit code 2",
    );
}

#[test]
fn a_pod_that_no_node_takes_says_why() {
    for (message, reason, said) in [
        (
            "0/2 nodes are available: 2 Insufficient memory.",
            "Unschedulable",
            "0/2 nodes are available: 2 Insufficient memory.",
        ),
        (
            "pod has unbound immediate PersistentVolumeClaims",
            "UnboundClaim",
            "pod has unbound immediate PersistentVolumeClaims (claims: data)",
        ),
    ] {
        let condition = json!({"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message});
        assert_blocker(pod(json!({"conditions": [condition]})), &[], reason, said);
    }
}

#[test]
fn a_pod_that_started_is_explained_by_its_events() {
    let started = || {
        pod(
            json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "False", "reason": "ContainersNotReady"}]}),
        )
    };
    let probe = "Readiness probe failed: 503";
    assert_blocker(
        started(),
        &[event("Pod", "web-5c-x", "Unhealthy", probe)],
        "Unhealthy",
        probe,
    );
    assert_blocker(
        started(),
        &[event("Pod", "other", "Unhealthy", probe)],
        "NotReady",
        "ContainersNotReady",
    );
    assert_blocker(started(), &[], "NotReady", "ContainersNotReady");
    let creating = waiting("ContainerCreating", "", &json!(null));
    let mount = event("Pod", "web-5c-x", "FailedMount", "no such volume");
    assert_blocker(creating, &[mount], "FailedMount", "no such volume");
}

#[test]
fn a_full_quota_is_named_though_there_is_no_pod() {
    let message = "Error creating: pods \"web-5c-\" is forbidden: exceeded quota: shop, requested: pods=1, used: pods=2, limited: pods=2";
    let found = blockers(
        &deployment(),
        &[],
        &[event("ReplicaSet", "web-5c", "FailedCreate", message)],
    );
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].reason.as_str(), found[0].message.as_str()),
        ("QuotaExceeded", message)
    );
    assert_eq!(found[0].object.to_string(), "ReplicaSet shop/web-5c");
}

#[test]
fn events_of_others_are_not_ours() {
    let events = [event("ReplicaSet", "web-admin-5c", "FailedCreate", "no")];
    let found = blockers(&deployment(), &[], &events);
    assert_eq!(found[0].reason, "NotReady");
    assert_eq!(found[0].message, "0 of 1 new pods are made");
}

#[test]
fn the_last_event_counts() {
    let mut old = event("Pod", "web-5c-x", "Unhealthy", "old");
    old["lastTimestamp"] = json!("2026-11-21T07:00:00Z");
    let started = pod(json!({"phase": "Running"}));
    let found = blockers(
        &deployment(),
        &[started],
        &[event("Pod", "web-5c-x", "Unhealthy", "new"), old],
    );
    assert_eq!(found[0].message, "new");
}

#[test]
fn the_same_trouble_of_many_pods_is_said_once() {
    let mut second = waiting("ImagePullBackOff", "x", &json!(null));
    second["metadata"]["name"] = json!("web-5c-y");
    let found = blockers(
        &deployment(),
        &[waiting("ImagePullBackOff", "x", &json!(null)), second],
        &[],
    );
    assert_eq!(found.len(), 1);
}

#[test]
fn a_ready_object_has_no_blockers() {
    let mut ready = deployment();
    ready["status"] = json!({"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1});
    assert_eq!(
        blockers(
            &ready,
            &[waiting("ImagePullBackOff", "x", &json!(null))],
            &[]
        ),
        []
    );
}

#[test]
fn a_failed_job_says_why() {
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate", "namespace": "shop"},
        "status": {"conditions": [{"type": "Failed", "status": "True", "message": "Job has reached the specified backoff limit"}]}});
    let found = blockers(&job, &[], &[]);
    assert_eq!(
        (found[0].reason.as_str(), found[0].message.as_str()),
        ("Failed", "Job has reached the specified backoff limit")
    );
}
