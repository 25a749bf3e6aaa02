//! Tokens: a small server beside the application that says whether a request has the right one.
//!
//! Traefik has no gate that compares a token, and a token in the rule of a route or in a middleware would stand there for everyone who
//! may read routes. So Traefik asks (`forwardAuth`) a Caddy that gets the token from the Secret as a variable: its configuration holds
//! no secret, and the variable is compared as a value, so no character of a token means anything. Whatever goes wrong there (no pod, no
//! Secret, an empty token) lets nobody in. See decision 0024.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Value, json};
use steading_model::FieldPath;
use steading_model::application::{AuthMode, Route, Secrets};
use steading_model::desired::ANNOTATION_SECRETS;
use steading_model::name::SecretKey;

use crate::gates::{self, Gate};
use crate::json::{Fields, texts};
use crate::route::Entry;
use crate::scope::{Metadata, Output, Scope};
use crate::{container, labels, names, peers, priority, secret};

/// What its objects are called, behind the application's name, and the path of its readiness; no key of a secret has a `/`.
const NAME: &str = "bearer";
const READY: &str = "/-/ready";
/// The component label of its pods; no component can be called so.
const COMPONENT: &str = "gate.bearer";
/// Its image, where the estate names none.
const IMAGE: &str = "docker.io/library/caddy:2.10.2-alpine";
const PORT: u16 = 8080;
/// Where its configuration is.
const FOLDER: &str = "/etc/caddy";
/// The user that it runs as.
const USER: i64 = 1000;

/// Returns the URL that says whether a request to a route has the right token.
pub(crate) fn address(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<String> {
    let key = token(entry.route)?;
    let zone = &scope.estate.fields.domains.cluster;
    let host = format!("{}.{}.svc.{zone}", name(scope), scope.namespace());
    Some(format!("http://{host}:{PORT}/{key}"))
}

/// Returns the gate of a route that asks for a token.
pub(crate) fn gate(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<Gate> {
    let key = token(entry.route)?;
    let fields = Fields::new()
        .with("address", address(scope, entry))
        .with("authRequestHeaders", vec!["Authorization"]);
    Some(gates::own(
        format!("token-{}", names::slug(key.as_str())),
        "forwardAuth",
        fields,
    ))
}

/// Adds the server, where any route asks for a token.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    let path = scope.application.field("ingress");
    let routes = scope.application.fields.ingress.iter().enumerate();
    let mut asking = routes.filter(|(_, route)| token(route).is_some());
    let Some((first, _)) = asking.next() else {
        return;
    };
    let path = path.index(first).key("auth");
    let routes = scope.application.fields.ingress.iter();
    let keys: BTreeSet<&SecretKey> = routes.filter_map(token).collect();
    let keys: Vec<&SecretKey> = keys.into_iter().collect();
    let configuration = configuration(&keys);
    let config = format!("{}-{}", name(scope), names::hash(&configuration, 8));
    let data = Fields::new().with("Caddyfile", configuration);
    let map = scope.named(config.as_str()).object("v1", "ConfigMap");
    output.push(scope, map.with("data", data).with("immutable", true), &path);
    let deployment = deployment(scope, &keys, &config, &path, output);
    output.push(scope, deployment, &path);
    output.push(scope, service(scope), &path);
    output.push(scope, policy(scope), &path);
}

fn token(route: &Route) -> Option<&SecretKey> {
    let auth = route.auth.as_ref()?;
    auth.token
        .as_ref()
        .filter(|_| auth.mode == AuthMode::Bearer)
}

fn name(scope: &Scope<'_>) -> String {
    format!("{}-{NAME}", scope.name())
}

fn metadata(scope: &Scope<'_>, name: impl Into<String>) -> Metadata {
    scope.named(name).component(COMPONENT)
}

/// Each key has a path of its own, so that a token opens only the routes that ask for it.
fn configuration(keys: &[&SecretKey]) -> String {
    let mut tokens = String::new();
    for (at, key) in keys.iter().enumerate() {
        let (at, variable) = (at + 1, variable(at));
        let right = format!(
            r#"{{env.{variable}}} != "" && {{http.request.header.Authorization}} == "Bearer " + {{env.{variable}}}"#
        );
        write!(
            tokens,
            "\t\t@token{at} {{\n\t\t\tpath /{key} /{key}/*\n\t\t\texpression `{right}`\n\t\t}}\n\t\trespond @token{at} 204\n"
        )
        .expect("writing to text must not fail");
    }
    format!(
        "{{\n\tadmin off\n\tpersist_config off\n\tauto_https off\n\tgrace_period 5s\n}}\n:{PORT} {{\n\troute {{\n\t\trespond {READY} 200\n{tokens}\t\theader WWW-Authenticate Bearer\n\t\trespond 401\n\t}}\n}}\n"
    )
}

/// Returns the variable of a token, by its place among the keys: a key may have characters that a variable cannot.
fn variable(at: usize) -> String {
    format!("TOKEN_{}", at + 1)
}

fn deployment(
    scope: &Scope<'_>,
    keys: &[&SecretKey],
    config: &str,
    path: &FieldPath,
    output: &mut Output,
) -> Fields {
    let sources: Vec<(String, String)> = keys
        .iter()
        .filter_map(|key| source(scope, key, path, output))
        .collect();
    let secrets: BTreeSet<&str> = sources.iter().map(|(secret, _)| secret.as_str()).collect();
    let secrets: Vec<&str> = secrets
        .into_iter()
        .filter(|name| *name != secret::generated_name(scope))
        .collect();
    let restarts = (!secrets.is_empty()).then(|| secrets.join(","));
    let volume = json!({ "name": "config", "configMap": { "name": config } });
    let (image, pulled_with) = image(scope, output);
    let pod = Fields::new()
        .with("automountServiceAccountToken", false)
        .with("enableServiceLinks", false)
        .with("serviceAccountName", scope.name())
        .with("priorityClassName", priority::of_pod(scope, None))
        .with("imagePullSecrets", pulled_with)
        .with("securityContext", json!({ "runAsNonRoot": true, "runAsUser": USER, "runAsGroup": USER, "seccompProfile": { "type": "RuntimeDefault" } }))
        .with("containers", vec![server(&image, &sources)])
        .with("volumes", vec![volume]);
    let template = metadata(scope, "").annotation_if(ANNOTATION_SECRETS, restarts);
    let template = Fields::new()
        .with("metadata", template.template())
        .with("spec", pod);
    let selector = labels::selector(scope.application, COMPONENT);
    let declared = scope.estate.fields.ingress.bearer.as_ref();
    let replicas = match scope.application.fields.parked {
        Some(_) => 0,
        None => declared.and_then(|gate| gate.replicas).unwrap_or(1),
    };
    let spec = Fields::new()
        .with("replicas", replicas)
        .with("revisionHistoryLimit", 3)
        .with("selector", Fields::new().with("matchLabels", selector))
        .with("template", template);
    metadata(scope, name(scope))
        .object("apps/v1", "Deployment")
        .with("spec", spec)
}

/// Returns the image, and the Secrets that it is pulled with.
fn image(scope: &Scope<'_>, output: &mut Output) -> (String, Vec<Value>) {
    let gate = scope.estate.fields.ingress.bearer.as_ref();
    let Some(image) = gate.and_then(|gate| gate.image.as_ref()) else {
        return (IMAGE.to_owned(), Vec::new());
    };
    let own = container::is_own(scope.estate, image);
    output.pulls_own_images |= own;
    let secret = scope.estate.fields.images.pull_secret.iter();
    let secret = secret
        .filter(|_| own)
        .map(|secret| json!({ "name": secret.as_str() }));
    (image.to_string(), secret.collect())
}

/// Returns the Secret and the key of a token: one that is made once, or one of the application's place in the secret backend.
fn source(
    scope: &Scope<'_>,
    key: &SecretKey,
    path: &FieldPath,
    output: &mut Output,
) -> Option<(String, String)> {
    let components = scope.application.components.iter();
    let mut secrets = components.filter_map(|component| component.fields.secrets.as_ref());
    let made = |secrets: &Secrets| {
        secrets
            .generate
            .iter()
            .any(|made| made.as_str() == key.as_str())
    };
    if secrets.any(made) {
        output.generated.insert(key.to_string());
        return Some((secret::generated_name(scope), key.to_string()));
    }
    let main = scope.application.main_component();
    let secrets = main.and_then(|component| component.fields.secrets.as_ref());
    let wanted = secret::Wanted::Keys(vec![key.to_string()]);
    let secret = secret::place(scope, secrets, (path, wanted), output)?;
    Some((secret, key.to_string()))
}

/// The image's program may listen on low ports by a capability of its file: without `NET_BIND_SERVICE` in the pod's bounds the kernel
/// would refuse to start it, though it is never used here.
fn server(image: &str, sources: &[(String, String)]) -> Value {
    let variables = sources.iter().enumerate().map(|(at, (secret, key))| {
        json!({ "name": variable(at), "valueFrom": { "secretKeyRef": { "name": secret, "key": key } } })
    });
    let probe = json!({ "httpGet": { "path": READY, "port": PORT }, "periodSeconds": 10, "timeoutSeconds": 5 });
    let config = format!("{FOLDER}/Caddyfile");
    let command = [
        "caddy",
        "run",
        "--config",
        &config,
        "--adapter",
        "caddyfile",
    ];
    Fields::new()
        .with("name", NAME)
        .with("image", image)
        .with("imagePullPolicy", "IfNotPresent")
        .with("command", texts(command))
        .with("env", variables.collect::<Vec<_>>())
        .with("ports", vec![json!({ "name": "http", "containerPort": PORT, "protocol": "TCP" })])
        .with("resources", json!({ "requests": { "cpu": "10m", "memory": "32Mi" }, "limits": { "memory": "128Mi" } }))
        .with("readinessProbe", probe.clone())
        .with("livenessProbe", probe)
        .with("lifecycle", json!({ "preStop": { "sleep": { "seconds": 5 } } }))
        .with("securityContext", json!({
            "allowPrivilegeEscalation": false,
            "capabilities": { "add": ["NET_BIND_SERVICE"], "drop": ["ALL"] },
            "readOnlyRootFilesystem": true,
        }))
        .with("volumeMounts", vec![json!({ "name": "config", "mountPath": FOLDER, "readOnly": true })])
        .into()
}

fn service(scope: &Scope<'_>) -> Fields {
    let port = json!({ "name": "http", "port": PORT, "targetPort": PORT, "protocol": "TCP" });
    let spec = Fields::new()
        .with("ports", vec![port])
        .with("selector", labels::selector(scope.application, COMPONENT));
    metadata(scope, name(scope))
        .object("v1", "Service")
        .with("spec", spec)
}

/// Only the ingress controller may ask, and it asks nobody itself.
fn policy(scope: &Scope<'_>) -> Fields {
    let selector = labels::selector(scope.application, COMPONENT);
    let ask = json!({ "from": peers::controllers(scope), "ports": peers::tcp(&[PORT]) });
    let spec = Fields::new()
        .with("podSelector", Fields::new().with("matchLabels", selector))
        .with("policyTypes", vec!["Ingress", "Egress"])
        .with("ingress", vec![ask]);
    metadata(scope, name(scope))
        .object("networking.k8s.io/v1", "NetworkPolicy")
        .with("spec", spec)
}
