//! What an application becomes, as a table: its objects in an order that people read them in, each with what is worth a look.

use serde_json::Value;

/// The kinds in the order in which people look at them, each with what is worth a look: a label and where it is in the object.
const KINDS: &[(&str, &[(&str, &str)])] = &[
    (
        "Deployment",
        &[
            ("replicas", "/spec/replicas"),
            ("strategy", "/spec/strategy/type"),
            ("surge", "/spec/strategy/rollingUpdate/maxSurge"),
            (
                "GPUs",
                "/spec/template/spec/containers/0/resources/limits/nvidia.com~1gpu",
            ),
        ],
    ),
    (
        "StatefulSet",
        &[
            ("replicas", "/spec/replicas"),
            (
                "a claim each of",
                "/spec/volumeClaimTemplates/0/spec/resources/requests/storage",
            ),
        ],
    ),
    ("DaemonSet", &[("on", "/spec/template/spec/nodeSelector")]),
    (
        "CronJob",
        &[
            ("schedule", "/spec/schedule"),
            ("zone", "/spec/timeZone"),
            ("overlap", "/spec/concurrencyPolicy"),
            ("deadline", "/spec/jobTemplate/spec/activeDeadlineSeconds"),
        ],
    ),
    (
        "Job",
        &[
            ("deadline", "/spec/activeDeadlineSeconds"),
            ("phase", "/metadata/annotations/steading.dev~1phase"),
        ],
    ),
    (
        "HorizontalPodAutoscaler",
        &[("from", "/spec/minReplicas"), ("to", "/spec/maxReplicas")],
    ),
    (
        "Service",
        &[
            ("type", "/spec/type"),
            ("port", "/spec/ports/0/port"),
            ("to", "/spec/ports/0/targetPort"),
            ("clients", "/spec/externalTrafficPolicy"),
        ],
    ),
    (
        "EndpointSlice",
        &[
            ("address", "/endpoints/0/addresses/0"),
            ("port", "/ports/0/port"),
        ],
    ),
    (
        "IngressRoute",
        &[
            ("match", "/spec/routes/0/match"),
            ("gates", "/spec/routes/0/middlewares"),
        ],
    ),
    ("HTTPRoute", &[("hosts", "/spec/hostnames")]),
    ("Middleware", &[]),
    ("Certificate", &[("hosts", "/spec/dnsNames")]),
    (
        "PersistentVolumeClaim",
        &[
            ("size", "/spec/resources/requests/storage"),
            ("class", "/spec/storageClassName"),
            ("access", "/spec/accessModes"),
        ],
    ),
    (
        "PersistentVolume",
        &[
            ("server", "/spec/nfs/server"),
            ("folder", "/spec/nfs/path"),
            ("when released", "/spec/persistentVolumeReclaimPolicy"),
        ],
    ),
    ("ConfigMap", &[]),
    ("Secret", &[]),
    (
        "ServiceAccount",
        &[("token", "/automountServiceAccountToken")],
    ),
    ("Role", &[("may", "/rules/0/verbs")]),
    ("ClusterRole", &[("may", "/rules/0/verbs")]),
    (
        "PodDisruptionBudget",
        &[("away at once", "/spec/maxUnavailable")],
    ),
    (
        "NetworkPolicy",
        &[("in", "/spec/ingress"), ("out", "/spec/egress")],
    ),
    ("PodMonitor", &[]),
    ("Probe", &[]),
    ("PrometheusRule", &[]),
    (
        "ResourceQuota",
        &[
            ("memory", "/spec/hard/requests.memory"),
            ("limit", "/spec/hard/limits.memory"),
            ("pods", "/spec/hard/pods"),
        ],
    ),
    ("LimitRange", &[("largest", "/spec/limits/0/max/memory")]),
    (
        "Namespace",
        &[
            (
                "level",
                "/metadata/labels/pod-security.kubernetes.io~1enforce",
            ),
            ("tier", "/metadata/labels/steading.dev~1tier"),
        ],
    ),
];

/// The label that says less than the name beside it.
const INSTANCE: &str = "app.kubernetes.io/instance";

/// Returns the table.
pub(super) fn table(objects: &Value) -> String {
    let mut objects: Vec<&Value> = objects
        .as_array()
        .expect("a list of objects")
        .iter()
        .collect();
    objects.sort_by_key(|object| (place(object), text(&object["metadata"]["name"])));
    let rows: Vec<String> = objects.into_iter().map(row).collect();
    format!("| kind | name | |\n|---|---|---|\n{}", rows.concat())
}

fn row(object: &Value) -> String {
    let (kind, name) = (text(&object["kind"]), name(object));
    format!("| {kind} | `{name}` | {} |\n", looks(object))
}

/// Returns the name, without the digest that some have at their end: it changes with what is in them.
fn name(object: &Value) -> String {
    let name = text(&object["metadata"]["name"]);
    let is_digest =
        |end: &str| end.len() == 8 && end.chars().all(|digit| digit.is_ascii_hexdigit());
    match name.rsplit_once('-') {
        Some((stem, end)) if is_digest(end) => format!("{stem}-…"),
        _ => name,
    }
}

/// Kinds that nobody put in order come last.
fn place(object: &Value) -> (usize, String) {
    let kind = text(&object["kind"]);
    let place = KINDS.iter().position(|(known, _)| *known == kind);
    (place.unwrap_or(KINDS.len()), kind)
}

fn looks(object: &Value) -> String {
    let (at, _) = place(object);
    let looks = KINDS.get(at).map(|(_, looks)| *looks).unwrap_or_default();
    let looks: Vec<String> = looks
        .iter()
        .filter_map(|(label, pointer)| {
            let value = object.pointer(pointer)?;
            Some(format!("{label} {}", shown(value)))
        })
        .collect();
    looks.join(", ")
}

fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let names: Vec<String> = items.iter().map(of_item).collect();
            names.join(" · ")
        }
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::String(text) if text.contains('`') => format!("`` {} ``", text.replace('|', "\\|")),
        Value::String(text) => format!("`{}`", text.replace('|', "\\|")),
        other => format!("`{other}`"),
    }
}

/// Shows an item of a list by its name, or a rule of a network policy by its peers and ports.
fn of_item(item: &Value) -> String {
    if let Some(name) = item["name"].as_str() {
        return format!("`{name}`");
    }
    let peers = ["from", "to"].into_iter().flat_map(|key| items(&item[key]));
    let peers: Vec<String> = peers.map(peer).collect();
    let ports: Vec<String> = items(&item["ports"]).map(port).collect();
    let peers = if peers.is_empty() {
        "anyone".to_owned()
    } else {
        peers.join(", ")
    };
    match ports.as_slice() {
        [] => peers,
        ports => format!("{peers}: {}", ports.join(", ")),
    }
}

fn port(port: &Value) -> String {
    let last = &port["endPort"];
    let range = if last.is_null() {
        port["port"].to_string()
    } else {
        format!("{}-{last}", port["port"])
    };
    match port["protocol"].as_str() {
        Some("UDP") => format!("{range}/udp"),
        _ => range,
    }
}

fn peer(peer: &Value) -> String {
    if let Some(range) = peer.pointer("/ipBlock/cidr") {
        return shown(range);
    }
    let labels = |selector: &Value| {
        let labels = selector["matchLabels"].as_object().into_iter().flatten();
        let labels = labels.filter(|(key, _)| *key != INSTANCE);
        let shown = labels.map(|(key, value)| match text(value).as_str() {
            "true" => key.clone(),
            value => value.to_owned(),
        });
        shown.collect::<Vec<_>>().join(" ")
    };
    let namespace = labels(&peer["namespaceSelector"]);
    let pods = labels(&peer["podSelector"]);
    let both: Vec<String> = [namespace, pods]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    if both.is_empty() {
        "all pods".to_owned()
    } else {
        format!("`{}`", both.join("/"))
    }
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
