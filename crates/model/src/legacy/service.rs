//! Files of the chart for platform services: a route, certificates and storage around something that another chart installs.
//!
//! They become an application that runs nothing: the route goes to the service of the other chart (`upstream`), volumes and
//! certificates are objects (`raw`) with the names that the older format gave them, so that what is there stays in use.

use serde_json::{Value as Json, json};

use super::Import;
use super::ingress::{Access, access_word, check, route};
use super::tree::{Out, entries, from_json, list, text};
use crate::node::{FieldPath, Node};

const KEYS: [&str; 9] = [
    "name",
    "host",
    "port",
    "aliases",
    "access",
    "smoke",
    "storage",
    "certificates",
    "environment",
];
/// Where the older format kept data.
const DATA: &str = "/var/lib/k8s-data";
const CLASS: &str = "manual";
const ISSUER: &str = "letsencrypt-production";

/// Says whether a document is of this chart.
pub(super) fn is_service(node: &Node) -> bool {
    let has = |key: &str| node.get(key).is_some();
    has("name")
        && !has("spec")
        && !has("metadata")
        && !has("apiVersion")
        && (has("host") || has("storage") || has("certificates"))
}

/// Converts a document.
pub(super) fn convert(node: &Node, import: &mut Import) -> Option<Node> {
    let root = FieldPath::default();
    import.keys(node, &root, &KEYS);
    let name_node = node.get("name")?;
    let name = text(name_node)?;
    let span = name_node.span;
    import.decide(span, format!("the application is called `{name}-platform`, as the release was; it runs nothing itself"));
    import.decide(span, "its only environment is `prod`");
    let mut spec = Out::new(node.span);
    spec.put(
        "description",
        Node::text(format!("Route, certificates and storage of {name}"), span),
    );
    if let Some(host) = node.get("host") {
        upstream(node, name, host, &mut spec, import);
        spec.put_some("ingress", routes(node, import));
    }
    let mut raw = storage(node, name, import);
    raw.extend(certificates(node, import));
    if !raw.is_empty() {
        spec.put("raw", list(raw, node.span));
    }
    let mut out = Out::new(node.span);
    out.put("apiVersion", from_json(&json!("steading.dev/v1"), span));
    out.put("kind", from_json(&json!("Application"), span));
    out.put(
        "metadata",
        from_json(&json!({ "name": format!("{name}-platform") }), span),
    );
    out.put("spec", spec.node());
    out.put("environments", from_json(&json!({ "prod": {} }), span));
    Some(out.node())
}

fn upstream(node: &Node, name: &str, host: &Node, spec: &mut Out, import: &mut Import) {
    let service = format!("{name}.platform-{name}.svc.cluster.local");
    import.decide(host.span, format!("the route goes to `{service}`: write the namespace that the other chart is installed in"));
    let mut upstream = Out::new(host.span);
    upstream.put("host", Node::text(service, host.span));
    upstream.put(
        "port",
        node.get("port")
            .cloned()
            .unwrap_or_else(|| from_json(&json!(80), host.span)),
    );
    spec.put("upstream", upstream.node());
}

/// One route for the host and one for each alias.
fn routes(node: &Node, import: &mut Import) -> Option<Node> {
    let path = FieldPath::default();
    let access = match node.get("access") {
        Some(word) => access_word(word, &path.key("access"), import)?,
        None => Access::Private,
    };
    let aliases = node
        .get("aliases")
        .and_then(Node::as_list)
        .unwrap_or_default();
    let mut routes = Vec::new();
    for host in node.get("host").into_iter().chain(aliases) {
        let mut old = Out::new(host.span);
        old.put("host", host.clone());
        let mut made = Out::new(host.span);
        let base = route(&old.node(), &path, access, import);
        for entry in entries(Some(&base)) {
            made.put(&entry.key, entry.value.clone());
        }
        made.put_some(
            "check",
            node.get("smoke")
                .and_then(|smoke| check(smoke, &path.key("smoke"), import)),
        );
        routes.push(made.node());
    }
    Some(list(routes, node.get("host")?.span))
}

fn storage(node: &Node, name: &str, import: &mut Import) -> Vec<Node> {
    let path = FieldPath::default().key("storage");
    let mut objects = Vec::new();
    for entry in entries(node.get("storage")) {
        let path = path.key(entry.key.as_str());
        if !import.keys(
            &entry.value,
            &path,
            &["size", "pathSuffix", "claimName", "nodeLocalPath"],
        ) {
            continue;
        }
        let field = |key: &str| entry.value.get(key).and_then(text);
        let Some(size) = field("size") else {
            import.at(&path).missing(&entry.value, "size");
            continue;
        };
        let volume = format!("{name}-{}", entry.key);
        let below = field("pathSuffix").map(|suffix| format!("{DATA}/{name}/{suffix}"));
        let place = field("nodeLocalPath")
            .map(str::to_owned)
            .or(below)
            .unwrap_or_else(|| format!("{DATA}/{name}"));
        let claim = field("claimName").unwrap_or(&volume).to_owned();
        import.decide(entry.key_span, format!("the claim `{claim}` must be in the namespace of the pods that mount it: move it into their `raw` if it is another"));
        objects.push(from_json(
            &persistent_volume(&volume, size, &place),
            entry.value.span,
        ));
        objects.push(from_json(
            &claim_for(&claim, size, &volume),
            entry.value.span,
        ));
    }
    objects
}

fn persistent_volume(name: &str, size: &str, place: &str) -> Json {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": { "name": name },
        "spec": {
            "capacity": { "storage": size }, "accessModes": ["ReadWriteOnce"], "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": CLASS, "hostPath": { "path": place, "type": "DirectoryOrCreate" },
        },
    })
}

fn claim_for(name: &str, size: &str, volume: &str) -> Json {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": name },
        "spec": {
            "accessModes": ["ReadWriteOnce"], "storageClassName": CLASS,
            "resources": { "requests": { "storage": size } }, "volumeName": volume,
        },
    })
}

fn certificates(node: &Node, import: &mut Import) -> Vec<Node> {
    let path = FieldPath::default().key("certificates");
    let mut objects = Vec::new();
    for entry in entries(node.get("certificates")) {
        let path = path.key(entry.key.as_str());
        if !import.keys(&entry.value, &path, &["dnsNames"]) {
            continue;
        }
        let names = entry
            .value
            .get("dnsNames")
            .map(Node::to_json)
            .unwrap_or_default();
        import.decide(entry.key_span, format!("the certificate comes from the issuer `{ISSUER}`: write the estate's if it is another"));
        let certificate = json!({
            "apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": { "name": entry.key },
            "spec": { "secretName": entry.key, "issuerRef": { "name": ISSUER, "kind": "ClusterIssuer" }, "dnsNames": names },
        });
        objects.push(from_json(&certificate, entry.value.span));
    }
    objects
}
