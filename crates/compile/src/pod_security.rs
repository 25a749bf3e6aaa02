//! The level of the Pod Security standard that a pod needs, as the API server's admission judges it.

use serde_json::Value;
use steading_model::application::Privilege;

/// The capabilities that the baseline level allows to add.
const BASELINE_CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// The settings of the kernel that the baseline level allows, as of Kubernetes 1.29; later ones allow more.
const BASELINE_SYSCTLS: [&str; 10] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_syncookies",
];

/// The kinds of volumes that the restricted level allows.
const RESTRICTED_VOLUMES: [&str; 8] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// Returns the least level at which the API server admits the pods of an object; none for an object without pods.
pub fn privilege(object: &Value) -> Option<Privilege> {
    let spec = match object["kind"].as_str()? {
        "Pod" => &object["spec"],
        "CronJob" => &object["spec"]["jobTemplate"]["spec"]["template"]["spec"],
        "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "Job"
        | "ReplicationController" => &object["spec"]["template"]["spec"],
        _ => return None,
    };
    Some(of_pod(spec))
}

fn of_pod(spec: &Value) -> Privilege {
    if needs_privileged(spec) {
        Privilege::Privileged
    } else if needs_baseline(spec) {
        Privilege::Baseline
    } else {
        Privilege::Restricted
    }
}

fn needs_privileged(spec: &Value) -> bool {
    let shares_host = ["hostNetwork", "hostPID", "hostIPC"]
        .iter()
        .any(|key| spec[key] == true);
    let sets_kernel = list(&spec["securityContext"]["sysctls"])
        .filter_map(|sysctl| sysctl["name"].as_str())
        .any(|name| !BASELINE_SYSCTLS.contains(&name));
    let mounts_host = list(&spec["volumes"]).any(|volume| !volume["hostPath"].is_null());
    let exceeds = containers(spec).any(|container| {
        let context = &container["securityContext"];
        let adds = list(&context["capabilities"]["add"]).filter_map(Value::as_str);
        context["privileged"] == true
            || adds
                .into_iter()
                .any(|capability| !BASELINE_CAPABILITIES.contains(&capability))
            || unconfined(context)
            || list(&container["ports"])
                .any(|port| port["hostPort"].as_i64().unwrap_or_default() != 0)
    });
    shares_host || sets_kernel || mounts_host || exceeds || unconfined(&spec["securityContext"])
}

fn needs_baseline(spec: &Value) -> bool {
    let pod = &spec["securityContext"];
    let volume = list(&spec["volumes"]).any(|volume| {
        !RESTRICTED_VOLUMES
            .iter()
            .any(|kind| !volume[kind].is_null())
    });
    let container = containers(spec).any(|container| {
        let own = &container["securityContext"];
        let merged = |key: &str| {
            if own[key].is_null() {
                &pod[key]
            } else {
                &own[key]
            }
        };
        let drops_all = list(&own["capabilities"]["drop"]).any(|dropped| dropped == "ALL");
        let adds = list(&own["capabilities"]["add"]).any(|added| added != "NET_BIND_SERVICE");
        own["allowPrivilegeEscalation"] != false
            || !drops_all
            || adds
            || merged("runAsNonRoot") != true
            || merged("runAsUser") == 0
            || merged("seccompProfile")["type"].is_null()
    });
    volume || container || pod["runAsUser"] == 0
}

fn unconfined(context: &Value) -> bool {
    context["seccompProfile"]["type"] == "Unconfined"
}

fn containers(spec: &Value) -> impl Iterator<Item = &Value> {
    ["initContainers", "containers", "ephemeralContainers"]
        .into_iter()
        .flat_map(|key| list(&spec[key]))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod() -> Value {
        json!({ "kind": "Pod", "spec": {
            "securityContext": { "runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": { "type": "RuntimeDefault" }, "sysctls": [] },
            "volumes": [{ "name": "a", "emptyDir": {} }],
            "containers": [{ "name": "a", "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } } }],
        } })
    }

    #[test]
    fn each_demand_raises_the_level() {
        assert_eq!(privilege(&pod()), Some(Privilege::Restricted));
        let demands = [
            (
                "/spec/securityContext/runAsNonRoot",
                json!(false),
                Privilege::Baseline,
            ),
            (
                "/spec/containers/0/securityContext/allowPrivilegeEscalation",
                json!(true),
                Privilege::Baseline,
            ),
            (
                "/spec/containers/0/securityContext/capabilities",
                json!({ "drop": ["ALL"], "add": ["CHOWN"] }),
                Privilege::Baseline,
            ),
            (
                "/spec/containers/0/securityContext/capabilities",
                json!({ "drop": ["ALL"], "add": ["NET_ADMIN"] }),
                Privilege::Privileged,
            ),
            (
                "/spec/volumes/0",
                json!({ "name": "a", "nfs": {} }),
                Privilege::Baseline,
            ),
            (
                "/spec/volumes/0",
                json!({ "name": "a", "hostPath": { "path": "/" } }),
                Privilege::Privileged,
            ),
            (
                "/spec/securityContext/sysctls",
                json!([{ "name": "net.ipv4.ip_forward", "value": "1" }]),
                Privilege::Privileged,
            ),
            (
                "/spec/securityContext/seccompProfile/type",
                json!("Unconfined"),
                Privilege::Privileged,
            ),
        ];
        for (pointer, value, level) in demands {
            let mut pod = pod();
            *pod.pointer_mut(pointer).unwrap() = value;
            assert_eq!(privilege(&pod), Some(level), "{pointer}");
        }
        let mut pod = pod();
        pod["spec"]["hostNetwork"] = json!(true);
        assert_eq!(privilege(&pod), Some(Privilege::Privileged));
        assert_eq!(privilege(&json!({ "kind": "Service" })), None);
    }
}
