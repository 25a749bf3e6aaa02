//! The estate's login and the check of a token: a Service that Envoy asks about each request.
//!
//! Envoy asks for the request's own path behind a fixed one, so what else the login must know (the groups that may pass) is part of
//! that. It takes over the headers of the answer; what a client sends under their names and the login leaves out is for the Gateway to
//! remove (`ClientTrafficPolicy`).

use serde_json::{Value, json};
use steading_model::application::AuthMode;
use steading_model::estate::{Estate, Sso};
use steading_model::{Diagnostic, FieldPath, Report};

use crate::codes::{GATE_WITHOUT_POLICY, GATEWAY_LOGIN};
use crate::gateway::GROUP;
use crate::gateway::target::ENVOY_GROUP;
use crate::json::{Fields, texts};
use crate::route::Entry;
use crate::scope::{Output, Scope};
use crate::{bearer, labels, login};

/// Where the groups stand in the path.
const GROUPS: &str = "{groups}";
/// What stands there where everybody may pass.
const ANY: &str = "*";
/// What of a request the login sees beside its method, host, path and `Authorization`.
const SHOWN: [&str; 4] = [
    "accept",
    "cookie",
    "proxy-authorization",
    "x-forwarded-proto",
];

/// A Service that is asked.
struct Asked<'a> {
    name: &'a str,
    namespace: &'a str,
    port: u16,
    path: &'a str,
}

/// Returns `extAuth` of a route; the error was reported, here or at the estate.
pub(super) fn asked(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    output: &mut Output,
) -> Result<Option<Value>, ()> {
    if entry.route.redirect_to.is_some() {
        return Ok(None);
    }
    match entry.auth() {
        AuthMode::Required => by_login(scope, entry, output).map(Some),
        AuthMode::Bearer => {
            let address = bearer::address(scope, entry).ok_or(())?;
            let server = service(scope.estate, &address).ok_or(())?;
            Ok(Some(question(&server, server.path, Fields::new())))
        }
        AuthMode::App | AuthMode::Public | AuthMode::None => Ok(None),
    }
}

fn by_login(scope: &Scope<'_>, entry: &Entry<'_>, output: &mut Output) -> Result<Value, ()> {
    // The resolver reported an estate without a login.
    let sso = scope.estate.fields.ingress.sso.as_ref().ok_or(())?;
    let server = service(scope.estate, sso.url.as_str()).ok_or(())?;
    let path = sso
        .envoy_path
        .as_ref()
        .map_or(server.path, |path| path.as_str());
    let groups = if entry.route.groups.is_empty() {
        &sso.groups
    } else {
        &entry.route.groups
    };
    if !groups.is_empty() && !path.contains(GROUPS) {
        if !entry.route.groups.is_empty() {
            let message = format!(
                "`{}` lets some groups pass, and the login would not hear which",
                entry.host
            );
            let help = "put `{groups}` into the estate's `ingress.sso.envoyPath`, or judge the groups in the login's own rules and \
                        remove `groups`";
            output.error(
                scope,
                GATE_WITHOUT_POLICY,
                &entry.path.key("groups"),
                message,
                help,
            );
        }
        return Err(());
    }
    let groups: Vec<String> = groups.iter().map(|group| login::encoded(group)).collect();
    let groups = if groups.is_empty() {
        ANY.to_owned()
    } else {
        groups.join(",")
    };
    grant(scope, &server, output);
    let taken = texts(login::identity_names(sso));
    let fields = Fields::new().with("headersToBackend", taken);
    let path = path.replace(GROUPS, &groups);
    let mut question = question(&server, &path, fields);
    question["headersToExtAuth"] = texts(SHOWN);
    Ok(question)
}

/// Whatever goes wrong lets nobody in.
fn question(server: &Asked<'_>, path: &str, fields: Fields) -> Value {
    let reference = json!({
        "group": "", "kind": "Service", "name": server.name, "namespace": server.namespace, "port": server.port,
    });
    let path = Some(path).filter(|path| !path.is_empty());
    let http = fields
        .with("backendRefs", vec![reference])
        .with("path", path);
    json!({ "failOpen": false, "http": Value::from(http) })
}

/// Allows the policies of this namespace to name the login's Service.
fn grant(scope: &Scope<'_>, server: &Asked<'_>, output: &mut Output) {
    let name = format!("{}-login", labels::instance(scope.application));
    let is_new = !output
        .objects
        .iter()
        .any(|object| object.id.kind.kind == "ReferenceGrant" && object.id.name == name);
    if server.namespace == scope.namespace() || !is_new {
        return;
    }
    let spec = Fields::new()
        .with("from", vec![json!({ "group": ENVOY_GROUP, "kind": "SecurityPolicy", "namespace": scope.namespace() })])
        .with("to", vec![json!({ "group": "", "kind": "Service", "name": server.name })]);
    let object = scope
        .named(name)
        .within(server.namespace)
        .object(&format!("{GROUP}/v1beta1"), "ReferenceGrant")
        .with("spec", spec);
    output.push(scope, object, &scope.application.field("ingress"));
}

/// Returns the Service that a URL within the cluster means.
fn service<'a>(estate: &Estate, url: &'a str) -> Option<Asked<'a>> {
    let rest = url.strip_prefix("http://")?;
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, 80),
    };
    let zone = format!(".svc.{}", estate.fields.domains.cluster);
    let host = host.strip_suffix(&zone).unwrap_or(host);
    let host = host.strip_suffix(".svc").unwrap_or(host);
    let (name, namespace) = host.split_once('.')?;
    let is_plain = !namespace.contains('.') && !authority.contains(['@', '?']);
    is_plain.then_some(Asked {
        name,
        namespace,
        port,
        path,
    })
}

/// Reports a login that Envoy cannot ask.
pub(in crate::gateway) fn check(estate: &Estate, sso: &Sso, report: &mut Report) {
    let place = FieldPath::default().key("spec").key("ingress").key("sso");
    let mut error = |key: &str, message: String, help: &str| {
        let span = estate.tree.span_at(&place.key(key));
        let finding = Diagnostic::error(GATEWAY_LOGIN, message).at(span);
        report.push(finding.help(help.to_owned()));
    };
    let Some(server) = service(estate, sso.url.as_str()) else {
        let message = format!(
            "Envoy Gateway asks a Service of the cluster, not a URL outside of it: {}",
            sso.url
        );
        error("url", message, "write `http://SERVICE.NAMESPACE/PATH`");
        return;
    };
    let path = sso
        .envoy_path
        .as_ref()
        .map_or(server.path, |path| path.as_str());
    if path.contains('?') {
        let message = format!(
            "Envoy Gateway puts the request's path behind this one, so it cannot hold a query: {path}"
        );
        error("url", message, "say with `envoyPath` what Envoy asks for");
    }
    if !sso.groups.is_empty() && !path.contains(GROUPS) {
        let message = "some groups may pass, and the login would not hear which".to_owned();
        error(
            "groups",
            message,
            "put `{groups}` into `envoyPath`, or judge the groups in the login's own rules and remove `groups`",
        );
    }
}
