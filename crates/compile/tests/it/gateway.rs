//! Gateway API as the equal of Traefik's own objects: for each key of a route, what becomes of it is decided here. A new key fails this
//! test until somebody decides.

use std::collections::BTreeSet;

use steading_compile::compile;
use steading_model::application::Route;
use steading_model::estate::Ingress;
use steading_model::load::InputFile;

use crate::estates::{self, Loaded};

/// What becomes of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// The objects say it.
    Expressed,
    /// A finding says that they do not.
    Reported,
    /// A finding about the estate says so, for all routes at once.
    AtEstate,
}

use Standing::{AtEstate, Expressed, Reported};

/// Traefik's own objects, and Gateway API with the policies of Envoy Gateway, of Traefik, and of nobody.
const WAYS: [&str; 4] = [
    "controller: traefik",
    "controller: gateway-api, policies: envoy-gateway",
    "controller: gateway-api, policies: traefik",
    "controller: gateway-api, policies: none",
];
/// What is said of a route that is not made.
const REFUSED: &str = "asks for";
/// Everywhere the same.
const EVERYWHERE: [Standing; 4] = [Expressed; 4];
/// A route that is private and logs in itself.
const PLAIN: &str = r#"host: web, auth: { app: "its own" }"#;
const PUBLIC: &str = r#"host: web, auth: { app: "its own" }, visibility: public"#;
const LOGIN: &str = "host: web, auth: required";
const WINDOW: &str = "host: web, auth: { public: why }";
const REDIRECT: &str = "host: web, auth: { public: why }, redirectTo: https://www.example.org";
const PATH: &str = r#"host: web, auth: { app: "its own" }, path: /api"#;

/// A key, a route, what is added to it, and what becomes of that in each way.
type Row = (&'static str, &'static str, &'static str, [Standing; 4]);

fn rows() -> Vec<Row> {
    let gate = [Expressed, Reported, Expressed, Reported];
    let limit = [Expressed, Expressed, Expressed, Reported];
    let at_estate = [Expressed, AtEstate, Expressed, AtEstate];
    vec![
        ("path", PLAIN, "path: /x", EVERYWHERE),
        ("paths", PLAIN, "paths: [/x, /y]", EVERYWHERE),
        ("component", PLAIN, "component: worker", EVERYWHERE),
        ("port", PLAIN, "port: admin", EVERYWHERE),
        (
            "upstream",
            PLAIN,
            "upstream: { host: 192.168.1.20, port: 80 }",
            EVERYWHERE,
        ),
        ("visibility", PLAIN, "visibility: public", EVERYWHERE),
        ("auth", PLAIN, "auth: required", limit),
        ("groups", LOGIN, "groups: [staff]", limit),
        ("dns", PLAIN, "dns: none", EVERYWHERE),
        ("stripPrefix", PATH, "stripPrefix: true", EVERYWHERE),
        (
            "redirectTo",
            WINDOW,
            "redirectTo: https://www.example.org",
            EVERYWHERE,
        ),
        ("preservePath", REDIRECT, "preservePath: false", EVERYWHERE),
        ("tls", PUBLIC, "port: secure, tls: passthrough", EVERYWHERE),
        ("tlsSecret", PLAIN, "tlsSecret: own", EVERYWHERE),
        ("limits", PLAIN, "limits: { requests: 1, body: 1Mi }", limit),
        (
            "headers",
            PLAIN,
            "headers: { X-Frame-Options: DENY }",
            EVERYWHERE,
        ),
        ("errorPages", PLAIN, "errorPages: false", at_estate),
        ("botProtection", PLAIN, "botProtection: true", gate),
        ("middlewares", PLAIN, "middlewares: [geo]", gate),
        ("check", PLAIN, "check: { none: why }", EVERYWHERE),
        ("catalogue", PLAIN, "catalogue: false", EVERYWHERE),
        ("widget", PLAIN, "widget: { type: customapi }", EVERYWHERE),
    ]
}

fn loaded(way: &str, settings: &str, route: &str) -> Loaded {
    let estate = format!(
        "apiVersion: steading.dev/v1
kind: Estate
metadata: {{ name: hill }}
spec:
  domains: {{ public: example.org }}
  environments: {{ prod: {{}} }}
  certificates: {{ issuer: letsencrypt }}
  ingress: {{ {way}, {settings}
    gateways: {{ private: {{ name: internal, namespace: network, enclosed: why, listenerSets: true }}, public: {{ name: external, namespace: network }} }},
    sso: {{ url: http://sso.sso/auth, envoyPath: '/auth/{{groups}}' }}, middlewares: {{ geo: {{ name: geo }} }}, botWall: {{ name: wall }},
    errorPages: {{ service: error-pages }} }}
"
    );
    let application = format!(
        "apiVersion: steading.dev/v1
kind: Application
metadata: {{ name: web }}
spec:
  description: For a test
  components:
    web: {{ image: ghcr.io/example/web:1, ports: {{ http: 8080, admin: 9000, secure: {{ port: 8443, protocol: https }} }}, health: {{ path: / }} }}
    worker: {{ image: ghcr.io/example/worker:1, port: 8081, health: {{ path: / }} }}
  ingress: [{{ {route} }}]
environments: {{ prod: {{}} }}
"
    );
    let files = vec![
        InputFile::new("estate.yaml", estate),
        InputFile::new("applications/web/application.yaml", application),
    ];
    estates::resolved(files, &format!("{way} {route}"))
}

/// Returns the objects and the findings.
fn made(way: &str, route: &str) -> (String, BTreeSet<String>) {
    let loaded = loaded(way, "", route);
    let (desired, report) = compile(loaded.estate(), &loaded.applications);
    let objects = desired.iter().flat_map(|one| &one.objects);
    let objects: Vec<String> = objects.map(|object| object.json.to_string()).collect();
    let findings = report.diagnostics().iter();
    let findings = findings.map(|finding| finding.message.clone()).collect();
    (objects.join("\n"), findings)
}

/// Returns what becomes of what one route has and the other has not; nothing where nobody says anything of it.
fn standing(key: &str, way: &str, before: &str, after: &str) -> Option<Standing> {
    let (before, said) = made(way, before);
    let (after, says) = made(way, after);
    let names_key = |finding: &String| finding.contains(&format!("`ingress.{key}`"));
    let is_new = |finding: &&String| !said.contains(*finding) || finding.contains(REFUSED);
    if says.iter().any(|finding| is_new(&finding)) {
        Some(Reported)
    } else if says.iter().any(names_key) {
        Some(AtEstate)
    } else {
        (before != after).then_some(Expressed)
    }
}

#[test]
fn each_key_of_a_route_is_expressed_or_reported() {
    let rows = rows();
    let decided = rows.iter().map(|(key, ..)| *key).chain(["host"]);
    let decided: BTreeSet<&str> = decided.collect();
    let keys: BTreeSet<&str> = Route::KEYS.iter().copied().collect();
    assert_eq!(decided, keys, "decide what becomes of it on a Gateway");
    for (at, way) in WAYS.into_iter().enumerate() {
        let other = PLAIN.replace("web", "other");
        assert_eq!(standing("host", way, PLAIN, &other), Some(Expressed));
        for (key, route, added, expected) in &rows {
            let kept = route.split(", auth").next().unwrap_or(route);
            let route_without = if *key == "auth" { kept } else { route };
            let found = standing(key, way, route, &format!("{route_without}, {added}"));
            assert_eq!(found, Some(expected[at]), "{key} with {way}");
        }
    }
}

/// Settings of the estate for all routes, and what becomes of them on a Gateway without policies; none where they are read as they
/// are, or belong to Traefik alone.
const SETTINGS: [(&str, Option<&str>); 21] = [
    ("bearer", None),
    ("botWall", None),
    ("chain", None),
    ("compress", Some("{}")),
    ("controller", None),
    ("entryPoint", None),
    ("errorPages", Some("{ service: pages }")),
    ("gateways", None),
    ("middlewareNamespace", None),
    ("middlewares", None),
    ("namespace", None),
    ("pods", None),
    ("policies", None),
    ("private", None),
    ("rates", None),
    ("realIp", Some("{ name: real-ip }")),
    ("retry", Some("{}")),
    ("securityHeaders", None),
    ("sso", None),
    ("tunnels", None),
    ("wakeUp", None),
];

#[test]
fn each_setting_of_the_estate_is_read_or_reported() {
    let decided: BTreeSet<&str> = SETTINGS.iter().map(|(key, _)| *key).collect();
    let keys: BTreeSet<&str> = Ingress::KEYS.iter().copied().collect();
    assert_eq!(decided, keys, "decide what becomes of it on a Gateway");
    for (key, value) in SETTINGS
        .iter()
        .filter_map(|(key, value)| Some((key, (*value)?)))
    {
        let settings = if *key == "errorPages" {
            String::new()
        } else {
            format!("{key}: {value},")
        };
        let loaded = loaded(WAYS[3], &settings, PLAIN);
        let (_, report) = compile(loaded.estate(), &loaded.applications);
        let mut findings = report.diagnostics().iter();
        let named = format!("`ingress.{key}`");
        assert!(
            findings.any(|finding| finding.message.contains(&named)),
            "{key}"
        );
    }
}
