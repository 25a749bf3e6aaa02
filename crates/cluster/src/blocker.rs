//! Asks the cluster what is in the way of an object that does not get ready: its pods, their events, the last line of a crashing container.

use serde_json::Value;
use steading_model::ObjectId;
use steading_plan::{Blocker, blockers};

use crate::call::Call;
use crate::connect::Cluster;
use crate::kind::built_in;
use crate::list::{Filter, label_selector};
use crate::said::hidden;

/// Where a Deployment and each `ReplicaSet` of it say which revision they are.
const REVISION: &str = "deployment.kubernetes.io/revision";
/// The label that tells pods of one `ReplicaSet` of a Deployment from those of another.
const HASH: &str = "pod-template-hash";

/// How much of a log line is shown.
const LINE: usize = 300;

/// What a look at an object that is not ready showed.
pub(crate) struct Look {
    /// What is in the way, the first to show first.
    pub(crate) found: Vec<Blocker>,
    /// What makes it certain that the newest pods never get ready.
    pub(crate) hopeless: Option<Blocker>,
}

/// Finds what is in the way, the first to show first. What may not be read is not looked at.
pub(crate) async fn find(cluster: &Cluster, id: &ObjectId, object: &Value) -> Vec<Blocker> {
    match id.namespace.as_deref() {
        Some(namespace) => {
            let pods = pods_of(cluster, namespace, object).await;
            in_the_way(cluster, namespace, object, pods).await.0
        }
        None => blockers(object, &[], &[]),
    }
}

/// Finds what is in the way, and whether it ever goes away.
///
/// Pods of an earlier version give no reason to lose hope: those of a Deployment are told apart by the `ReplicaSet` of its newest revision,
/// those of other kinds by the revision that they are updated to. That of a `DaemonSet` is not said anywhere: it is waited for.
pub(crate) async fn look(cluster: &Cluster, id: &ObjectId, object: &Value) -> Look {
    let Some(namespace) = id.namespace.as_deref() else {
        return Look {
            found: blockers(object, &[], &[]),
            hopeless: None,
        };
    };
    let pods = pods_of(cluster, namespace, object).await;
    let (found, pods) = in_the_way(cluster, namespace, object, pods).await;
    let hopeless = hopeless(cluster, namespace, object, &pods).await;
    Look { found, hopeless }
}

/// Finds what is in the way, and returns the pods without what is secret.
async fn in_the_way(
    cluster: &Cluster,
    namespace: &str,
    object: &Value,
    mut pods: Vec<Value>,
) -> (Vec<Blocker>, Vec<Value>) {
    let mut events = cluster
        .list_values(&built_in("", "Event"), &Filter::within(Some(namespace)))
        .await
        .unwrap_or_default();
    let hidden = hidden(cluster, namespace, &pods).await;
    hidden.clean(&mut pods, &mut events);
    let mut found = blockers(object, &pods, &events);
    if let Some(first) = found.first_mut()
        && let Some(line) = log_of(cluster, namespace, first, &pods).await
        && let Some(line) = hidden.text(&line)
    {
        first.message = format!("{}; its last line: {line}", first.message);
    }
    (found, pods)
}

async fn hopeless(
    cluster: &Cluster,
    namespace: &str,
    object: &Value,
    pods: &[Value],
) -> Option<Blocker> {
    let lost = pods.iter().map(|pod| (pod, steading_plan::hopeless(pod)));
    let lost: Vec<(&Value, Blocker)> = lost.filter_map(|(pod, why)| Some((pod, why?))).collect();
    if lost.is_empty() {
        return None;
    }
    let (label, newest) = newest(cluster, namespace, object).await?;
    let is_newest = |pod: &Value| pod["metadata"]["labels"][label] == newest.as_str();
    let mut lost = lost.into_iter();
    lost.find_map(|(pod, why)| is_newest(pod).then_some(why))
}

/// Returns the label that tells pods of one version from those of another, and its value for the newest.
async fn newest(
    cluster: &Cluster,
    namespace: &str,
    object: &Value,
) -> Option<(&'static str, String)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if object["kind"] != "Deployment" {
        let revision = text(&object["status"]["updateRevision"])?;
        return Some(("controller-revision-hash", revision));
    }
    let revision = &object["metadata"]["annotations"][REVISION];
    let filter = Filter::within(Some(namespace)).labelled(pod_labels(object)?);
    let sets = cluster
        .list_values(&built_in("apps", "ReplicaSet"), &filter)
        .await;
    let is_newest = |set: &&Value| set["metadata"]["annotations"][REVISION] == *revision;
    let sets = sets.ok()?;
    let newest = sets.iter().find(is_newest)?;
    Some((HASH, text(&newest["metadata"]["labels"][HASH])?))
}

async fn pods_of(cluster: &Cluster, namespace: &str, object: &Value) -> Vec<Value> {
    let Some(labels) = pod_labels(object) else {
        return Vec::new();
    };
    let filter = Filter::within(Some(namespace)).labelled(labels);
    let pods = cluster.list_values(&built_in("", "Pod"), &filter).await;
    pods.unwrap_or_default()
}

/// Returns what is in the way in one sentence.
pub(crate) fn sentence(blocker: &Blocker) -> String {
    format!(
        "`{}`: {}: {}",
        blocker.object, blocker.reason, blocker.message
    )
}

/// Returns the selector of an object's pods.
fn pod_labels(object: &Value) -> Option<String> {
    label_selector(&object["spec"]["selector"]["matchLabels"])
}

/// Returns the last line of the container that ended, where the server gives logs.
async fn log_of(
    cluster: &Cluster,
    namespace: &str,
    blocker: &Blocker,
    pods: &[Value],
) -> Option<String> {
    let pod = pods.iter().find(|pod| {
        pod["metadata"]["name"] == blocker.object.name.as_str() && blocker.object.kind.is("", "Pod")
    })?;
    let ended = ended_container(pod)?;
    let path = format!(
        "{}/log",
        built_in("", "Pod").path_of(Some(namespace), &blocker.object.name)
    );
    // A container that runs again has said something else since.
    let runs_again = ended["state"]["running"].is_object();
    let call = Call::get(path, format!("read the log of `{}`", blocker.object))
        .query("container", ended["name"].as_str()?)
        .query("previous", runs_again.to_string())
        .query("tailLines", "20");
    let body = cluster.attempt_once(&call).await?;
    let text = String::from_utf8_lossy(&body).into_owned();
    let line = text.lines().rev().find(|line| !line.trim().is_empty())?;
    Some(line.chars().take(LINE).collect())
}

/// Returns the status of the first container that ended badly, now or before it was started again.
fn ended_container(pod: &Value) -> Option<&Value> {
    let statuses = ["initContainerStatuses", "containerStatuses"];
    let mut statuses = statuses
        .iter()
        .flat_map(|field| pod["status"][field].as_array().into_iter().flatten());
    let ended = |status: &&Value| {
        let ends = [
            &status["state"]["terminated"],
            &status["lastState"]["terminated"],
        ];
        ends.iter()
            .any(|end| end["exitCode"].as_i64().is_some_and(|code| code != 0))
    };
    statuses.find(ended)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_log_is_that_of_the_container_that_ended_badly() {
        let pod = json!({"status": {"containerStatuses": [
            {"name": "sidecar", "state": {"running": {}}},
            {"name": "web", "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 137}}},
        ]}});
        assert_eq!(ended_container(&pod).unwrap()["name"], "web");
        let well =
            json!({"status": {"containerStatuses": [{"name": "web", "state": {"running": {}}}]}});
        assert!(ended_container(&well).is_none());
    }

    #[test]
    fn pods_are_found_by_the_selector() {
        let object = json!({"spec": {"selector": {"matchLabels": {"app": "web", "tier": "a"}}}});
        assert_eq!(pod_labels(&object).unwrap(), "app=web,tier=a");
        assert!(pod_labels(&json!({"spec": {}})).is_none());
    }
}
