//! Objects under `raw` do not see the parts of a node that make them its master.

use serde_json::Value;

use crate::containers::{pod_spec, raw};
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// No object under `raw` mounts the parts of a node that make it the node's master: a volume says why, and an object cannot.
    ///
    /// ## Why
    /// Whoever writes to `/etc`, to the container runtime's socket or to the kubelet's folder is root on the node, and from there
    /// reads the secrets of every pod on it. A bug in one application is then a bug in all.
    ///
    /// ## Example
    /// ```yaml
    /// raw: [{ kind: Pod, …, volumes: [{ name: socket, hostPath: { path: /var/run/docker.sock } }] }] # found
    /// storage: { mountPath: /run/docker.sock, data: host, path: /run/docker.sock, why: "lists the containers" } # right
    /// ```
    "ST4025" "node-path-exposed" Error => Check::Application(check)
}

/// Places with everything below them; `/` alone stands for itself.
const PLACES: [&str; 13] = [
    "/etc",
    "/root",
    "/home",
    "/boot",
    "/dev",
    "/proc",
    "/sys",
    "/run",
    "/var/run",
    "/var/lib/kubelet",
    "/var/lib/rancher",
    "/var/lib/containerd",
    "/var/lib/etcd",
];

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, object) in raw(subject.application) {
        let Some((path, pod)) = pod_spec(object, &path) else {
            continue;
        };
        let volumes = pod
            .get("volumes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate();
        found.extend(volumes.filter_map(|(at, volume)| {
            let place = volume.pointer("/hostPath/path")?.as_str()?;
            let path = path.key("volumes").index(at).key("hostPath").key("path");
            is_exposed(place).then(|| finding(subject, &path, place))
        }));
    }
    found
}

fn is_exposed(place: &str) -> bool {
    let place = place.trim_end_matches('/');
    let below = |known: &str| {
        place
            .strip_prefix(known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    place.is_empty() || PLACES.into_iter().any(below)
}

fn finding(subject: &Subject<'_>, path: &steading_model::FieldPath, place: &str) -> Finding {
    let message = format!("whoever has this place rules the node: {place}");
    Finding::new(subject.span(path), message)
        .help("mount a folder of its own, such as one below `/srv`, or declare a volume with `why`")
}
