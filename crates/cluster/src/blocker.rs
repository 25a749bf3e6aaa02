//! What is in the way of an object that does not get ready: said by its pods, their events, and the last line of a crashing container.

use serde_json::Value;
use steading_model::ObjectId;

use crate::connect::Cluster;
use crate::kind::built_in;
use crate::list::Filter;
use crate::request::Call;

/// How much of a log line is shown.
const LINE: usize = 300;

/// Finds what is in the way; nothing if the cluster does not say, or we may not ask.
pub(crate) async fn find(cluster: &Cluster, id: &ObjectId, object: &Value) -> Option<String> {
    let namespace = id.namespace.as_deref()?;
    if let Some(labels) = pod_labels(object) {
        let filter = Filter::within(Some(namespace)).labelled(labels);
        let pods = cluster
            .list_values(&built_in("", "Pod"), &filter)
            .await
            .unwrap_or_default();
        let troubled = pods
            .iter()
            .filter(|pod| pod["metadata"].get("deletionTimestamp").is_none());
        for pod in troubled {
            if let Some(trouble) = trouble(pod) {
                return Some(told(cluster, namespace, pod, trouble).await);
            }
        }
        if let Some(event) = last_warning_of_pods(cluster, namespace, &pods).await {
            return Some(event);
        }
    }
    last_warning(cluster, namespace, &id.kind.kind, &id.name).await
}

/// Returns the selector of an object's pods.
fn pod_labels(object: &Value) -> Option<String> {
    let labels = object["spec"]["selector"].get("matchLabels")?.as_object()?;
    let pairs = labels
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", value.as_str()?)));
    Some(pairs.collect::<Vec<_>>().join(",")).filter(|labels| !labels.is_empty())
}

/// A container that does not run, or a pod that has no place.
struct Trouble {
    container: Option<String>,
    text: String,
    has_log: bool,
}

fn trouble(pod: &Value) -> Option<Trouble> {
    let statuses = ["initContainerStatuses", "containerStatuses"];
    let statuses = statuses
        .iter()
        .flat_map(|field| pod["status"][field].as_array().into_iter().flatten());
    statuses
        .filter_map(container_trouble)
        .next()
        .or_else(|| unscheduled(pod))
}

fn container_trouble(status: &Value) -> Option<Trouble> {
    let state = &status["state"];
    let waiting = state.get("waiting").filter(|waiting| {
        !matches!(
            waiting["reason"].as_str(),
            Some("ContainerCreating" | "PodInitializing")
        )
    });
    let ended = state
        .get("terminated")
        .filter(|ended| ended["exitCode"] != 0);
    let what = waiting.or(ended)?;
    let last = &status["lastState"]["terminated"];
    let mut parts = vec![what["reason"].as_str().unwrap_or("not running").to_owned()];
    parts.extend(what["message"].as_str().map(str::to_owned));
    parts.extend(
        last["reason"]
            .as_str()
            .map(|reason| format!("last time {reason} with exit code {}", last["exitCode"])),
    );
    let name = status["name"].as_str().unwrap_or_default();
    Some(Trouble {
        container: Some(name.to_owned()),
        text: format!("container `{name}`: {}", parts.join(", ")),
        has_log: ended.is_some() || !last.is_null(),
    })
}

fn unscheduled(pod: &Value) -> Option<Trouble> {
    let conditions = pod["status"]["conditions"].as_array()?;
    let condition = conditions
        .iter()
        .find(|condition| condition["type"] == "PodScheduled" && condition["status"] == "False")?;
    let text = condition["message"]
        .as_str()
        .unwrap_or("no node fits")
        .to_owned();
    Some(Trouble {
        container: None,
        text,
        has_log: false,
    })
}

async fn told(cluster: &Cluster, namespace: &str, pod: &Value, trouble: Trouble) -> String {
    let name = pod["metadata"]["name"].as_str().unwrap_or_default();
    let line = match &trouble.container {
        Some(container) if trouble.has_log => last_line(cluster, namespace, name, container).await,
        _ => None,
    };
    let line = line
        .map(|line| format!(", its last line: {line}"))
        .unwrap_or_default();
    format!("pod `{name}`: {}{line}", trouble.text)
}

/// Returns the last line of a container that ended; a server without logs has none.
async fn last_line(
    cluster: &Cluster,
    namespace: &str,
    pod: &str,
    container: &str,
) -> Option<String> {
    let path = format!("{}/log", built_in("", "Pod").path_of(Some(namespace), pod));
    let call = Call::get(path, format!("read the log of `{namespace}/{pod}`"))
        .query("container", container)
        .query("tailLines", "20");
    let body = cluster.attempt_once(&call).await?;
    let text = String::from_utf8_lossy(&body).into_owned();
    let line = text.lines().rev().find(|line| !line.trim().is_empty())?;
    Some(line.chars().take(LINE).collect())
}

async fn last_warning_of_pods(
    cluster: &Cluster,
    namespace: &str,
    pods: &[Value],
) -> Option<String> {
    for pod in pods.iter().take(3) {
        let name = pod["metadata"]["name"].as_str()?;
        if let Some(text) = last_warning(cluster, namespace, "Pod", name).await {
            return Some(format!("pod `{name}`: {text}"));
        }
    }
    None
}

async fn last_warning(
    cluster: &Cluster,
    namespace: &str,
    kind: &str,
    name: &str,
) -> Option<String> {
    let fields = format!("type=Warning,involvedObject.kind={kind},involvedObject.name={name}");
    let filter = Filter {
        fields: Some(fields),
        ..Filter::within(Some(namespace))
    };
    let mut events = cluster
        .list_values(&built_in("", "Event"), &filter)
        .await
        .ok()?;
    events.sort_by_key(|event| time(event).to_owned());
    let event = events.last()?;
    Some(format!(
        "{}: {}",
        event["reason"].as_str()?,
        event["message"].as_str()?
    ))
}

fn time(event: &Value) -> &str {
    let times = ["lastTimestamp", "eventTime", "firstTimestamp"]
        .iter()
        .map(|name| &event[*name]);
    times.filter_map(Value::as_str).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(pod: &Value) -> Option<String> {
        trouble(pod).map(|trouble| trouble.text)
    }

    #[test]
    fn a_crashing_container_is_named_with_its_last_end() {
        let pod = json!({"status": {"containerStatuses": [
            {"name": "sidecar", "state": {"running": {}}},
            {"name": "web", "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}},
             "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}},
        ]}});
        assert_eq!(
            text(&pod).unwrap(),
            "container `web`: CrashLoopBackOff, back-off 10s, last time OOMKilled with exit code 137"
        );
    }

    #[test]
    fn a_pod_without_a_node_says_why() {
        let pod = json!({"status": {"conditions": [{"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available"}]}});
        assert_eq!(text(&pod).unwrap(), "0/1 nodes are available");
    }

    #[test]
    fn a_pod_that_just_starts_is_in_nobodys_way() {
        let pod = json!({"status": {"containerStatuses": [{"name": "web", "state": {"waiting": {"reason": "ContainerCreating"}}}]}});
        assert!(text(&pod).is_none());
    }
}
