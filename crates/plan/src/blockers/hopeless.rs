//! What does not get better by waiting.

use serde_json::Value;

use super::{Blocker, pod};

/// How often a container is started in vain before nobody waits for it any more: with the pauses of the kubelet, more than a minute.
/// Fewer may be a program that waits for its database in this way.
const STARTS: u64 = 4;
/// What registries answer where there is no such image, or where we may not have it.
const NO_IMAGE: [&str; 6] = [
    "not found",
    "manifest unknown",
    "does not exist",
    "unauthorized",
    "denied",
    "invalid reference format",
];

/// Returns why a pod never gets ready, if that is certain: its image cannot be had, or it was started several times in vain.
pub fn hopeless(pod: &Value) -> Option<Blocker> {
    let statuses = ["initContainerStatuses", "containerStatuses"];
    let is_hopeless = statuses
        .iter()
        .flat_map(|field| pod["status"][field].as_array().into_iter().flatten())
        .any(has_no_prospect);
    let found = is_hopeless.then(|| pod::blockers(pod, &[]))?;
    found.into_iter().next()
}

fn has_no_prospect(status: &Value) -> bool {
    let waiting = &status["state"]["waiting"];
    let message = waiting["message"].as_str().unwrap_or_default();
    match waiting["reason"].as_str() {
        Some("CrashLoopBackOff") => status["restartCount"].as_u64() >= Some(STARTS),
        // The first refusal may be of a registry that is not up to date yet; from the second on the kubelet backs off.
        Some("ImagePullBackOff") => NO_IMAGE.iter().any(|said| message.contains(said)),
        Some("InvalidImageName" | "ErrImageNeverPull") => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(reason: &str, message: &str, restarts: u64) -> Value {
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-1", "namespace": "shop"},
            "status": {"phase": "Pending", "containerStatuses": [{
                "name": "web", "ready": false, "restartCount": restarts, "state": {"waiting": {"reason": reason, "message": message}},
            }]},
        })
    }

    #[test]
    fn only_what_is_certain_is_given_up() {
        let pull = "Back-off pulling image \"a:1\": ErrImagePull: failed to resolve reference \"a:1\": a:1: not found";
        let rows = [
            ("CrashLoopBackOff", "back-off 1m20s", STARTS, true),
            ("CrashLoopBackOff", "back-off 20s", STARTS - 1, false),
            ("ImagePullBackOff", pull, 0, true),
            (
                "ImagePullBackOff",
                "Back-off pulling image: dial tcp: i/o timeout",
                0,
                false,
            ),
            ("ErrImagePull", pull, 0, false),
            ("InvalidImageName", "couldn't parse image name", 0, true),
            ("CreateContainerConfigError", "secret not found", 0, false),
            ("ContainerCreating", "", 9, false),
        ];
        for (reason, message, restarts, expected) in rows {
            let found = hopeless(&pod(reason, message, restarts));
            assert_eq!(found.is_some(), expected, "{reason} {message}");
            assert!(found.is_none_or(|found| found.reason == reason));
        }
    }
}
