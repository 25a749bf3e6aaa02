//! What containers and probes said, without the values of the Secrets that their pods use.
//!
//! A program that cannot log in to its database likes to print the whole URL. Where a Secret may not be read, what was said is not shown
//! at all, because nobody can tell what of it is secret.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::call::Call;
use crate::connect::Cluster;
use crate::failure::served;
use crate::kind::built_in;
use crate::redact;

/// Events that repeat what a program printed.
const REPEATING: [&str; 3] = ["Unhealthy", "FailedPostStartHook", "FailedPreStopHook"];

/// The secret values of some pods; none where not all of them may be read.
pub(crate) struct Hidden(Option<Vec<String>>);

/// Reads the Secrets that pods use.
pub(crate) async fn hidden(cluster: &Cluster, namespace: &str, pods: &[Value]) -> Hidden {
    let names: BTreeSet<&str> = pods.iter().flat_map(used).collect();
    let mut values = Vec::new();
    for name in names {
        let path = built_in("", "Secret").path_of(Some(namespace), name);
        let call = Call::get(path, format!("read `Secret {namespace}/{name}`"));
        match served(cluster.fetch::<Value>(call).await) {
            Ok(secret) => values.extend(secret.iter().flat_map(redact::secrets)),
            Err(_) => return Hidden(None),
        }
    }
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    Hidden(Some(values))
}

impl Hidden {
    /// Returns a text without secret values; nothing if they are not known.
    pub(crate) fn text(&self, text: &str) -> Option<String> {
        self.0.as_ref().map(|values| redact::hide(text, values))
    }

    /// Takes secret values out of what the containers of pods said, and out of events that repeat it.
    pub(crate) fn clean(&self, pods: &mut [Value], events: &mut [Value]) {
        for pod in pods {
            for field in ["initContainerStatuses", "containerStatuses"] {
                let statuses = pod["status"][field].as_array_mut();
                statuses
                    .into_iter()
                    .flatten()
                    .for_each(|status| self.clean_status(status));
            }
        }
        let repeats = |event: &&mut Value| {
            let reason = event["reason"].as_str().unwrap_or_default();
            REPEATING.contains(&reason)
        };
        for event in events.iter_mut().filter(repeats) {
            for field in ["message", "note"] {
                self.replace(&mut event[field], "what it said is not shown");
            }
        }
    }

    fn clean_status(&self, status: &mut Value) {
        for state in ["state", "lastState"] {
            if let Some(message) = status.pointer_mut(&format!("/{state}/terminated/message")) {
                self.replace(message, "");
            }
        }
    }

    fn replace(&self, message: &mut Value, unknown: &str) {
        if let Some(text) = message.as_str() {
            *message = Value::from(self.text(text).unwrap_or_else(|| unknown.to_owned()));
        }
    }
}

/// Returns the names of the Secrets that a pod uses as environment or as files.
fn used(pod: &Value) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for field in ["initContainers", "containers"] {
        for container in pod["spec"][field].as_array().into_iter().flatten() {
            let keys = container["env"].as_array().into_iter().flatten();
            names.extend(keys.filter_map(|env| env["valueFrom"]["secretKeyRef"]["name"].as_str()));
            let wholes = container["envFrom"].as_array().into_iter().flatten();
            names.extend(wholes.filter_map(|from| from["secretRef"]["name"].as_str()));
        }
    }
    for volume in pod["spec"]["volumes"].as_array().into_iter().flatten() {
        names.extend(volume["secret"]["secretName"].as_str());
        let sources = volume["projected"]["sources"].as_array().into_iter();
        names.extend(
            sources
                .flatten()
                .filter_map(|source| source["secret"]["name"].as_str()),
        );
    }
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod() -> Value {
        json!({
            "spec": {
                "initContainers": [{"envFrom": [{"secretRef": {"name": "whole"}}]}],
                "containers": [{"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "key", "key": "a"}}}, {"name": "B", "value": "b"}]}],
                "volumes": [
                    {"secret": {"secretName": "files"}}, {"emptyDir": {}}, {"projected": {"sources": [{"secret": {"name": "projected"}}, {"configMap": {"name": "no"}}]}},
                ],
            },
            "status": {"containerStatuses": [{"name": "web", "lastState": {"terminated": {"exitCode": 1, "message": "no login with hunter22"}}}]},
        })
    }

    fn said(hidden: &Hidden) -> (String, String) {
        let mut pods = [pod()];
        let mut events = [
            json!({"reason": "Unhealthy", "message": "Readiness probe failed: hunter22 refused"}),
            json!({"reason": "FailedMount", "message": "hunter22 is the name of a volume"}),
        ];
        hidden.clean(&mut pods, &mut events);
        assert_eq!(events[1]["message"], "hunter22 is the name of a volume");
        let message = &pods[0]["status"]["containerStatuses"][0]["lastState"]["terminated"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&message["message"]), text(&events[0]["message"]))
    }

    #[test]
    fn every_way_to_use_a_secret_is_seen() {
        assert_eq!(used(&pod()), ["files", "key", "projected", "whole"].into());
    }

    #[test]
    fn values_of_secrets_are_taken_out_of_what_was_said() {
        let hidden = Hidden(Some(vec!["hunter22".to_owned()]));
        let (ended, probe) = said(&hidden);
        assert_eq!(ended, "no login with •••");
        assert_eq!(probe, "Readiness probe failed: ••• refused");
    }

    #[test]
    fn nothing_is_shown_where_secrets_are_not_known() {
        let (ended, probe) = said(&Hidden(None));
        assert_eq!(
            (ended.as_str(), probe.as_str()),
            ("", "what it said is not shown")
        );
        assert_eq!(Hidden(None).text("anything"), None);
    }
}
