//! What keeps a pod from being ready.

use serde_json::Value;

use super::{Blocker, event, id};
use crate::health::{State, health};

/// Waiting is normal while this is the reason.
const NORMAL: [&str; 2] = ["ContainerCreating", "PodInitializing"];
/// Events that say why containers do not start.
const STARTING: [&str; 6] = [
    "FailedMount",
    "FailedAttachVolume",
    "FailedCreatePodSandBox",
    "FailedPostStartHook",
    "NetworkNotReady",
    "InspectFailed",
];

pub(super) fn blockers(pod: &Value, events: &[Value]) -> Vec<Blocker> {
    let state = health(Some(pod)).state;
    if matches!(state, State::Current | State::Terminating) {
        return Vec::new();
    }
    let blocker = |(reason, message): (String, String)| Blocker {
        object: id(pod),
        reason,
        message,
    };
    if let Some(found) = unscheduled(pod) {
        return vec![blocker(found)];
    }
    let mut found: Vec<Blocker> = ["initContainerStatuses", "containerStatuses"]
        .iter()
        .flat_map(|field| pod["status"][field].as_array().into_iter().flatten())
        .filter_map(container)
        .map(blocker)
        .collect();
    if found.is_empty() {
        found.push(blocker(said(pod, events)));
    }
    found
}

/// Says why no node takes the pod; a claim without a volume is named as such.
fn unscheduled(pod: &Value) -> Option<(String, String)> {
    let conditions = pod["status"]["conditions"].as_array()?;
    let condition = conditions
        .iter()
        .find(|condition| condition["type"] == "PodScheduled" && condition["status"] == "False")?;
    let message = condition["message"].as_str().unwrap_or_default();
    if !message.contains("unbound immediate PersistentVolumeClaims") {
        let reason = condition["reason"].as_str().unwrap_or("Unschedulable");
        return Some((reason.to_owned(), message.to_owned()));
    }
    let volumes = pod["spec"]["volumes"].as_array().into_iter().flatten();
    let claims: Vec<&str> = volumes
        .filter_map(|volume| volume["persistentVolumeClaim"]["claimName"].as_str())
        .collect();
    let message = format!("{message} (claims: {})", claims.join(", "));
    Some(("UnboundClaim".to_owned(), message))
}

fn container(status: &Value) -> Option<(String, String)> {
    let name = status["name"].as_str().unwrap_or_default();
    let (waiting, ended) = (&status["state"]["waiting"], &status["state"]["terminated"]);
    let last = &status["lastState"]["terminated"];
    if let Some(reason) = waiting["reason"]
        .as_str()
        .filter(|reason| !NORMAL.contains(reason))
    {
        let said = waiting["message"].as_str().unwrap_or_default();
        let (reason, said) = match (reason, end(last)) {
            ("CrashLoopBackOff", Some(end)) if last["reason"] == "OOMKilled" => ("OOMKilled", end),
            ("CrashLoopBackOff", Some(end)) => (reason, end),
            _ => (reason, said.to_owned()),
        };
        let colon = if said.is_empty() { "" } else { ": " };
        return Some((
            reason.to_owned(),
            format!("container `{name}`{colon}{said}"),
        ));
    }
    let has_failed = ended["exitCode"].as_i64().is_some_and(|code| code != 0);
    let reason = ended["reason"].as_str().unwrap_or("Error");
    has_failed.then(|| {
        let end = end(ended).unwrap_or_default();
        (reason.to_owned(), format!("container `{name}`: {end}"))
    })
}

/// Says how a container ended.
fn end(terminated: &Value) -> Option<String> {
    let code = terminated["exitCode"].as_i64()?;
    let why = match terminated["reason"].as_str() {
        Some("OOMKilled") => "it was killed because it used more memory than its limit".to_owned(),
        _ => format!("it ended with exit code {code}"),
    };
    let said = terminated["message"]
        .as_str()
        .map(str::trim)
        .filter(|said| !said.is_empty());
    Some(match said {
        Some(said) => format!("{why}: {said}"),
        None => why,
    })
}

/// Returns what events and the pod itself say.
fn said(pod: &Value, events: &[Value]) -> (String, String) {
    let name = pod["metadata"]["name"].as_str().unwrap_or_default();
    if let Some(found) = event::last(events, "Pod", name, &STARTING) {
        let reason = found["reason"].as_str().unwrap_or_default();
        return (reason.to_owned(), event::message(found));
    }
    if let Some(probe) = event::last(events, "Pod", name, &["Unhealthy"]) {
        return ("Unhealthy".to_owned(), event::message(probe));
    }
    let health = health(Some(pod));
    let reason = if health.state == State::Failed {
        "Failed"
    } else {
        "NotReady"
    };
    (reason.to_owned(), health.message)
}
