//! Controllers, scheduler and simulated nodes do their work; kinds can be added.

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use kube::api::{Api, DeleteParams, ListParams};
use serde_json::{Value, json};

use crate::ground::{deployment, eventually, is_ready, namespace, pod_that, pods, shared};

fn workload(kind: &str, space: &str) -> Value {
    let mut object = deployment(space, "app", "app:1");
    object["kind"] = json!(kind);
    object
}

#[tokio::test]
async fn workloads_become_ready() {
    let lab = shared().await;
    namespace(lab, "work").await;
    let mut stateful = workload("StatefulSet", "work");
    stateful["spec"]["replicas"] = json!(3);
    stateful["spec"]["serviceName"] = json!("app");
    stateful["spec"]["selector"]["matchLabels"]["app"] = json!("stateful");
    stateful["spec"]["template"]["metadata"]["labels"]["app"] = json!("stateful");
    let objects = [
        workload("Deployment", "work"),
        workload("DaemonSet", "work"),
        stateful,
    ];
    lab.apply(&objects).await.unwrap();
    let client = lab.client().await.unwrap();
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), "work");
    let daemons: Api<DaemonSet> = Api::namespaced(client.clone(), "work");
    let statefuls: Api<StatefulSet> = Api::namespaced(client, "work");
    eventually("all are ready", async || {
        let deployment = deployments.get("app").await.unwrap().status.unwrap();
        let daemon = daemons.get("app").await.unwrap().status.unwrap();
        let stateful = statefuls.get("app").await.unwrap().status.unwrap();
        deployment.available_replicas == Some(1)
            && daemon.number_ready == 2
            && stateful.ready_replicas == Some(3)
    })
    .await;
}

#[tokio::test]
async fn deployments_roll() {
    let lab = shared().await;
    namespace(lab, "roll").await;
    lab.apply(&[deployment("roll", "app", "app:1")])
        .await
        .unwrap();
    let old = pod_that(lab, "roll", "app", is_ready).await;
    lab.apply(&[deployment("roll", "app", "app:2")])
        .await
        .unwrap();
    eventually("only the new pod is left", async || {
        let pods = pods(lab, "roll", "app").await;
        let [pod] = pods.as_slice() else { return false };
        pod["metadata"]["uid"] != old["metadata"]["uid"] && is_ready(pod)
    })
    .await;
}

#[tokio::test]
async fn jobs_complete_and_go_away() {
    let lab = shared().await;
    namespace(lab, "complete").await;
    let template = json!({
        "metadata": {"labels": {"app": "job"}},
        "spec": {"restartPolicy": "OnFailure", "containers": [{"name": "job", "image": "job:1"}]},
    });
    let job = json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": "job", "namespace": "complete"},
        "spec": {"template": template},
    });
    let mut cron_template = template.clone();
    cron_template["metadata"]["labels"]["app"] = json!("cron");
    let cron = json!({
        "apiVersion": "batch/v1", "kind": "CronJob",
        "metadata": {"name": "cron", "namespace": "complete"},
        "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": cron_template}}},
    });
    lab.apply(&[job, cron]).await.unwrap();
    let client = lab.client().await.unwrap();
    let jobs: Api<Job> = Api::namespaced(client.clone(), "complete");
    eventually("the job has completed", async || {
        let status = jobs.get("job").await.unwrap().status;
        status.is_some_and(|status| status.succeeded == Some(1))
    })
    .await;
    jobs.delete("job", &DeleteParams::background())
        .await
        .unwrap();
    eventually("its pods are gone", async || {
        pods(lab, "complete", "job").await.is_empty()
    })
    .await;
    let crons: Api<CronJob> = Api::namespaced(client, "complete");
    assert_eq!(
        crons
            .list(&ListParams::default())
            .await
            .unwrap()
            .items
            .len(),
        1
    );
}

#[tokio::test]
async fn kinds_can_be_added() {
    let lab = shared().await;
    namespace(lab, "kinds").await;
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "barns.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"kind": "Barn", "plural": "barns"},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {
                    "type": "object", "x-kubernetes-preserve-unknown-fields": true,
                }},
            }],
        },
    });
    lab.install_crds(&[definition]).await.unwrap();
    let barn = json!({"apiVersion": "example.com/v1", "kind": "Barn",
        "metadata": {"name": "red", "namespace": "kinds"}, "spec": {"cows": 3}});
    lab.apply(&[barn]).await.unwrap();
    let unknown =
        json!({"apiVersion": "example.com/v1", "kind": "Pond", "metadata": {"name": "x"}});
    let error = lab.apply(&[unknown]).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "the lab does not know the kind `Pond` of `example.com/v1`"
    );
}
