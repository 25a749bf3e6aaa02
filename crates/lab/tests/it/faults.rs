//! Each fault shows what the real thing would show.

use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Event, Pod};
use kube::api::{Api, ListParams, LogParams};
use serde_json::{Value, json};
use steading_lab::{Fault, FaultRule, Lab, Shape, Target};

use crate::ground::{
    Ground, condition, deployment, eventually, is_ready, namespace, pod_that, shared,
};

fn waiting(pod: &Value) -> &str {
    let reason = pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"].as_str();
    reason.unwrap_or_default()
}

async fn event_messages(lab: &Lab, namespace: &str) -> Vec<String> {
    let events: Api<Event> = Api::namespaced(lab.client().await.unwrap(), namespace);
    let events = events.list(&ListParams::default()).await.unwrap();
    events
        .into_iter()
        .filter_map(|event| event.message)
        .collect()
}

/// Applies a Deployment whose image asks for a fault, and returns its pod once it is as wanted.
async fn broken_by_tag(tag: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let lab = shared().await;
    let space = format!("tag-{tag}");
    namespace(lab, &space).await;
    let image = format!("ghcr.io/example/app:1.0-lab-{tag}");
    lab.apply(&[deployment(&space, "app", &image)])
        .await
        .unwrap();
    pod_that(lab, &space, "app", wanted).await
}

#[tokio::test]
async fn crash_loops() {
    let pod = broken_by_tag("crash", |pod| waiting(pod) == "CrashLoopBackOff").await;
    let container = &pod["status"]["containerStatuses"][0];
    assert_eq!(pod["status"]["phase"], "Running");
    assert_eq!(container["restartCount"], 1);
    assert_eq!(container["lastState"]["terminated"]["exitCode"], 1);
    assert_eq!(container["lastState"]["terminated"]["reason"], "Error");
    assert_eq!(condition(&pod, "Ready")["reason"], "ContainersNotReady");
    let expected = "containers with unready status: [web]";
    assert_eq!(condition(&pod, "Ready")["message"], expected);
    let again = |pod: &Value| pod["status"]["containerStatuses"][0]["restartCount"] == 2;
    pod_that(shared().await, "tag-crash", "app", again).await;
    let events = event_messages(shared().await, "tag-crash").await;
    let expected = "Back-off restarting failed container web in pod";
    assert!(
        events.iter().any(|one| one.starts_with(expected)),
        "{events:?}"
    );
}

#[tokio::test]
async fn out_of_memory() {
    let pod = broken_by_tag("oom", |pod| waiting(pod) == "CrashLoopBackOff").await;
    let last = &pod["status"]["containerStatuses"][0]["lastState"]["terminated"];
    assert_eq!(
        (&last["exitCode"], &last["reason"]),
        (&json!(137), &json!("OOMKilled"))
    );
}

#[tokio::test]
async fn unpullable() {
    let pod = broken_by_tag("unpullable", |pod| waiting(pod) == "ImagePullBackOff").await;
    assert_eq!(pod["status"]["phase"], "Pending");
    assert_eq!(condition(&pod, "Ready")["status"], "False");
    let events = event_messages(shared().await, "tag-unpullable").await;
    let expected = "Failed to pull image \"ghcr.io/example/app:1.0-lab-unpullable\"";
    assert!(
        events.iter().any(|one| one.starts_with(expected)),
        "{events:?}"
    );
}

#[tokio::test]
async fn never_ready() {
    let running = |pod: &Value| pod["status"]["phase"] == "Running";
    let pod = broken_by_tag("never-ready", running).await;
    assert_eq!(condition(&pod, "Ready")["status"], "False");
    assert_eq!(pod["status"]["containerStatuses"][0]["started"], true);
    assert!(pod["status"]["containerStatuses"][0]["state"]["running"].is_object());
}

#[tokio::test]
async fn slow_pods_are_ready_in_the_end() {
    let running = |pod: &Value| pod["status"]["phase"] == "Running";
    let pod = broken_by_tag("slow-2s", running).await;
    assert!(!is_ready(&pod));
    pod_that(shared().await, "tag-slow-2s", "app", is_ready).await;
}

#[tokio::test]
async fn jobs_fail_for_good_and_init_containers_hold_pods_back() {
    let lab = shared().await;
    namespace(lab, "jobs").await;
    let job = |name: &str, policy: &str| {
        let container = json!({"name": "job", "image": "job:1"});
        json!({
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": name, "namespace": "jobs"},
            "spec": {"backoffLimit": 0, "template": {
                "metadata": {"annotations": {"lab.steading.dev/fault": "job-fail"}},
                "spec": {"restartPolicy": policy, "containers": [container]},
            }},
        })
    };
    let mut app = deployment("jobs", "app", "app:1");
    app["spec"]["template"]["metadata"]["annotations"] =
        json!({"lab.steading.dev/fault": "init-fail"});
    app["spec"]["template"]["spec"]["initContainers"] =
        json!([{"name": "migrate", "image": "app:1"}]);
    let mut well = deployment("jobs", "well", "app:1");
    well["spec"]["template"]["metadata"]["annotations"] =
        json!({"lab.steading.dev/fault": "job-fail"});
    lab.apply(&[job("never", "Never"), job("again", "OnFailure"), app, well])
        .await
        .unwrap();

    let jobs: Api<Job> = Api::namespaced(lab.client().await.unwrap(), "jobs");
    for name in ["never", "again"] {
        eventually("the job has failed", async || {
            let job = jobs.get(name).await.unwrap();
            let conditions = job.status.and_then(|status| status.conditions);
            conditions.is_some_and(|all| all.iter().any(|one| one.type_ == "Failed"))
        })
        .await;
    }
    let init = |pod: &Value| {
        pod["status"]["initContainerStatuses"][0]["state"]["waiting"]["reason"]
            == "CrashLoopBackOff"
    };
    let pod = pod_that(lab, "jobs", "app", init).await;
    assert_eq!(
        condition(&pod, "Initialized")["reason"],
        "ContainersNotInitialized"
    );
    assert_eq!(waiting(&pod), "PodInitializing");
    pod_that(lab, "jobs", "well", is_ready).await;
}

#[tokio::test]
async fn seeded_faults_hit_running_pods_and_are_taken_out_again() {
    let ground = Ground::new();
    let lab = Lab::temporary(&ground.settings, &Shape::of(1)).await;
    let lab = lab.unwrap();
    namespace(&lab, "n").await;
    let objects = [
        deployment("n", "a", "ghcr.io/example/a:1"),
        deployment("n", "b", "ghcr.io/example/b:1"),
    ];
    lab.apply(&objects).await.unwrap();
    pod_that(&lab, "n", "a", is_ready).await;
    pod_that(&lab, "n", "b", is_ready).await;

    let image = Target::Image("ghcr.io/example/a".to_owned());
    lab.fault(FaultRule::new(image, Fault::Crash))
        .await
        .unwrap();
    let app = Target::App {
        namespace: "n".to_owned(),
        name: "b".to_owned(),
    };
    let silent = FaultRule::new(app, Fault::NeverReady);
    let log = Some("no route\nto the database".to_owned());
    lab.fault(FaultRule { log, ..silent }).await.unwrap();
    assert_eq!(lab.faults().unwrap().len(), 2);
    pod_that(&lab, "n", "a", |pod| waiting(pod) == "CrashLoopBackOff").await;
    let pod = pod_that(&lab, "n", "b", |pod| !is_ready(pod)).await;
    assert_eq!(pod["status"]["phase"], "Running");
    let pods: Api<Pod> = Api::namespaced(lab.client().await.unwrap(), "n");
    let name = pod["metadata"]["name"].as_str().unwrap();
    let log = pods.logs(name, &LogParams::default()).await.unwrap();
    assert_eq!(log, "no route\nto the database\n");

    let slow = FaultRule {
        delay_seconds: Some(2),
        ..FaultRule::new(Target::Image("ghcr.io/example/c:1".to_owned()), Fault::Slow)
    };
    lab.fault(slow).await.unwrap();
    lab.apply(&[deployment("n", "c", "ghcr.io/example/c:1")])
        .await
        .unwrap();
    let running = |pod: &Value| pod["status"]["phase"] == "Running";
    assert!(!is_ready(&pod_that(&lab, "n", "c", running).await));
    pod_that(&lab, "n", "c", is_ready).await;

    lab.clear_faults().await.unwrap();
    let pod = pod_that(&lab, "n", "a", is_ready).await;
    let restarts = pod["status"]["containerStatuses"][0]["restartCount"].as_u64();
    assert!(restarts >= Some(1), "a container remembers its restarts");
    pod_that(&lab, "n", "b", is_ready).await;
}
